// What can be said of a segment: before, after, who made it ready, whom it
// made ready, and who held the processors meanwhile.
import { firstEnding, laneAt, State, Wakes } from "./block";
import type { Kind, Model, Segment } from "./model";

/** Wake is that one goroutine made another ready at a tick. */
export interface Wake { waker: number; woken: number; tick: number; stack: number }

/** Holder is what held a P for the longest of a time. */
export interface Holder { proc: number; row: number; state: number; ticks: number }

export interface Facts {
  segment: Segment;
  before: Segment | null;
  after: Segment | null;
  /** ready is the stretch in which it was ready: itself, the one before a run, or the one after a wait. */
  ready: Segment | null;
  by: Wake | null;
  /** woke are the first of those it made ready. */
  woke: Wake[];
  /** wakes is how many it made ready in all, atLeast that there may be more: part of the run was not read, or has no lane. */
  wakes: number; atLeast: boolean;
  meanwhile: Holder[];
  /** silent says that the wake-ups could not be fetched, and why. */
  silent: string;
}

/** wokeMost bounds the wake-ups of one segment that are told one by one. */
const wokeMost = 200;

/** factsOf reads what is needed, blocks and wake-ups too. */
export async function factsOf(model: Model, selected: Segment): Promise<Facts> {
  const segment = await model.whole(selected);
  const before = await model.neighbour(segment, false);
  const after = await model.neighbour(segment, true);
  const near = segment.state === State.runnable ? segment : segment.state <= State.gc ? before : after;
  const ready = near?.state === State.runnable ? near : null;
  const facts: Facts = { segment, before, after, ready, by: null, woke: [], wakes: 0, atLeast: false, meanwhile: [], silent: "" };
  if (segment.state === State.runnable) facts.meanwhile = holders(model, segment);
  try {
    if (ready) facts.by = await wakerOf(model, ready);
    if (segment.state <= State.gc) await wokenBy(model, segment, facts);
  } catch (e) {
    facts.silent = e instanceof Error ? e.message : String(e);
  }
  return facts;
}

async function wakerOf(model: Model, ready: Segment): Promise<Wake | null> {
  const w = await model.wakesOf(ready.block);
  const i = find(w, ready.event);
  return w.event[i] === ready.event ? { waker: w.waker[i]!, woken: ready.row, tick: ready.from, stack: w.stack[i]! } : null;
}

/** find is the first entry for an event of that number or a later one. */
function find(w: Wakes, event: number): number {
  let lo = 0, hi = w.event.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (w.event[mid]! < event) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** wokenBy tells and counts whom a goroutine made ready while it ran. Blocks are not fetched only to count on. */
async function wokenBy(model: Model, s: Segment, facts: Facts): Promise<void> {
  facts.atLeast = (model.contents.cut?.goroutines ?? 0) > 0;
  for (let n = model.blockAt(s.from); n < model.blocks.length && model.contents.blocks[n]!.from < s.to; n++) {
    if (facts.woke.length === wokeMost && !model.blocks[n]) {
      facts.atLeast = true;
      return;
    }
    const [b, w] = [await model.load(n), await model.wakesOf(n)];
    for (let i = 0; i < w.event.length; i++) {
      const tick = b.from + b.start[w.event[i]!]!;
      if (w.waker[i] !== s.row || tick < s.from || tick > s.to) continue;
      facts.wakes++;
      if (facts.woke.length < wokeMost) facts.woke.push({ waker: s.row, woken: b.row[w.event[i]!]!, tick, stack: w.stack[i]! });
    }
  }
}

/** scanMost bounds how many segments of a P are summed. */
const scanMost = 20_000;

/** holders says for each P what held it longest during s, the longest first. */
function holders(model: Model, s: Segment): Holder[] {
  const found: Holder[] = [];
  for (let proc = 0; proc < model.contents.procs; proc++) {
    const sums = new Map<string, Holder>();
    for (let n = model.blockAt(s.from); n < model.blocks.length && model.contents.blocks[n]!.from < s.to; n++) sum(model, n, proc, s, sums);
    const longest = [...sums.values()].sort((a, b) => b.ticks - a.ticks)[0];
    if (longest) found.push(longest);
  }
  return found.sort((a, b) => b.ticks - a.ticks);
}

function sum(model: Model, n: number, proc: number, s: Segment, sums: Map<string, Holder>): void {
  const b = model.blocks[n];
  const lane = b ? laneAt(b.byProc, proc) : -1;
  if (!b || lane < 0) return;
  const hi = b.byProc.off[lane + 1]!;
  const lo = firstEnding(b, b.byProc.list, b.byProc.off[lane]!, hi, s.from - b.from);
  for (let at = lo; at < Math.min(hi, lo + scanMost); at++) {
    const i = b.byProc.list[at]!;
    if (b.from + b.start[i]! >= s.to) return;
    const state = b.kind[i]! & 15, row = b.row[i]!;
    const ticks = Math.min(s.to, b.from + b.end[i]!) - Math.max(s.from, b.from + b.start[i]!);
    const key = state + " " + row;
    const h = sums.get(key);
    if (h) h.ticks += ticks;
    else sums.set(key, { proc, row, state, ticks });
  }
}

/** Sums is the time by state of each lane in a stretch. */
export interface Sums { row: number; times: number[]; runs: number }

/** sumRange sums a stretch from..to in ticks, lane by lane: what the lanes show. It loads the blocks it needs. */
export async function sumRange(model: Model, from: number, to: number, kind: Kind = "goroutines"): Promise<Sums[]> {
  const rows = new Map<number, Sums>();
  for (let n = model.blockAt(from); n < model.blocks.length && model.contents.blocks[n]!.from < to; n++) {
    const b = await model.load(n);
    for (let i = 0; i < b.n; i++) {
      const ticks = Math.min(to, b.from + b.end[i]!) - Math.max(from, b.from + b.start[i]!);
      const state = b.kind[i]! & 15;
      if (ticks <= 0 || state >= 9 || model.hides(b, i)) continue;
      const row = kind === "goroutines" ? b.row[i]! : (kind === "procs" ? b.proc : b.thread)[i]! - 1;
      if (row < 0 || (kind === "goroutines" && model.hidden?.[row])) continue;
      let r = rows.get(row);
      if (!r) rows.set(row, (r = { row, times: new Array(9).fill(0), runs: 0 }));
      r.times[state] += ticks;
      if (state === 0) r.runs++;
    }
  }
  return [...rows.values()].sort((a, b) => a.row - b.row);
}
