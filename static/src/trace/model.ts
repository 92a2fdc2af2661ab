// The timeline in memory: contents, the blocks that are held, and the levels
// of detail of all of them.
import { Block, firstEnding, hides, indexHolders, laneAt, Lanes, Origin, readBlock, readWakes, startsOf, State, stolen, Wakes } from "./block";
import { Contents, flag, Line, lineOf, functionName } from "./contents";
import { Matches, Pyramid, pyramid } from "./pyramid";
import type { Source } from "./source";

/** Kind is what the rows of a group of lanes are. */
export type Kind = "procs" | "goroutines" | "threads";

/** Levels are the pyramids of a block, and the times of its stolen starts by lane. They stay when its events are dropped. */
export type Levels = Record<Kind, Pyramid> & { stolen: Record<Kind, Lanes> };

/** Segment is a goroutine in one state, from..to in ticks; over the border of blocks it is one. */
export interface Segment {
  block: number; event: number; row: number; state: number; origin: number;
  /** proc is the P, thread the index of the thread; -1 for none. */
  proc: number; thread: number; stack: number; reason: number; from: number; to: number;
}

/** heldBlocks bounds the blocks whose events are held: about 2.5 MB each. */
const heldBlocks = 16;

export class Model {
  readonly rows: number;
  readonly levels: (Levels | null)[];
  readonly blocks: (Block | null)[];
  /** filtered are the levels under the present filter, of blocks that are held. */
  filtered: (Levels | null)[] = [];
  matches: Matches | null = null;
  /** pointed is the one state that is pointed at, for as long as it is; -1 for none. */
  pointed = -1;
  readonly rowOf = new Map<number, number>();
  /** hidden are the rows of the runtime's own goroutines, of which only GC work is shown; null when all is. */
  hidden: Uint8Array | null;
  private readonly wakes = new Map<number, Promise<Wakes>>();
  private readonly used: number[] = [];
  private readonly loading = new Map<number, Promise<Block>>();

  constructor(readonly contents: Contents, private readonly source: Source) {
    this.rows = contents.goroutines.id.length;
    this.levels = contents.blocks.map(() => null);
    this.blocks = contents.blocks.map(() => null);
    contents.goroutines.id.forEach((id, row) => this.rowOf.set(id, row));
    this.hidden = this.runtimes();
  }

  private runtimes(): Uint8Array | null {
    const rows = Uint8Array.from(this.contents.goroutines.flags, (f) => f & flag.system);
    return rows.includes(1) ? rows : null;
  }

  /** showSystem shows the runtime's own goroutines whole, or only where they do GC work. Levels of detail of blocks that are not held go: they have to be read again. */
  showSystem(on: boolean): void {
    this.hidden = on ? null : this.runtimes();
    this.blocks.forEach((b, n) => {
      if (b) indexHolders(b, this.hidden);
      this.levels[n] = b ? this.levelsOf(b, null) : null;
    });
    this.filter(this.matches);
  }

  /** hides says that event i of a block is the runtime's own, and not shown. */
  hides(b: Block, i: number): boolean { return this.hidden !== null && hides(b, i, this.hidden); }

  get tick(): number { return this.contents.tick_ns; }

  /** wall is how long the trace lasted, in ns. */
  get wall(): number { return this.contents.ticks * this.tick; }

  /** load gives a block with its events; it is fetched when it is not held. */
  load(number: number): Promise<Block> {
    const held = this.blocks[number];
    if (held) {
      this.touch(number);
      return Promise.resolve(held);
    }
    let under = this.loading.get(number);
    if (!under) {
      under = this.read(number).finally(() => this.loading.delete(number));
      this.loading.set(number, under);
    }
    return under;
  }

  private async read(number: number): Promise<Block> {
    const bytes = await this.source.events(number);
    return this.take(number, bytes);
  }

  /** take decodes and indexes a block. */
  take(number: number, bytes: Uint8Array): Block {
    const b = readBlock(bytes, this.contents.blocks[number]!, number, this.rows, this.hidden);
    if (this.contents.no_origins) b.kind.forEach((k, i) => { b.kind[i] = k & 15; });
    this.levels[number] ??= this.levelsOf(b, null);
    if (this.matches) this.filtered[number] = this.levelsOf(b, this.matches);
    this.blocks[number] = b;
    this.touch(number);
    return b;
  }

  private touch(number: number): void {
    const at = this.used.indexOf(number);
    if (at >= 0) this.used.splice(at, 1);
    this.used.push(number);
    while (this.used.length > heldBlocks) this.blocks[this.used.shift()!] = null;
  }

  /** filter sets what is left in; null for all. The levels of held blocks are built again. */
  filter(matches: Matches | null): void {
    this.matches = matches;
    this.filtered = this.blocks.map((b) => (b && matches ? this.levelsOf(b, matches) : null));
  }

  private levelsOf(b: Block, matches: Matches | null): Levels {
    const starts = stolen(b, (i) => !this.hides(b, i) && (matches === null || matches(b, i)));
    return {
      procs: pyramid(b, b.byProc, matches),
      goroutines: pyramid(b, b.byRow, matches),
      threads: pyramid(b, b.byThread, matches),
      stolen: { procs: startsOf(b, starts, b.proc, 1), goroutines: startsOf(b, starts, b.row, 0), threads: startsOf(b, starts, b.thread, 1) },
    };
  }

  /** seenLevels are the levels of a block under the present filter, as far as it is held; null before it was read. */
  seenLevels(number: number): Levels | null {
    return (this.matches && this.filtered[number]) || this.levels[number] || null;
  }

  /** blockAt is the number of the block at a tick. */
  blockAt(tick: number): number {
    const list = this.contents.blocks;
    let lo = 0, hi = list.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (list[mid]!.from <= tick) lo = mid;
      else hi = mid - 1;
    }
    return lo;
  }

  /** at is what a lane shows at a tick, or the next thing after it within the block; null where there is nothing, or its block is not held. */
  at(kind: Kind, key: number, tick: number, orNext = false): Segment | null {
    const b = this.blocks[this.blockAt(tick)];
    if (!b) return null;
    const lanes = lanesOf(b, kind);
    const lane = laneAt(lanes, key);
    if (lane < 0) return null;
    const hi = lanes.off[lane + 1]!;
    const at = firstEnding(b, lanes.list, lanes.off[lane]!, hi, tick - b.from);
    if (at === hi) return null;
    const event = lanes.list[at]!;
    return orNext || b.start[event]! <= tick - b.from ? this.segment(b, event) : null;
  }

  /** segment is an event with the parts of it that lie in other held blocks. */
  segment(b: Block, event: number): Segment {
    const s: Segment = {
      block: b.number, event, row: b.row[event]!, state: b.kind[event]! & 15, origin: (b.kind[event]! >> 4) & 3,
      proc: b.proc[event]! - 1, thread: b.thread[event]! - 1, stack: b.stack[event]!, reason: b.reason[event]!,
      from: b.from + b.start[event]!, to: b.from + b.end[event]!,
    };
    for (let n = b.number - 1; n >= 0 && s.from === this.contents.blocks[n]!.to; n--) {
      const before = this.edge(n, s, true);
      if (!before) break;
      [s.block, s.event, s.from, s.origin] = [n, before.event, before.from, before.origin];
    }
    for (let n = b.number + 1; n < this.blocks.length && s.to === this.contents.blocks[n]!.from; n++) {
      const after = this.edge(n, s, false);
      if (!after) break;
      s.to = after.to;
    }
    return s;
  }

  /** edge is the last (or first) part of the same stretch in a neighbouring block. */
  private edge(number: number, s: Segment, last: boolean): { event: number; from: number; to: number; origin: number } | null {
    const b = this.blocks[number];
    const lane = b ? laneAt(b.byRow, s.row) : -1;
    if (!b || lane < 0) return null;
    const event = b.byRow.list[last ? b.byRow.off[lane + 1]! - 1 : b.byRow.off[lane]!]!;
    const touches = last ? b.from + b.end[event]! === s.from : b.from + b.start[event]! === s.to;
    const same = (b.kind[event]! & 15) === s.state && b.proc[event]! - 1 === s.proc && b.stack[event] === s.stack && b.reason[event] === s.reason;
    if (!touches || !same) return null;
    return { event, from: b.from + b.start[event]!, to: b.from + b.end[event]!, origin: (b.kind[event]! >> 4) & 3 };
  }

  /** whole gives s with all of it, and loads the blocks that it goes on in: they may be more than are held at once. */
  async whole(s: Segment): Promise<Segment> {
    const now = this.segment(await this.load(s.block), s.event);
    for (let n = now.block - 1; n >= 0 && now.from === this.contents.blocks[n]!.to; n--) {
      await this.load(n);
      const before = this.edge(n, now, true);
      if (!before) break;
      [now.block, now.event, now.from, now.origin] = [n, before.event, before.from, before.origin];
    }
    for (let n = this.blockAt(now.to); n > now.block && n < this.blocks.length && now.to === this.contents.blocks[n]!.from; n++) {
      await this.load(n);
      const after = this.edge(n, now, false);
      if (!after) break;
      now.to = after.to;
    }
    return now;
  }

  /** neighbour is what the same goroutine did before or after s. */
  async neighbour(s: Segment, after: boolean): Promise<Segment | null> {
    const tick = after ? s.to : s.from - 1;
    if (tick < 0 || tick >= this.contents.ticks) return null;
    await this.load(this.blockAt(tick));
    const found = this.at("goroutines", s.row, tick);
    return found && (found.from !== s.from || found.to !== s.to) ? this.whole(found) : null;
  }

  /** wakesOf is who made whom ready in a block. */
  wakesOf(number: number): Promise<Wakes> {
    let w = this.wakes.get(number);
    if (!w) {
      w = this.source.wakes(number).then(readWakes);
      w.catch(() => this.wakes.delete(number));
      this.wakes.set(number, w);
      if (this.wakes.size > heldBlocks) this.wakes.delete(this.wakes.keys().next().value!);
    }
    return w;
  }

  // ---- names ----

  goroutine(row: number): string { return "G" + (this.contents.goroutines.id[row] ?? "?"); }

  functionOf(row: number): string { return functionName(this.contents.funcs[this.contents.goroutines.func[row] ?? -1] ?? ""); }

  madeAt(row: number): Line | null { return lineOf(this.contents, this.contents.goroutines.at[row] ?? 0); }

  has(row: number, f: number): boolean { return ((this.contents.goroutines.flags[row] ?? 0) & f) !== 0; }

  reason(s: { reason: number }): string { return this.contents.reasons[s.reason] ?? ""; }

  /** leaked says that a goroutine made in the trace was blocked at its end. */
  leaked(row: number): boolean { return this.has(row, flag.blocked) && !this.has(row, flag.before | flag.system); }

  laneName(kind: Kind, key: number): string {
    if (kind === "procs") return "P" + key;
    return kind === "goroutines" ? this.goroutine(key) : "M" + (this.contents.threads[key] ?? key);
  }
}

export function lanesOf(b: Block, kind: Kind): Lanes {
  return kind === "procs" ? b.byProc : kind === "goroutines" ? b.byRow : b.byThread;
}

export { Origin, State };
