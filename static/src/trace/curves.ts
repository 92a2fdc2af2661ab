// The curves below the processors: who is ready, who lives, the queues, the heap.
import { at, Frame, halo, within } from "./overlay";
import type { Curve } from "./contents";
import { bytes, plural } from "./words";

/** CurveSpec is a curve and how it is said. state is whose fill it has, -1 for none of them. */
export interface CurveSpec { name: string; label: string; curve: Curve; state: number; says: (most: number) => string }

const height = 48;

const known: Record<string, { label: string; state: number; says: (most: number) => string }> = {
  runnable: { label: "ready", state: 3, says: (n) => `at most ${plural(n, "goroutine", "goroutines")} ready, not running` },
  live: { label: "live", state: -1, says: (n) => `at most ${plural(n, "goroutine", "goroutines")} alive` },
  queue: { label: "queue", state: 3, says: (n) => `the longest queue of a P held ${n.toLocaleString("en")} (inferred)` },
  global: { label: "global", state: 3, says: (n) => `the global queue held at most ${n.toLocaleString("en")} (inferred)` },
  heap: { label: "heap", state: -1, says: (n) => `at most ${bytes(n)} of heap objects` },
};

/** curvesOf picks the curves by name, in that order; those that say nothing are left out. */
export function curvesOf(curves: Curve[], names: string[]): CurveSpec[] {
  return names.flatMap((name) => {
    const curve = curves.find((c) => c.name === name);
    const k = known[name];
    return curve?.max?.length && curve.mean && k && curve.max.some((v) => v > 0) ? [{ name, curve, ...k }] : [];
  });
}

export function curveHeight(curves: CurveSpec[]): number { return curves.length * height; }

/** drawCurves draws them below each other from top, and gives where they end. */
export function drawCurves(f: Frame, curves: CurveSpec[], top: number): number {
  for (const spec of curves) {
    if (top < f.height && top + height > 0) draw(f, spec, top);
    top += height;
  }
  return top;
}

function draw(f: Frame, spec: CurveSpec, top: number): void {
  const { c, palette } = f;
  const bottom = top + height - 5.5;
  const most = mostSeen(f, spec.curve);
  within(f, () => area(f, spec, bottom, (height - 20) / Math.max(1, most)));
  c.strokeStyle = palette.css.rule;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(f.x, bottom);
  c.lineTo(f.x + f.width, bottom);
  c.stroke();
  c.font = `500 ${f.x < 56 ? 9 : 11}px ${palette.css.code}`;
  c.textAlign = "right";
  c.textBaseline = "alphabetic";
  c.fillStyle = palette.css.ink2;
  c.fillText(spec.label, f.x - 8, bottom);
  c.font = `500 10.5px ${palette.css.ui}`;
  halo(f, spec.says(most), f.x + f.width - 2, top + 12, palette.css.ink3);
  c.textAlign = "left";
}

/** binsSeen are the bins of a curve that are in sight: from the first up to the last. */
function binsSeen(f: Frame, curve: Curve): [number, number] {
  const bin = curve.tick * f.model.tick;
  return [Math.max(0, Math.floor(f.view.from / bin)), Math.min(curve.mean.length, Math.ceil(f.view.to / bin))];
}

/** mostSeen is the most in sight: it is what is said, and as high as the curve stands. */
export function mostSeen(f: Frame, curve: Curve): number {
  const [first, last] = binsSeen(f, curve);
  let most = 0;
  for (let i = first; i < last; i++) most = Math.max(most, curve.max[i]!);
  return most;
}

/** area fills the mean of each bin with the state's hatch, and outlines the most. */
function area(f: Frame, spec: CurveSpec, bottom: number, scale: number): void {
  const { c, model } = f;
  const { tick, mean, max } = spec.curve;
  const bin = tick * model.tick;
  const [first, last] = binsSeen(f, spec.curve);
  c.fillStyle = hatch(f, spec.state);
  c.beginPath();
  c.moveTo(at(f, first * bin), bottom);
  for (let i = first; i < last; i++) {
    const y = bottom - mean[i]! * scale;
    c.lineTo(at(f, i * bin), y);
    c.lineTo(Math.min(at(f, (i + 1) * bin), at(f, model.wall)), y);
  }
  c.lineTo(at(f, Math.min(last * bin, model.wall)), bottom);
  c.fill();
  c.strokeStyle = f.palette.css.ink3;
  c.lineWidth = 1;
  c.beginPath();
  for (let i = first; i < last; i++) {
    const y = Math.round(bottom - max[i]! * scale) + 0.5;
    c.lineTo(at(f, i * bin), y);
    c.lineTo(Math.min(at(f, (i + 1) * bin), at(f, model.wall)), y);
  }
  c.stroke();
}

const patterns = new WeakMap<object, (CanvasPattern | string)[]>();

/** hatch is the tile of a state as a pattern of the canvas. */
function hatch(f: Frame, state: number): CanvasPattern | string {
  if (state < 0) return f.palette.css.rule;
  let list = patterns.get(f.palette);
  if (!list) patterns.set(f.palette, (list = []));
  return list[state] ??= pattern(f, state);
}

function pattern(f: Frame, state: number): CanvasPattern | string {
  const tile = f.palette.hatched[state]!;
  const canvas = document.createElement("canvas");
  // The rails' tiles only make sense low in a lane; of the others any rows do.
  const rows = Math.min(tile.height, tile.width);
  canvas.width = tile.width;
  canvas.height = rows;
  const image = new ImageData(tile.width, rows);
  new Uint32Array(image.data.buffer).set(tile.pixels.subarray(0, tile.width * rows));
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  const made = f.c.createPattern(canvas, "repeat");
  made?.setTransform(new DOMMatrix().scale(1 / f.palette.ratio));
  return made ?? f.palette.css.ink3;
}
