// Draws lanes into pixels: segments one by one where few are in sight, else
// the levels of detail. The cost is that of the pixels, not of the events.
import { Block, firstEnding, firstStarting, laneAt, stateCount } from "./block";
import { Kind, lanesOf, Levels, Model } from "./model";
import { barHeights, baseline, laneHeight, Palette, Raster, stamp, Tile } from "./palette";
import { empty, faded, level } from "./pyramid";

/** Window is the time that a picture of width px shows, in ticks. */
export interface Window { from: number; to: number; width: number }

/** Mark is a segment that was drawn wide enough to say more about it: its place in px. */
export interface Mark { block: Block; event: number; x0: number; x1: number; top: number; faded: boolean }

/** perPixel and spare say how many segments of a block are drawn one by one. */
const perPixel = 1.5, spare = 64;

/** gapLeast is the width in CSS px from which a bar leaves one free at its end. */
const gapLeast = 4;

/** hatchLeast is the width in CSS px from which a bar is hatched. */
const hatchLeast = 4;

/** Artist draws the lanes of one group. marks are collected while it does. */
export class Artist {
  readonly marks: Mark[] = [];
  /** markLeast is the width in px from which a segment is given as a mark. */
  markLeast = 18;
  private readonly sums = new Float32Array(2 * stateCount);
  private count = 0;
  private pixel = -1;
  private only = 0;

  constructor(private readonly model: Model, private readonly palette: Palette, private readonly raster: Raster, private readonly lane = laneHeight) {}

  /** draw draws a lane at top, in px of the raster. */
  draw(kind: Kind, key: number, w: Window, top: number): void {
    const blocks = this.model.contents.blocks;
    const scale = w.width / (w.to - w.from);
    for (let n = this.model.blockAt(w.from); n < blocks.length && blocks[n]!.from < w.to; n++) {
      const b = this.model.blocks[n] ?? null;
      if (b && this.exact(b, kind, key, w, scale, top)) continue;
      const levels = this.model.seenLevels(n);
      if (levels) this.coarse(levels, kind, key, n, w, scale, top);
    }
  }

  /** exact draws every segment in sight; false when there are too many. */
  private exact(b: Block, kind: Kind, key: number, w: Window, scale: number, top: number): boolean {
    const lanes = lanesOf(b, kind);
    const lane = laneAt(lanes, key);
    if (lane < 0) return true;
    const lo = firstEnding(b, lanes.list, lanes.off[lane]!, lanes.off[lane + 1]!, w.from - b.from);
    const hi = firstStarting(b, lanes.list, lo, lanes.off[lane + 1]!, w.to - b.from);
    const seen = (Math.min(w.to, b.to) - Math.max(w.from, b.from)) * scale;
    if (hi - lo > perPixel * seen + spare) return false;
    const shift = (b.from - w.from) * scale;
    const { matches, pointed } = this.model;
    const gaps = kind !== "goroutines"; // who follows whom on a P is told apart
    this.pixel = -1;
    for (let at = lo; at < hi; at++) {
      const i = lanes.list[at]!;
      const s0 = b.start[i]! * scale + shift, s1 = b.end[i]! * scale + shift;
      const x0 = Math.round(s0), x1 = Math.round(s1);
      const out = pointed >= 0 ? (b.kind[i]! & 15) !== pointed : matches !== null && !matches(b, i);
      if (x1 > x0) this.bar(b, i, x0, x1 - (gaps && x1 - x0 >= gapLeast * this.palette.ratio ? Math.round(this.palette.ratio) : 0), top, out);
      else this.add(b, i, x0, s1 - s0, top, out);
    }
    this.flush(top);
    return true;
  }

  private bar(b: Block, i: number, x0: number, x1: number, top: number, out: boolean): void {
    const state = b.kind[i]! & 15;
    const h = state === 1 && b.proc[i] === 0 ? 4 : barHeights[state]!;
    this.put(state, x0, x1, top, h, out);
    if (x1 - x0 >= this.markLeast) this.marks.push({ block: b, event: i, x0, x1, top, faded: out });
  }

  /** add notes a segment shorter than a pixel. */
  private add(b: Block, i: number, x: number, width: number, top: number, out: boolean): void {
    if (x !== this.pixel) {
      this.flush(top);
      this.pixel = x;
      this.count = 0;
      this.sums.fill(0);
    }
    this.count++;
    this.only = (b.kind[i]! & 15) + (out ? stateCount : 0);
    this.sums[this.only]! += width;
  }

  /** flush draws the pixel of short segments: one alone as a line of its full height, many as the state that fills most, higher than the rail of a wait in any case. */
  private flush(top: number): void {
    if (this.pixel < 0) return;
    let best = this.only;
    for (let c = 0; c < 2 * stateCount; c++) if (this.sums[c]! > this.sums[best]!) best = c;
    const state = best % stateCount;
    const share = this.count === 1 ? 1 : Math.min(1, Math.max(0.5, this.sums[best]!));
    this.put(state, this.pixel, this.pixel + 1, top, barHeights[state]! * share, best >= stateCount);
    this.pixel = -1;
  }

  /** put draws a bar h CSS px high. */
  private put(state: number, x0: number, x1: number, top: number, h: number, out: boolean): void {
    const p = this.palette;
    const wide = x1 - x0 >= hatchLeast * p.ratio;
    const tile = (out ? (wide ? p.fadedHatched : p.fadedPlain) : wide ? p.hatched : p.plain)[state] as Tile;
    const unit = this.lane / laneHeight * p.ratio;
    const base = Math.round(baseline * unit);
    stamp(this.raster, tile, x0, x1, top, base, Math.max(1, Math.round(h * unit)));
  }

  /** coarse draws the level of detail whose bins are at most a pixel, or the finest. */
  private coarse(levels: Levels, kind: Kind, key: number, n: number, w: Window, scale: number, top: number): void {
    const info = this.model.contents.blocks[n]!;
    const length = (info.to - info.from) * scale;
    const l = level(levels[kind], key, length);
    if (!l) return;
    const step = length / l.count;
    const begin = (info.from - w.from) * scale;
    let i = Math.max(0, Math.floor(-begin / step));
    const last = Math.min(l.count, Math.ceil((w.width - begin) / step));
    for (let before = -1, from = 0; i <= last; i++) {
      const bin = i < last ? l.bins[l.from + i]! : -1;
      const x = Math.round(begin + i * step);
      if (bin === before) continue;
      if (before >= 0 && (before & 15) !== empty) this.bin(before, from, Math.max(x, from + 1), top);
      before = bin;
      from = x;
    }
  }

  private bin(bin: number, x0: number, x1: number, top: number): void {
    const state = bin & 15;
    const out = this.model.pointed >= 0 ? state !== this.model.pointed : (bin & faded) !== 0;
    this.put(state, x0, x1, top, barHeights[state]! * ((bin >> 4) & 7) / 7, out);
  }
}
