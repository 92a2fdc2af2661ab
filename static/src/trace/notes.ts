// What the program wrote itself: tasks, regions and logs, as lanes.
import { Note, noteName } from "./contents";
import { at, Frame, within } from "./overlay";
import { clipped } from "./words";

/** NoteLane is a lane of notes, none of which covers another. */
export type NoteLane = { name: string; notes: Note[] };

const height = 20;
/** most is how many lanes one kind may take. */
const most = 4;

/** packNotes puts notes into lanes: tasks, regions, logs. What finds no place is in the tables only. */
export function packNotes(notes: Note[]): NoteLane[] {
  const lanes: NoteLane[] = [];
  for (const [kind, name] of [["task", "tasks"], ["region", "regions"], ["log", "logs"]] as const) {
    const rows: { end: number; notes: Note[] }[] = [];
    for (const n of notes.filter((x) => x.kind === kind && !x.name.startsWith("tutor:")).sort((a, b) => a.from - b.from)) {
      let row = rows.find((r) => r.end <= n.from);
      if (!row && rows.length < (kind === "log" ? 1 : most)) rows.push((row = { end: 0, notes: [] }));
      if (kind === "log") row ??= rows[0];
      if (!row) continue;
      row.end = n.to < 0 ? Infinity : n.to;
      row.notes.push(n);
    }
    rows.forEach((r, i) => lanes.push({ name: i === 0 ? name : "", notes: r.notes }));
  }
  return lanes;
}

export function notesHeight(lanes: NoteLane[]): number { return lanes.length * height + (lanes.length > 0 ? 6 : 0); }

/** drawNotes draws them from top, and gives where they end. */
export function drawNotes(f: Frame, lanes: NoteLane[], top: number): number {
  if (lanes.length === 0) return top;
  top += 6;
  for (const lane of lanes) {
    f.c.font = `500 ${f.x < 56 ? 9 : 11}px ${f.palette.css.code}`;
    f.c.textAlign = "right";
    f.c.fillStyle = f.palette.css.ink2;
    f.c.fillText(lane.name, f.x - 8, top + 14);
    f.c.textAlign = "left";
    within(f, () => { for (const n of lane.notes) draw(f, n, top); });
    top += height;
  }
  return top;
}

function draw(f: Frame, n: Note, top: number): void {
  const { c, model, palette } = f;
  const x0 = at(f, n.from * model.tick), x1 = at(f, (n.to < 0 ? model.contents.ticks : n.to) * model.tick);
  if (x1 < f.x || x0 > f.x + f.width) return;
  if (n.kind === "log") {
    c.fillStyle = palette.css.ink;
    c.beginPath();
    c.arc(x0, top + 10, 3, 0, 7);
    c.fill();
    return;
  }
  const left = Math.max(x0, f.x - 2), right = Math.min(x1, f.x + f.width + 2);
  c.fillStyle = palette.css.ground;
  c.strokeStyle = palette.css.ink3;
  c.lineWidth = 1;
  c.fillRect(left, top + 3, Math.max(1, right - left), 14);
  if (right - left > 2) c.strokeRect(left + 0.5, top + 3.5, right - left - 1, 13);
  c.font = `500 10.5px ${palette.css.ui}`;
  const name = clipped(noteName(n), 40);
  if (c.measureText(name).width + 8 > right - left) return;
  c.fillStyle = palette.css.ink;
  c.fillText(name, Math.max(left, f.x) + 4, top + 14);
}

/** noteTitle is a note in full, for a tooltip. */
export function noteTitle(n: Note): string { return n.kind === "log" ? `log ${n.name ? n.name + ": " : ""}${n.text}` : `${n.kind} ${noteName(n)}`; }

/** noteAt is what is at y below top and at a tick; null for nothing. slack is how far off it may be, in ticks. */
export function noteAt(lanes: NoteLane[], y: number, tick: number, slack: number): Note | null {
  const lane = lanes[Math.floor((y - 6) / height)];
  return lane?.notes.find((n) => tick >= n.from - slack && tick <= (n.to < 0 ? Infinity : n.to) + slack) ?? null;
}
