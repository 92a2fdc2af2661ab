// The palette as pixels: the custom properties of the page's theme, and one
// tile per state with its hatch cut out in paper.
import { stateIds } from "./words";

/** Tile is a pattern of pixels that repeats in x; it is as high as a lane. */
export interface Tile { width: number; height: number; pixels: Uint32Array }

/** laneHeight and baseline are the measures of a lane in CSS px. */
export const laneHeight = 24;
export const baseline = 23;

/** barHeights say what a state takes: full, it holds a P; two thirds, it wants one; a rail, it waits. */
export const barHeights = [15, 15, 15, 10, 4, 4, 4, 4, 4] as const;

type Rgb = [number, number, number];

/** Palette is what a canvas draws with. */
export interface Palette {
  ratio: number;
  paper: number; rule: number;
  css: { paper: string; ground: string; ink: string; ink2: string; ink3: string; rule: string; accent: string; onAccent: string; gc: string; warn: string; code: string; ui: string };
  /** tiles are the states, solid where the hatch would not be seen: plain. Those that a filter leaves out are faded. */
  hatched: Tile[]; plain: Tile[]; fadedHatched: Tile[]; fadedPlain: Tile[];
}

/** readPalette reads the theme that el has now. */
export function readPalette(el: Element, ratio: number): Palette {
  const style = getComputedStyle(el);
  const css = (name: string) => style.getPropertyValue("--" + name).trim();
  const paper = rgb(css("paper"));
  const colours = stateIds.map((id) => rgb(css("g-" + id)));
  const soft = colours.map((c) => mix(paper, c, 0.16));
  const tiles = (list: Rgb[], hatch: boolean) => list.map((c, state) => tile(c, paper, state, ratio, hatch));
  return {
    ratio, paper: pixel(paper), rule: pixel(rgb(css("rule"))),
    css: {
      paper: css("paper"), ground: css("ground"), ink: css("ink"), ink2: css("ink-2"), ink3: css("ink-3"), rule: css("rule"),
      accent: css("accent"), onAccent: css("on-accent"), gc: css("g-gc"), warn: css("warn"), code: css("font-code"), ui: css("font-ui"),
    },
    hatched: tiles(colours, true), plain: tiles(colours, false), fadedHatched: tiles(soft, true), fadedPlain: tiles(soft, false),
  };
}

function rgb(text: string): Rgb {
  const hex = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex) return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)) as Rgb;
  const parts = text.match(/[\d.]+/g)?.map(Number) ?? [];
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((x, i) => Math.round(x + (b[i]! - x) * share)) as Rgb;
}

/** pixel is a colour in the order of bytes that ImageData has. */
function pixel(c: Rgb): number { return new Uint32Array(new Uint8Array([...c, 255]).buffer)[0]!; }

/** How much of the state's colour a point of its hatch has, in px of CSS. Height is counted from the top of the lane. */
const hatches: ((x: number, y: number, period: number) => number)[] = [
  () => 1,
  (x, _, p) => stripe(x, p, 1.2, 0.8),
  (x, y, p) => Math.min(stripe(x + y, p, 1.6, 0.8), stripe(x - y, p, 1.6, 0.8)),
  (x, y, p) => stripe(x + y, p, 1.85, 0.8),
  () => 1,
  (x, _, p) => stripe(x, p, 2.4, 1),
  (x, _, p) => stripe(x, p, 1.9, 1),
  (x, _, p) => stripe(x, p, 3.8, 1),
  (_, y) => (y >= baseline - 3 && y < baseline - 1 ? 0 : 1),
];
const periods = [1, 4, 8, 7, 1, 9, 5, 6, 1] as const;

/** stripe leaves out width px of each period, by strength; edges are smooth. */
function stripe(at: number, period: number, width: number, strength: number): number {
  const d = Math.abs((((at % period) + period) % period) - period / 2);
  return 1 - strength * Math.max(0, Math.min(1, width / 2 - d + 0.5));
}

function tile(c: Rgb, paper: Rgb, state: number, ratio: number, hatch: boolean): Tile {
  const width = hatch ? Math.max(1, Math.round(periods[state]! * ratio)) : 1;
  const height = Math.ceil(laneHeight * ratio);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const keep = hatch ? hatches[state]!((x + 0.5) / ratio, (y + 0.5) / ratio, width / ratio) : 1;
      pixels[y * width + x] = pixel(mix(paper, c, keep));
    }
  }
  return { width, height, pixels };
}

/** Raster is the picture as pixels. */
export interface Raster { width: number; height: number; pixels: Uint32Array; image: ImageData }

/** newRaster has the size of a canvas in its own px. */
export function newRaster(width: number, height: number): Raster {
  const image = new ImageData(Math.max(1, width), Math.max(1, height));
  return { width: image.width, height: image.height, pixels: new Uint32Array(image.data.buffer), image };
}

/** few is the width up to which a loop beats the call of fill. */
const few = 24;

/** stamp draws a bar of a tile from x0 to x1, h px high, standing on the lane's base. top is the lane's. All in px of the raster. */
export function stamp(r: Raster, t: Tile, x0: number, x1: number, top: number, base: number, h: number): void {
  const left = x0 > 0 ? x0 : 0, right = x1 < r.width ? x1 : r.width;
  if (left >= right) return;
  const pixels = r.pixels, stride = r.width;
  const bottom = Math.min(base, r.height - top);
  const phase = left % t.width;
  for (let y = Math.max(0, base - h, -top); y < bottom; y++) {
    const at = (top + y) * stride, to = at + right;
    const from = (y < t.height ? y : t.height - 1) * t.width;
    if (t.width === 1) {
      const colour = t.pixels[from]!;
      if (right - left > few) pixels.fill(colour, at + left, to);
      else for (let x = at + left; x < to; x++) pixels[x] = colour;
      continue;
    }
    for (let x = at + left, k = phase; x < to; x++) {
      pixels[x] = t.pixels[from + k]!;
      if (++k === t.width) k = 0;
    }
  }
}
