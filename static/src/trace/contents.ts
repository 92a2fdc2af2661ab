// The table of contents of a timeline: names, rows, spans, notes and curves.
import { visible } from "./words";

export interface Goroutines {
  id: number[]; func: number[]; by: number[]; at: number[]; created: number[]; ended: number[]; flags: number[];
}
export interface Span { kind: "stw" | "gc"; from: number; to: number; name: string }
export interface Note { kind: "task" | "region" | "log"; from: number; to: number; name: string; g: number; text: string; task: number }
export interface Curve { name: string; unit: string; tick: number; max: number[]; mean: number[] }
export interface BlockInfo { from: number; to: number; events: number; bytes: number; wake_bytes: number }

/** Contents is as docs/timeline.md says; times are in ticks. */
export interface Contents {
  version: number; go: string; tick_ns: number; ticks: number; procs: number; threads: number[];
  funcs: string[]; files: string[]; frames: [number, number, number, number][]; stacks: number[][]; reasons: string[];
  goroutines: Goroutines; spans: Span[]; notes: Note[]; curves: Curve[]; blocks: BlockInfo[];
  /** no_origins says that nothing is known of where starts came from. */
  no_origins?: boolean;
  cut?: { reason?: string; goroutines?: number; stacks?: number; spans?: number; notes?: number } | null;
}

/** noteName is what a task or a region is called. */
export function noteName(n: Note): string { return n.name.trim() || "(no name)"; }

/** Flags of a goroutine. */
export const flag = { system: 1, before: 2, blocked: 4 } as const;

const lists = ["threads", "funcs", "files", "frames", "stacks", "reasons", "spans", "notes", "curves", "blocks"] as const;

/** readContents checks what everything else relies on. A list that is null is empty. */
export function readContents(text: string): Contents {
  const c = JSON.parse(text) as Contents & Record<string, unknown>;
  if (c.version !== 1) throw new Error(`the timeline has version ${c.version}; this page reads version 1: load it again`);
  for (const name of lists) c[name] ??= [] as never;
  c.stacks = c.stacks.map((list) => list ?? []);
  // Whatever a program names may be anything.
  for (const name of ["funcs", "files", "reasons"] as const) c[name] = c[name].map(visible);
  // Only a log has a text, and only what belongs to a task has the number of one.
  for (const n of c.notes) [n.name, n.text, n.task] = [visible(n.name), visible(n.text ?? ""), n.task ?? 0];
  const g = c.goroutines;
  for (const name of ["func", "by", "at", "created", "ended", "flags"] as const) {
    g[name] ??= [];
    if (g[name].length !== (g.id ??= []).length) throw new Error("the timeline's goroutines do not fit together");
  }
  if (!(c.tick_ns > 0) || !(c.ticks >= 0)) throw new Error("the timeline has no clock");
  return c;
}

/** Line is a place in a source file. */
export interface Line { func: string; file: string; line: number; own: boolean }

/** lineOf is what a frame says; null for the unknown one. */
export function lineOf(c: Contents, frame: number): Line | null {
  const f = frame > 0 ? c.frames[frame] : undefined;
  if (!f) return null;
  return { func: functionName(c.funcs[f[0]] ?? ""), file: c.files[f[1]] ?? "", line: f[2], own: f[3] === 1 };
}

/** functionName leaves out what the compiler put around a go statement. */
export function functionName(name: string): string {
  const wrap = name.lastIndexOf(".gowrap");
  return wrap > 0 ? name.slice(0, wrap) : name;
}

/** ownLine is the innermost line of a stack that is the learner's own, or the innermost at all. */
export function ownLine(c: Contents, stack: number): Line | null {
  let first: Line | null = null;
  for (const frame of c.stacks[stack] ?? []) {
    const line = lineOf(c, frame);
    if (line?.own) return line;
    first ??= line;
  }
  return first;
}
