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

/** pyramid builds the levels of all lanes. states is how many states can occur in them. */
export function pyramid(b: Block, lanes: Lanes, states: number, matches: Matches | null): Pyramid {
  const n = lanes.keys.length;
  const p: Pyramid = { keys: lanes.keys, off: new Uint32Array(n + 1), bits: new Uint8Array(n), bins: new Uint8Array(0) };
  for (let i = 0; i < n; i++) {
    const events = lanes.off[i + 1]! - lanes.off[i]!;
    // Where more than 1.5 segments fall on a pixel the levels are used: as many bins are enough.
    p.bits[i] = Math.min(maxBits, Math.round(Math.log2(events / 1.5 + 1)));
    p.off[i + 1] = p.off[i]! + 2 * (1 << p.bits[i]!) - 1;
  }
  p.bins = new Uint8Array(p.off[n]!);
  const classes = matches ? 2 * stateCount : states;
  for (let i = 0; i < n; i++) {
    const size = 1 << p.bits[i]!;
    const sums = room(size * classes);
    fill(b, lanes, i, sums, size, classes, matches);
    fold(p, i, sums, size, classes);
  }
  return p;
}

let scratch = new Float32Array(0);

/** room is cleared memory that is used again for each lane. */
function room(size: number): Float32Array {
  if (scratch.length < size) scratch = new Float32Array(size * 2);
  else scratch.fill(0, 0, size);
  return scratch;
}

/** fill sums the time of each class in each bin of the finest level, in bins. */
function fill(b: Block, lanes: Lanes, lane: number, sums: Float32Array, size: number, classes: number, matches: Matches | null): void {
  const scale = size / Math.max(1, b.to - b.from);
  for (let at = lanes.off[lane]!, to = lanes.off[lane + 1]!; at < to; at++) {
    const i = lanes.list[at]!;
    let c = b.kind[i]! & 15;
    if (matches && !matches(b, i)) c += stateCount;
    const start = b.start[i]! * scale, end = b.end[i]! * scale;
    let bin = Math.floor(start);
    if (end <= bin + 1) {
      sums[bin * classes + c]! += end - start;
      continue;
    }
    sums[bin * classes + c]! += bin + 1 - start;
    for (bin++; bin + 1 <= end; bin++) sums[bin * classes + c]! += 1;
    if (bin < size) sums[bin * classes + c]! += end - bin;
  }
}

/** fold writes each level and makes the sums of the next. */
function fold(p: Pyramid, lane: number, sums: Float32Array, size: number, classes: number): void {
  let out = p.off[lane]!;
  for (let bins = size, length = 1; ; bins >>= 1, length *= 2) {
    for (let i = 0; i < bins; i++) p.bins[out++] = bin(sums, i * classes, classes, length);
    if (bins === 1) return;
    for (let i = 0, half = bins >> 1; i < half; i++) {
      for (let c = 0; c < classes; c++) sums[i * classes + c] = sums[2 * i * classes + c]! + sums[(2 * i + 1) * classes + c]!;
    }
  }
}

/** bin is the byte of one bin: what a filter leaves in comes first. */
function bin(sums: Float32Array, at: number, classes: number, length: number): number {
  let most = 0, top = empty;
  const kept = Math.min(classes, stateCount);
  for (let c = 0; c < kept; c++) if (sums[at + c]! > most) { most = sums[at + c]!; top = c; }
  let out = 0;
  if (top === empty) for (let c = kept; c < classes; c++) if (sums[at + c]! > most) { most = sums[at + c]!; top = c - stateCount; out = faded; }
  if (top === empty) return empty;
  return out | top | Math.max(1, Math.min(7, Math.round((7 * most) / length))) << 4;
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
