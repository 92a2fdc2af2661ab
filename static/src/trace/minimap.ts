// The whole run in a strip: all processors, and a window on what is in sight.
import { make } from "../dom";
import { Artist } from "./lanes";
import type { Model } from "./model";
import { newRaster, Palette } from "./palette";
import { gutterOf, margin } from "./pane";
import type { Viewport } from "./viewport";

const height = 36;

export class Minimap {
  readonly canvas = make("canvas", { class: "tv-mini", "aria-hidden": "true" });
  private readonly context = this.canvas.getContext("2d", { alpha: false })!;
  private strip: ImageData | null = null;
  private made = "";
  private gutter = 62;

  constructor(private readonly model: Model, private readonly view: Viewport) {
    let drag: number | null = null;
    const share = (e: PointerEvent) => (e.offsetX - this.gutter) / Math.max(1, this.canvas.clientWidth - this.gutter - margin);
    const go = (e: PointerEvent) => {
      const at = share(e) * view.wall - (drag ?? 0);
      view.show(at - view.span / 2, at + view.span / 2);
    };
    this.canvas.addEventListener("pointerdown", (e) => {
      if (e.button !== 0) return;
      const at = share(e) * view.wall;
      drag = at > view.from && at < view.to ? at - (view.from + view.to) / 2 : 0;
      this.canvas.setPointerCapture(e.pointerId);
      go(e);
    });
    this.canvas.addEventListener("pointermove", (e) => { if (drag !== null) go(e); });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { drag = null; });
  }

  /** stale lets the strip be drawn again: more blocks were read, or the theme changed. */
  stale(): void { this.made = ""; }

  draw(palette: Palette, procs: number): void {
    const width = this.canvas.clientWidth, r = palette.ratio;
    if (width === 0) return;
    const gutter = this.gutter = gutterOf(this.canvas);
    const plot = Math.max(20, width - gutter - margin);
    const key = `${width} ${r} ${this.view.wall}`;
    if (this.made !== key) {
      this.strip = this.render(palette, procs, Math.round(plot * r), Math.round(height * r));
      this.canvas.width = Math.round(width * r);
      this.canvas.height = Math.round(height * r);
      this.made = key;
    }
    const c = this.context, css = palette.css;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = css.paper;
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
    c.putImageData(this.strip!, Math.round(gutter * r), 0);
    c.setTransform(r, 0, 0, r, 0, 0);
    const x0 = gutter + plot * this.view.from / this.view.wall, x1 = gutter + plot * this.view.to / this.view.wall;
    c.globalAlpha = 0.72;
    c.fillRect(gutter, 0, x0 - gutter, height);
    c.fillRect(x1, 0, gutter + plot - x1, height);
    c.globalAlpha = 1;
    c.strokeStyle = css.accent;
    c.lineWidth = 1.5;
    c.strokeRect(x0, 0.75, Math.max(2, x1 - x0), height - 1.5);
  }

  private render(palette: Palette, procs: number, width: number, rows: number): ImageData {
    const raster = newRaster(width, rows);
    raster.pixels.fill(palette.paper);
    const lane = height / Math.max(1, procs);
    const artist = new Artist(this.model, palette, raster, lane);
    const w = { from: 0, to: this.view.wall / this.model.tick, width };
    for (let p = 0; p < procs; p++) artist.draw("procs", p, w, Math.round(p * lane * palette.ratio));
    return raster.image;
  }
}
