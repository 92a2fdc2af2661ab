// What is drawn over the lanes: names, marks of the axis, stops of the world,
// labels, steals, leaks, the selection and who woke whom.
import type { Mark } from "./lanes";
import type { Kind, Model } from "./model";
import { lanesOf } from "./model";
import { firstEnding, laneAt } from "./block";
import { laneHeight, Palette } from "./palette";
import type { Shown } from "./pane";
import { ticks, Viewport } from "./viewport";
import { compact, unitOf } from "./words";

/** Frame is where and with what the overlay of a pane is drawn, in CSS px. */
export interface Frame {
  c: CanvasRenderingContext2D; model: Model; palette: Palette; view: Viewport; kind: Kind; lanes: number[]; laneOf: ReadonlyMap<number, number>;
  /** x is where the lanes begin, width how wide they are. */
  x: number; width: number; height: number; scroll: number;
  /** laneArea is where the lanes end. */
  laneArea: number;
}

/** at is the x of a time in ns. */
export function at(f: Frame, ns: number): number { return f.x + (ns - f.view.from) / f.view.span * f.width; }

/** within draws in the lanes only. */
export function within(f: Frame, draw: () => void): void {
  f.c.save();
  f.c.beginPath();
  f.c.rect(f.x, 0, f.width, f.height);
  f.c.clip();
  draw();
  f.c.restore();
}

/** drawAxis writes the times below the lanes. */
export function drawAxis(f: Frame, top: number): void {
  const { c, palette } = f;
  const marks = ticks(f.view.from, f.view.to, f.width);
  const [size, name] = unitOf(f.view.to);
  const step = (marks[1] ?? f.view.to) - (marks[0] ?? 0);
  const decimals = Math.max(0, Math.min(6, Math.ceil(Math.log10(size / Math.max(1e-9, step)) - 1e-9)));
  c.fillStyle = palette.css.ink3;
  c.font = `500 11px ${palette.css.ui}`;
  c.textBaseline = "alphabetic";
  c.textAlign = "left";
  marks.forEach((t, i) => {
    const x = at(f, t) + 4;
    const text = (t === 0 ? "0" : (t / size).toFixed(decimals)) + (i === 0 ? " " + name : "");
    if (x + c.measureText(text).width < f.x + f.width + 10) c.fillText(text, x, top + 14);
  });
}

/** drawBand marks a range and the time of the selection. */
export function drawBand(f: Frame, s: Shown): void {
  const ranges: [number, number][] = [];
  if (s.range && (s.range[0] > f.view.from || s.range[1] < f.view.to)) ranges.push(s.range);
  else if (s.selected) ranges.push([s.selected.from * f.model.tick, s.selected.to * f.model.tick]);
  within(f, () => {
    f.c.fillStyle = f.palette.css.accent;
    f.c.globalAlpha = 0.12;
    for (const [a, b] of ranges) f.c.fillRect(at(f, a), 0, Math.max(1, at(f, b) - at(f, a)), Math.min(f.height, f.laneArea));
  });
}

/** drawEnd marks where a run ends whose axis goes on, as that of a longer one beside it. */
export function drawEnd(f: Frame): void {
  const x = at(f, f.model.wall);
  if (f.model.wall >= f.view.wall * 0.9999 || x < f.x || x > f.x + f.width) return;
  f.c.fillStyle = f.palette.css.ink3;
  f.c.fillRect(Math.round(x), 0, 1, Math.min(f.height, f.laneArea));
}

/** drawSpans draws the times at which the world was stopped, and the collections of the GC. */
export function drawSpans(f: Frame): void {
  const { c, model, palette } = f;
  const bottom = Math.min(f.height, f.laneArea);
  within(f, () => {
    for (const s of model.contents.spans) {
      const x0 = at(f, s.from * model.tick), x1 = at(f, s.to * model.tick);
      if (x1 < f.x || x0 > f.x + f.width) continue;
      const stw = s.kind === "stw";
      c.fillStyle = stw ? palette.css.ink : palette.css.gc;
      c.globalAlpha = stw ? 0.12 : 1;
      if (stw) c.fillRect(x0, 0, Math.max(1, x1 - x0), bottom);
      else if (f.scroll === 0) c.fillRect(x0, 0, Math.max(1, x1 - x0), 2);
      c.globalAlpha = 1;
      if (f.kind === "procs" && x1 - x0 > 44 && f.scroll === 0) label(f, stw ? "world stopped" : "GC", x0, x1);
    }
  });
}

function label(f: Frame, text: string, x0: number, x1: number): void {
  const { c, palette } = f;
  c.font = `500 9.5px ${palette.css.ui}`;
  const left = Math.max(x0, f.x) + 3;
  if (left + c.measureText(text).width > Math.min(x1, f.x + f.width)) return;
  halo(f, text, left, 9, palette.css.ink2);
}

/** halo writes text that stands on anything. */
export function halo(f: Frame, text: string, x: number, y: number, colour: string): void {
  const { c } = f;
  c.lineJoin = "round";
  c.lineWidth = 3;
  c.strokeStyle = f.palette.css.paper;
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
}

/** drawNames writes the names of the lanes into the gutter. */
export function drawNames(f: Frame, s: Shown): void {
  const { c, palette } = f;
  c.textAlign = "right";
  c.textBaseline = "alphabetic";
  const linked = s.selected ? { procs: s.selected.proc, goroutines: s.selected.row, threads: s.selected.thread }[f.kind] : -1;
  for (let i = Math.floor(f.scroll / laneHeight); i < f.lanes.length; i++) {
    const top = i * laneHeight - f.scroll;
    if (top > f.height) break;
    const name = f.model.laneName(f.kind, f.lanes[i]!);
    const here = f.lanes[i] === linked || (s.cursor?.kind === f.kind && s.cursor.lane === i);
    c.fillStyle = here ? palette.css.ink : palette.css.ink2;
    c.font = `${here ? 700 : 500} ${name.length > (f.x < 56 ? 4 : 6) ? 9 : 12}px ${palette.css.code}`;
    c.fillText(name, f.x - 8, top + 19);
  }
  c.textAlign = "left";
}

/** drawLabels names what runs in wide segments. */
export function drawLabels(f: Frame, marks: Mark[]): void {
  const { c, palette, model } = f;
  const ratio = palette.ratio;
  c.textBaseline = "alphabetic";
  for (const m of marks) {
    const i = m.event, b = m.block;
    const state = b.kind[i]! & 15;
    const x0 = f.x + Math.max(0, m.x0 / ratio), x1 = f.x + Math.min(f.width, m.x1 / ratio), top = m.top / ratio;
    if (state > 2 || x1 - x0 < 22) continue;
    const text = f.kind === "goroutines" ? (b.proc[i]! > 0 ? "P" + (b.proc[i]! - 1) : "") : model.goroutine(b.row[i]!);
    c.font = `600 10px ${palette.css.code}`;
    if (!text || m.faded || state > 0 || c.measureText(text).width + 7 > x1 - x0) continue;
    c.fillStyle = palette.css.onAccent;
    c.fillText(text, x0 + 4, top + 19);
  }
}

/** StealMark stands for n starts that were stolen, the first of them at x. top is the lane's. */
export interface StealMark { x: number; top: number; n: number }

/** How wide a mark of a stolen start is in CSS px: alone, and with the number of those that share its place. */
const markAlone = 7, markNumber = 32;

/** drawSteals marks every start that was stolen, those that share a place by one mark with their number, and gives the marks. */
export function drawSteals(f: Frame): StealMark[] {
  const { c, palette, model } = f;
  const marks: StealMark[] = [];
  if (model.pointed > 0) return marks; // another state than running is pointed at
  for (let i = Math.floor(f.scroll / laneHeight); i < f.lanes.length; i++) {
    const top = i * laneHeight - f.scroll;
    if (top > f.height) break;
    stealMarks(f, f.lanes[i]!, top, marks);
  }
  c.font = `600 9px ${palette.css.code}`;
  c.textBaseline = "alphabetic";
  c.textAlign = "left";
  for (const m of marks) {
    arrowhead(f, m.x, m.top);
    if (m.n > 1) c.fillText(compact(m.n), m.x + 5, m.top + 8);
  }
  return marks;
}

/** stealMarks puts the stolen starts of a lane that are in sight into marks that do not overlap. */
function stealMarks(f: Frame, key: number, top: number, marks: StealMark[]): void {
  const { model, view } = f;
  const { blocks } = model.contents;
  const x = (tick: number) => at(f, tick * model.tick);
  let last: StealMark | null = null;
  for (let n = model.blockAt(view.from / model.tick); n < blocks.length && blocks[n]!.from * model.tick < view.to; n++) {
    const starts = model.seenLevels(n)?.stolen[f.kind];
    const lane = starts ? laneAt(starts, key) : -1;
    if (!starts || lane < 0) continue;
    const { from } = blocks[n]!, { list } = starts;
    const end = firstFrom(list, starts.off[lane]!, starts.off[lane + 1]!, view.to / model.tick - from);
    for (let i = firstFrom(list, starts.off[lane]!, end, view.from / model.tick - from); i < end;) {
      const width: number = last && last.n > 1 ? markNumber : markAlone;
      if (!last || x(from + list[i]!) - last.x >= width) {
        marks.push(last = { x: x(from + list[i]!), top, n: 1 });
        i++;
        continue;
      }
      const next: number = Math.max(i + 1, last.n === 1 ? 0 : firstFrom(list, i, end, (view.from + (last.x + width - f.x) / f.width * view.span) / model.tick - from));
      last.n += next - i;
      i = next;
    }
  }
}

/** firstFrom is the first place from lo to hi of a sorted list that is at least t. */
function firstFrom(list: Uint32Array, lo: number, hi: number, t: number): number {
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (list[mid]! < t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** arrowhead is the mark of a start that was stolen: it points at the P that took it. */
function arrowhead(f: Frame, x: number, top: number): void {
  const { c } = f;
  c.fillStyle = f.palette.css.ink;
  c.beginPath();
  c.moveTo(x, top + 7.5);
  c.lineTo(x - 3.5, top + 1.5);
  c.lineTo(x + 3.5, top + 1.5);
  c.fill();
}

/** drawLeaks marks the goroutines that were blocked at the end, with the line that made them. */
export function drawLeaks(f: Frame): void {
  const { c, model, palette } = f;
  const end = at(f, model.wall);
  if (end > f.x + f.width + 1 || end < f.x) return;
  c.font = `500 10.5px ${palette.css.ui}`;
  for (let i = Math.floor(f.scroll / laneHeight); i < f.lanes.length; i++) {
    const top = i * laneHeight - f.scroll;
    if (top > f.height) break;
    const row = f.lanes[i]!;
    if (!model.leaked(row)) continue;
    c.fillStyle = palette.css.ink;
    c.fillRect(end - 3, top + 8, 3, 15);
    const made = model.madeAt(row);
    const text = made ? `never ended, made at ${made.file}:${made.line}` : "never ended";
    const width = c.measureText(text).width;
    if (end - 8 - width < quietFrom(f, row) + 4) continue;
    c.textAlign = "right";
    halo(f, text, end - 8, top + 15, palette.css.ink2);
    c.textAlign = "left";
  }
}

/** quietFrom is the x from which a row only waits, as far as blocks are held. */
function quietFrom(f: Frame, row: number): number {
  const { model } = f;
  const b = model.blocks[model.blocks.length - 1];
  const lane = b ? laneAt(lanesOf(b, "goroutines"), row) : -1;
  if (!b || lane < 0) return f.x + f.width;
  const last = b.byRow.list[b.byRow.off[lane + 1]! - 1]!;
  return (b.kind[last]! & 15) > 3 ? Math.max(f.x, at(f, (b.from + b.start[last]!) * model.tick)) : f.x + f.width;
}

/** drawSelection frames what is selected, the critical path, and who woke whom. */
export function drawSelection(f: Frame, s: Shown): void {
  const { laneOf } = f;
  within(f, () => {
    for (const p of s.path) {
      if (f.kind === "goroutines") frame(f, laneOf.get(p.row), p.from, p.to, 1.5);
      else for (const h of heldBy(f, f.kind, p)) frame(f, laneOf.get(h.key), h.from, h.to, 1.5);
    }
    if (f.kind === "goroutines") arrows(f, s);
    const sel = s.selected;
    if (!sel) return;
    const key = { procs: sel.state <= 2 ? sel.proc : -1, goroutines: sel.row, threads: sel.state <= 2 ? sel.thread : -1 }[f.kind];
    frame(f, laneOf.get(key), sel.from, sel.to, 2);
  });
  const cursor = s.cursor;
  if (cursor?.kind !== f.kind || (s.selected && inSelection(f, s, cursor))) return;
  const top = cursor.lane * laneHeight - f.scroll, x = f.x + cursor.share * f.width;
  f.c.fillStyle = f.palette.css.ink;
  f.c.fillRect(x - 0.5, top + 2, 1, laneHeight);
  f.c.fillRect(x - 3, top + 1, 7, 2);
  f.c.fillRect(x - 3, top + laneHeight, 7, 2);
}

/** Held is a stretch in which a processor or a thread had a goroutine; key is its lane. */
interface Held { key: number; from: number; to: number }

/** heldBy says which processors or threads had a goroutine during a step of the critical path, as far as it is in sight and its blocks are held. What is less than a pixel apart is one. */
export function heldBy(f: Frame, kind: "procs" | "threads", step: { row: number; from: number; to: number }): Held[] {
  const { model, view } = f;
  const from = Math.max(step.from, view.from / model.tick), to = Math.min(step.to, view.to / model.tick);
  const pixel = view.span / f.width / model.tick;
  const out: Held[] = [];
  for (let n = model.blockAt(from); from < to && n < model.blocks.length && model.contents.blocks[n]!.from < to; n++) {
    const b = model.blocks[n];
    const lane = b ? laneAt(b.byRow, step.row) : -1;
    if (!b || lane < 0) continue;
    const holder = kind === "procs" ? b.proc : b.thread;
    const hi = b.byRow.off[lane + 1]!;
    for (let at = firstEnding(b, b.byRow.list, b.byRow.off[lane]!, hi, from - b.from); at < hi; at++) {
      const i = b.byRow.list[at]!, key = holder[i]! - 1;
      if (b.from + b.start[i]! >= to) break;
      if (key < 0) continue;
      const begin = Math.max(from, b.from + b.start[i]!), end = Math.min(to, b.from + b.end[i]!);
      const last = out[out.length - 1];
      if (last?.key === key && begin - last.to < pixel) last.to = end;
      else out.push({ key, from: begin, to: end });
    }
  }
  return out;
}

/** inSelection says that the cursor is within the frame of the selection, which says as much. */
function inSelection(f: Frame, s: Shown, cursor: { lane: number; share: number }): boolean {
  const tick = (f.view.from + cursor.share * f.view.span) / f.model.tick, sel = s.selected!;
  const key = { procs: sel.proc, goroutines: sel.row, threads: sel.thread }[f.kind];
  return f.lanes[cursor.lane] === key && tick >= sel.from && tick <= sel.to;
}

function frame(f: Frame, lane: number | undefined, from: number, to: number, width: number): void {
  if (lane === undefined) return;
  const top = lane * laneHeight - f.scroll;
  if (top < -laneHeight || top > f.height) return;
  const x0 = at(f, from * f.model.tick), x1 = at(f, to * f.model.tick);
  if (x1 < f.x || x0 > f.x + f.width) return;
  f.c.strokeStyle = f.palette.css.ink;
  f.c.lineWidth = width;
  f.c.strokeRect(x0 - 1, top + 7, Math.max(3, x1 - x0 + 2), 17);
}

function arrows(f: Frame, s: Shown): void {
  const { c, palette } = f;
  c.strokeStyle = c.fillStyle = palette.css.ink;
  c.lineCap = "round";
  const y = (row: number): number => {
    const lane = f.laneOf.get(row);
    if (lane === undefined) return -20;
    return Math.max(-20, Math.min(f.height + 20, lane * laneHeight - f.scroll + 15));
  };
  for (const a of s.arrows) {
    const x = at(f, a.tick * f.model.tick), y0 = y(a.fromRow), y1 = y(a.toRow);
    if (x < f.x - 4 || x > f.x + f.width + 4 || y0 === y1) continue;
    c.lineWidth = a.strong ? 1.5 : 1;
    c.globalAlpha = a.strong ? 1 : 0.6;
    c.beginPath();
    c.moveTo(x, y0);
    c.lineTo(x, y1);
    c.stroke();
    for (const [cy, r] of [[y0, 3.5], [y1, 2]] as const) {
      c.beginPath();
      c.arc(x, cy, r, 0, 7);
      c.fill();
    }
  }
  c.globalAlpha = 1;
}
