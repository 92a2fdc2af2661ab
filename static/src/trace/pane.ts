// A group of lanes with its canvas: the processors with the curves below
// them, the goroutines, or the threads.
import { Artist, Mark, Window } from "./lanes";
import { Kind, Model, Segment } from "./model";
import { drawCurves, curveHeight, CurveSpec } from "./curves";
import { drawNotes, NoteLane, notesHeight } from "./notes";
import { laneHeight, newRaster, Palette, Raster } from "./palette";
import { drawAxis, drawBand, drawEnd, drawLabels, drawLeaks, drawNames, drawSelection, drawSpans, drawSteals, Frame, StealMark } from "./overlay";
import { make } from "../dom";
import { ticks, Viewport } from "./viewport";

/** gutterOf is the room for the names of lanes, left of them, in CSS px: the page's own gutter, which the style sheet gives as a scroll padding to have it in px. */
export function gutterOf(el: Element): number { return Math.max(36, parseFloat(getComputedStyle(el).scrollPaddingLeft) || 42); }
/** margin is what is left free at the right. */
export const margin = 12;
const axisHeight = 20;

/** Shown is what of the state of a view a pane draws. */
export interface Shown {
  selected: Segment | null;
  /** path is the critical path, in ticks. */
  path: { row: number; from: number; to: number }[];
  range: [number, number] | null; // ns
  arrows: { fromRow: number; toRow: number; tick: number; strong: boolean }[];
  curves: CurveSpec[];
  notes: NoteLane[];
  cursor: { kind: Kind; lane: number; share: number } | null;
}

export class Pane {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  private readonly spacer: HTMLElement;
  private readonly context: CanvasRenderingContext2D;
  private raster: Raster = newRaster(1, 1);
  marks: Mark[] = [];
  /** steals are the marks of stolen starts that were drawn last. */
  steals: StealMark[] = [];
  lanes: number[] = [];
  /** laneOf is where in lanes a key is. */
  private laneOf = new Map<number, number>();
  /** gutter is the room for the names, in CSS px. */
  gutter = 62;

  constructor(readonly kind: Kind, private readonly model: Model, private readonly view: Viewport) {
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.spacer = make("div", { class: "tv-space" }, this.canvas);
    this.root = make("div", { class: "tv-pane tv-" + kind, tabindex: "0", role: "img", "aria-label": "Timeline: " + kind }, this.spacer);
    this.context = this.canvas.getContext("2d", { alpha: false })!;
  }

  /** extra is what stands below the lanes, in CSS px: notes, curves, and the axis. */
  private extra(s: Shown): number {
    return this.kind === "procs" ? notesHeight(s.notes) + curveHeight(s.curves) + axisHeight : 0;
  }

  /** hold sets which lanes there are. */
  hold(lanes: number[]): void {
    this.lanes = lanes;
    this.laneOf = new Map(lanes.map((key, i) => [key, i]));
  }

  /** layout sets the height of what scrolls. */
  layout(s: Shown): void {
    this.spacer.style.height = this.lanes.length * laneHeight + this.extra(s) + "px";
  }

  get width(): number { return this.root.clientWidth; }

  /** plot is the width of the lanes without the gutter. */
  get plot(): number { return Math.max(20, this.width - this.gutter - margin); }

  /** window is the time in sight, in ticks, as wide as the pixels of the lanes. */
  private window(ratio: number): Window {
    return { from: this.view.from / this.model.tick, to: this.view.to / this.model.tick, width: Math.round(this.plot * ratio) };
  }

  /** draw draws what is in sight. */
  draw(palette: Palette, s: Shown): void {
    const ratio = palette.ratio;
    const height = Math.max(1, this.root.clientHeight), width = Math.max(60, this.width);
    this.size(width, height, ratio);
    this.gutter = gutterOf(this.root);
    const scroll = this.root.scrollTop;
    const w = this.window(ratio);
    this.paint(palette, w, scroll, height, ratio);
    const f: Frame = {
      c: this.context, model: this.model, palette, view: this.view, kind: this.kind, lanes: this.lanes, laneOf: this.laneOf,
      x: this.gutter, width: w.width / ratio, height, scroll, laneArea: this.lanes.length * laneHeight - scroll,
    };
    this.over(f, s);
  }

  private size(width: number, height: number, ratio: number): void {
    const cw = Math.round(width * ratio), ch = Math.round(height * ratio);
    if (this.canvas.width === cw && this.canvas.height === ch) return;
    this.canvas.width = cw;
    this.canvas.height = ch;
    this.canvas.style.width = width + "px";
    this.canvas.style.height = height + "px";
  }

  /** paint puts the lanes in sight into pixels. */
  private paint(palette: Palette, w: Window, scroll: number, height: number, ratio: number): void {
    const rows = Math.ceil(height * ratio);
    if (this.raster.width !== w.width || this.raster.height !== rows) this.raster = newRaster(w.width, rows);
    this.raster.pixels.fill(palette.paper);
    this.grid(palette, ratio);
    const artist = new Artist(this.model, palette, this.raster);
    artist.markLeast = 20 * ratio;
    const first = Math.floor(scroll / laneHeight);
    const last = Math.min(this.lanes.length, Math.ceil((scroll + height) / laneHeight));
    for (let i = first; i < last; i++) {
      const top = Math.round((i * laneHeight - scroll) * ratio);
      this.base(palette.rule, top + Math.round(23.5 * ratio));
      artist.draw(this.kind, this.lanes[i]!, w, top);
    }
    this.marks = artist.marks;
    const c = this.context;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = palette.css.paper;
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
    c.putImageData(this.raster.image, Math.round(this.gutter * ratio), 0);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** grid dots the times that the axis marks, below everything. */
  private grid(palette: Palette, ratio: number): void {
    const r = this.raster, step = Math.round(4 * ratio);
    for (const t of ticks(this.view.from, this.view.to, r.width / ratio)) {
      const x = Math.round((t - this.view.from) / this.view.span * r.width);
      if (x >= r.width) continue;
      for (let y = 0; y < r.height; y += step) r.pixels[y * r.width + x] = palette.rule;
    }
  }

  private base(colour: number, y: number): void {
    const r = this.raster;
    if (y >= 0 && y < r.height) r.pixels.fill(colour, y * r.width, (y + 1) * r.width);
  }

  private over(f: Frame, s: Shown): void {
    drawBand(f, s);
    drawSpans(f);
    drawEnd(f);
    drawNames(f, s);
    drawLabels(f, this.marks);
    this.steals = drawSteals(f);
    if (this.kind === "goroutines") drawLeaks(f);
    if (this.kind === "procs") {
      let top = f.laneArea;
      top = drawNotes(f, s.notes, top);
      top = drawCurves(f, s.curves, top);
      drawAxis(f, top);
    }
    drawSelection(f, s);
  }

  /** laneAt is which lane is at y of the pane; -1 for none. */
  laneAt(y: number): number {
    const lane = Math.floor((y + this.root.scrollTop) / laneHeight);
    return lane >= 0 && lane < this.lanes.length ? lane : -1;
  }

  /** stolenAt is the mark of stolen starts at x, y of the pane. */
  stolenAt(x: number, y: number): StealMark | null {
    return this.steals.find((m) => y >= m.top && y < m.top + 9 && x >= m.x - 5 && x < m.x + (m.n > 1 ? 24 : 5)) ?? null;
  }

  /** timeAt is the ns at x of the pane. */
  timeAt(x: number): number { return this.view.from + this.view.span * (x - this.gutter) / this.plot; }

  /** share is where x is in the lanes, 0..1. */
  share(x: number): number { return Math.max(0, Math.min(1, (x - this.gutter) / this.plot)); }

  /** revealKey scrolls the lane of a key into sight, if it has one. */
  revealKey(key: number): void { this.reveal(this.laneOf.get(key) ?? -1); }

  /** reveal scrolls a lane into sight. */
  reveal(lane: number): void {
    if (lane < 0) return;
    const top = lane * laneHeight, height = this.root.clientHeight;
    if (top < this.root.scrollTop) this.root.scrollTop = Math.max(0, top - laneHeight);
    else if (top + laneHeight > this.root.scrollTop + height) this.root.scrollTop = top + 2 * laneHeight - height;
  }
}
