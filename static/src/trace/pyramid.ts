// The levels of detail of a lane: for each bin of time the state that fills
// most of it, and how much. A level has half the bins of the one below.
import { Block, Lanes, laneAt, stateCount } from "./block";

/**
 * Pyramid holds the bins of every lane of one kind in a block. A bin is one
 * byte: bits 0-3 the state (15: nothing), bits 4-6 its share in sevenths,
 * bit 7 says that a filter leaves it out.
 */
export interface Pyramid {
  keys: Uint32Array;
  /** off is where a lane's bins begin, finest level first. */
  off: Uint32Array;
  /** bits is the power of two of the finest level's bins. */
  bits: Uint8Array;
  bins: Uint8Array;
}

export const empty = 15;
export const faded = 128;
const maxBits = 17;

/** Matches says of event i of a block whether a filter leaves it in. */
export type Matches = (b: Block, i: number) => boolean;

/** pyramid builds the levels of all lanes. */
export function pyramid(b: Block, lanes: Lanes, matches: Matches | null): Pyramid {
  const n = lanes.keys.length;
  const p: Pyramid = { keys: lanes.keys, off: new Uint32Array(n + 1), bits: new Uint8Array(n), bins: new Uint8Array(0) };
  for (let i = 0; i < n; i++) {
    const events = lanes.off[i + 1]! - lanes.off[i]!;
    // Where more than 1.5 segments fall on a pixel the levels are used: as many bins are enough.
    p.bits[i] = Math.min(maxBits, Math.round(Math.log2(events / 1.5 + 1)));
    p.off[i + 1] = p.off[i]! + 2 * (1 << p.bits[i]!) - 1;
  }
  p.bins = new Uint8Array(p.off[n]!);
  const states = new Uint8Array(b.n);
  for (let j = 0; j < lanes.list.length; j++) {
    const i = lanes.list[j]!;
    states[i] = (b.kind[i]! & 15) | (matches && !matches(b, i) ? faded : 0);
  }
  for (let i = 0; i < n; i++) {
    const size = 1 << p.bits[i]!;
    const c = classesOf(states, lanes, i);
    const sums = room(size * c.bytes.length);
    fill(b, lanes, i, sums, size, states, c);
    fold(p, i, sums, size, c);
  }
  return p;
}

/** Classes are the states that occur in a lane, those that a filter leaves in first. */
interface Classes {
  /** bytes are the state of each, with the bit for those that are left out. */
  bytes: number[];
  /** kept is how many are left in. */
  kept: number;
  /** of is the class of such a byte, until the next lane is looked at. */
  of: Uint8Array;
}

/** found is used again for each lane: there may be hundreds of thousands. */
const found = new Uint8Array(256);

function classesOf(states: Uint8Array, lanes: Lanes, lane: number): Classes {
  found.fill(0);
  for (let at = lanes.off[lane]!, to = lanes.off[lane + 1]!; at < to; at++) found[states[lanes.list[at]!]!] = 1;
  const bytes: number[] = [];
  let kept = 0;
  for (const left of [0, faded]) {
    for (let state = left; state < left + stateCount; state++) {
      if (!found[state]) continue;
      found[state] = bytes.length;
      bytes.push(state);
    }
    if (left === 0) kept = bytes.length;
  }
  return { bytes, kept, of: found };
}

let scratch = new Float32Array(0);

/** room is cleared memory that is used again for each lane. */
function room(size: number): Float32Array {
  if (scratch.length < size) scratch = new Float32Array(size * 2);
  else scratch.fill(0, 0, size);
  return scratch;
}

/** fill sums the time of each class in each bin of the finest level, in bins. */
function fill(b: Block, lanes: Lanes, lane: number, sums: Float32Array, size: number, states: Uint8Array, classes: Classes): void {
  const scale = size / Math.max(1, b.to - b.from), step = classes.bytes.length;
  const { start: starts, end: ends } = b, { list } = lanes, { of } = classes;
  for (let at = lanes.off[lane]!, to = lanes.off[lane + 1]!; at < to; at++) {
    const i = list[at]!;
    const c = of[states[i]!]!;
    const start = starts[i]! * scale, end = ends[i]! * scale;
    let bin = Math.floor(start);
    if (end <= bin + 1) {
      sums[bin * step + c]! += end - start;
      continue;
    }
    sums[bin * step + c]! += bin + 1 - start;
    for (bin++; bin + 1 <= end; bin++) sums[bin * step + c]! += 1;
    if (bin < size) sums[bin * step + c]! += end - bin;
  }
}

/** fold writes each level and makes the sums of the next. */
function fold(p: Pyramid, lane: number, sums: Float32Array, size: number, classes: Classes): void {
  const step = classes.bytes.length;
  let out = p.off[lane]!;
  for (let bins = size, sevenths = 7; ; bins >>= 1, sevenths /= 2) {
    for (let i = 0, at = 0; i < bins; i++, at += step) p.bins[out++] = bin(sums, at, classes, sevenths);
    if (bins === 1) return;
    for (let to = 0, from = 0, all = (bins >> 1) * step; to < all; from += step) {
      for (let c = 0; c < step; c++) sums[to++] = sums[from]! + sums[from++ + step]!;
    }
  }
}

/** bin is the byte of one bin: what a filter leaves in comes first. sevenths are those in the unit of sums. */
function bin(sums: Float32Array, at: number, classes: Classes, sevenths: number): number {
  const { bytes, kept } = classes;
  let most = 0, top = -1;
  for (let c = 0; c < kept; c++) if (sums[at + c]! > most) { most = sums[at + c]!; top = c; }
  if (top < 0) for (let c = kept; c < bytes.length; c++) if (sums[at + c]! > most) { most = sums[at + c]!; top = c; }
  if (top < 0) return empty;
  return bytes[top]! | Math.max(1, Math.min(7, (most * sevenths + 0.5) | 0)) << 4;
}

/** Level is the bins of one level of one lane. */
export interface Level { bins: Uint8Array; from: number; count: number }

/** level is the coarsest level of a lane with at least want bins; the finest when none has. Null when the lane is empty. */
export function level(p: Pyramid, key: number, want: number): Level | null {
  const lane = laneAt({ keys: p.keys, off: p.off, list: p.off }, key);
  if (lane < 0) return null;
  let from = p.off[lane]!, count = 1 << p.bits[lane]!;
  while (count > 1 && count / 2 >= want) {
    from += count;
    count >>= 1;
  }
  return { bins: p.bins, from, count };
}
