// A block of events as typed arrays, with the events of each lane in order.
import { Column } from "./container";
import type { BlockInfo } from "./contents";

/** The states, in the order of docs/timeline.md. */
export const State = { running: 0, syscall: 1, gc: 2, runnable: 3, chan: 4, select: 5, sync: 6, sleep: 7, net: 8, gone: 15 } as const;
export const stateCount = 9;
export const Origin = { unknown: 0, local: 1, stolen: 2, global: 3 } as const;

/** Lanes says which events belong to each lane, in the order of time. */
export interface Lanes {
  /** keys are the lanes that have any, ascending. */
  keys: Uint32Array;
  /** off is where the events of keys[i] begin in list; one more at the end. */
  off: Uint32Array;
  /** list holds numbers of events. */
  list: Uint32Array;
}

/** Block is what a block holds. Times are ticks since from. */
export interface Block {
  number: number; from: number; to: number; n: number;
  start: Uint32Array; end: Uint32Array; row: Uint32Array;
  /** kind holds the state in bits 0-3, the origin in bits 4-5. */
  kind: Uint8Array;
  /** proc is P + 1, thread the index of the thread + 1. */
  proc: Uint16Array; thread: Uint16Array; stack: Uint16Array; reason: Uint16Array;
  byRow: Lanes; byProc: Lanes; byThread: Lanes;
}

/** readBlock decodes block number of rows goroutines. hidden says which rows have no part in the lanes of processors and threads, but for GC work. */
export function readBlock(bytes: Uint8Array, info: BlockInfo, number: number, rows: number, hidden: Uint8Array | null = null): Block {
  const all = new Column(bytes);
  const n = all.next();
  if (n > bytes.length) throw new Error("a block of the timeline is damaged");
  const b: Block = {
    number, from: info.from, to: info.to, n,
    start: new Uint32Array(n), end: new Uint32Array(n), row: new Uint32Array(n), kind: new Uint8Array(n),
    proc: new Uint16Array(n), thread: new Uint16Array(n), stack: new Uint16Array(n), reason: new Uint16Array(n),
    byRow: none, byProc: none, byThread: none,
  };
  columns(all, b, rows);
  ends(b, rows);
  const list = lasting(b);
  b.byRow = sort(list, b.row, 0);
  indexHolders(b, hidden, list);
  return b;
}

const none: Lanes = { keys: new Uint32Array(0), off: new Uint32Array(1), list: new Uint32Array(0) };

function columns(all: Column, b: Block, rows: number): void {
  const [time, row, kind, proc, thread, stack, reason] = Array.from({ length: 7 }, () => all.column()) as [Column, Column, Column, Column, Column, Column, Column];
  const last = new Map<number, number>();
  let at = 0, who = 0;
  for (let i = 0; i < b.n; i++) {
    at += time.next();
    who += row.signed();
    if (who < 0 || who >= rows || at > b.to - b.from) throw new Error("a block of the timeline is damaged");
    const k = kind.byte();
    b.start[i] = at;
    b.row[i] = who;
    b.kind[i] = k & 63;
    if ((k & 15) <= State.gc) {
      const p = proc.next();
      const m = (last.get(p) ?? 0) + thread.signed();
      last.set(p, m);
      b.proc[i] = p;
      b.thread[i] = m;
    }
    if (k & 64) b.stack[i] = stack.next();
    if (k & 128) b.reason[i] = reason.next();
  }
}

/** ends lets each state last until its goroutine's next event. */
function ends(b: Block, rows: number): void {
  const last = new Int32Array(rows).fill(-1);
  for (let i = 0; i < b.n; i++) {
    const before = last[b.row[i]!]!;
    if (before >= 0) b.end[before] = b.start[i]!;
    last[b.row[i]!] = i;
  }
  const whole = b.to - b.from;
  for (let row = 0; row < rows; row++) if (last[row]! >= 0) b.end[last[row]!] = whole;
}

/** indexHolders puts together what the lanes of processors and threads show, of the events that last. */
export function indexHolders(b: Block, hidden: Uint8Array | null, all = lasting(b)): void {
  const list = hidden ? all.filter((i) => !hides(b, i, hidden)) : all;
  b.byProc = sort(list, b.proc, 1);
  b.byThread = sort(list, b.thread, 1);
}

/** lasting are the events that put their goroutine into a state for a while. */
function lasting(b: Block): Uint32Array {
  const list = new Uint32Array(b.n);
  let n = 0;
  for (let i = 0; i < b.n; i++) if ((b.kind[i]! & 15) < stateCount && b.end[i]! > b.start[i]!) list[n++] = i;
  return list.subarray(0, n);
}

/** stolen are the starts that were stolen, of those that shown lets through. */
export function stolen(b: Block, shown: (i: number) => boolean): Uint32Array {
  const list: number[] = [];
  for (let i = 0; i < b.n; i++) if (b.kind[i]! >> 4 === Origin.stolen && shown(i)) list.push(i);
  return Uint32Array.from(list);
}

/** startsOf gives for each lane, the kind of which keys and less say, when these events began: ticks since the block's from. */
export function startsOf(b: Block, list: Uint32Array, keys: Uint32Array | Uint16Array, less: number): Lanes {
  const found = sort(list, keys, less);
  found.list.forEach((event, i) => { found.list[i] = b.start[event]!; });
  return found;
}

/** sort puts the events of each lane together, by counting. A lane is key - less; a key below less has none. */
function sort(list: Uint32Array, keys: Uint32Array | Uint16Array, less: number): Lanes {
  let top = 0;
  for (let j = 0; j < list.length; j++) top = Math.max(top, keys[list[j]!]!);
  const count = new Uint32Array(top + 2);
  for (let j = 0; j < list.length; j++) count[keys[list[j]!]! + 1]!++;
  let lanes = 0, before = 0;
  for (let k = 0; k <= top; k++) {
    const events = k < less ? 0 : count[k + 1]!;
    if (events > 0) lanes++;
    count[k] = before;
    before += events;
  }
  count[top + 1] = before;
  const found: Lanes = { keys: new Uint32Array(lanes), off: new Uint32Array(lanes + 1), list: new Uint32Array(before) };
  for (let k = less, lane = 0; k <= top; k++) {
    if (count[k + 1] === count[k]) continue;
    found.keys[lane] = k - less;
    found.off[++lane] = count[k + 1]!;
  }
  for (let j = 0; j < list.length; j++) {
    const i = list[j]!, k = keys[i]!;
    if (k >= less) found.list[count[k]!++] = i;
  }
  return found;
}

/** hides says that event i is of a hidden row, and no GC work: that is always shown. */
export function hides(b: Block, i: number, hidden: Uint8Array): boolean { return hidden[b.row[i]!] === 1 && (b.kind[i]! & 15) !== State.gc; }

/** laneAt finds a lane's place in lanes; -1 when it has no event. */
export function laneAt(lanes: Lanes, key: number): number {
  let lo = 0, hi = lanes.keys.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (lanes.keys[mid]! < key) lo = mid + 1;
    else hi = mid;
  }
  return lanes.keys[lo] === key ? lo : -1;
}

/** firstEnding is the first place in list, from lo to hi, of an event that ends after t. */
export function firstEnding(b: Block, list: Uint32Array, lo: number, hi: number, t: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (b.end[list[mid]!]! <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** firstStarting is the first place in list of an event that starts at t or later. */
export function firstStarting(b: Block, list: Uint32Array, lo: number, hi: number, t: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (b.start[list[mid]!]! < t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** Wakes says who made whom ready: event[i] by the goroutine waker[i]. */
export interface Wakes { event: Uint32Array; waker: Uint32Array; stack: Uint16Array }

/** readWakes decodes the wake-ups of a block. */
export function readWakes(bytes: Uint8Array): Wakes {
  const all = new Column(bytes);
  const n = all.next();
  if (n > bytes.length) throw new Error("the wake-ups of the timeline are damaged");
  const w: Wakes = { event: new Uint32Array(n), waker: new Uint32Array(n), stack: new Uint16Array(n) };
  const [event, waker, stack] = [all.column(), all.column(), all.column()];
  for (let i = 0, at = 0; i < n; i++) {
    at += event.next();
    w.event[i] = at;
    w.waker[i] = waker.next();
    w.stack[i] = stack.next();
  }
  return w;
}
