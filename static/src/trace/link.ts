// Links to a moment: ?t=1ms..2ms&focus=procs&g=8&at=1.2ms in the query or behind the #.
import type { Kind } from "./model";
import { fixed, readRange, readTime, span, writeRange } from "./words";

/**
 * Moment is what a link restores: the stretch in sight in ns, which lanes, and
 * what is selected: the goroutine with the id g, and what it does at a time in
 * ns. null, -1 and NaN stand for none.
 */
export interface Moment { range: [number, number] | null; focus: Kind | null; g: number; at: number }

/** fit keeps of a moment what a run of wall ns has, and says what it has not. */
export function fit(m: Moment, wall: number, has: (g: number) => boolean): string[] {
  const says = [];
  const late = m.range && m.range[0] >= wall ? m.range[0] : m.at >= wall ? m.at : -1;
  if (late >= 0) says.push(`The link asks for what was at ${span(late)}: this run ended at ${span(wall)}.`);
  if (m.range) m.range = m.range[0] < wall ? [m.range[0], Math.min(m.range[1], wall)] : null;
  if (m.at >= wall) m.at = NaN;
  if (m.g >= 0 && !has(m.g)) {
    says.push(`The link asks for G${m.g}, which has no lane in this trace.`);
    m.g = -1;
  }
  return says;
}

/** unreadable is what stands in the address for a stretch and is none; "" when it can be read. */
export function unreadable(from: Location): string {
  const t = valuesOf(from).get("t");
  return t && !readRange(t) ? t : "";
}

/** readMoment reads the address of the page. */
export function readMoment(from: Location): Moment {
  const values = valuesOf(from);
  const g = values.get("g");
  return {
    range: readRange(values.get("t")), focus: readFocus(values.get("focus")),
    g: g && /^\d+$/.test(g) ? Number(g) : -1, at: readTime(values.get("at") ?? ""),
  };
}

function valuesOf(from: Location): URLSearchParams {
  const hash = /(^#|&)(t|g|focus)=/.test(from.hash) ? from.hash.slice(1) : "";
  return new URLSearchParams(hash || from.search);
}

/** readFocus is the lanes that a name stands for; null when it is none. */
export function readFocus(name: string | null | undefined): Kind | null {
  return name === "procs" || name === "goroutines" || name === "threads" ? name : null;
}

/** momentQuery writes a moment so that readMoment reads it. */
export function momentQuery(m: Moment): string {
  const parts = [];
  if (m.range) parts.push("t=" + writeRange(...m.range));
  if (m.focus) parts.push("focus=" + m.focus);
  if (m.g >= 0) parts.push("g=" + m.g);
  if (m.g >= 0 && m.at >= 0) parts.push(`at=${fixed(m.at / 1e6, 6)}ms`);
  return parts.join("&");
}

/** keepMoment puts a moment into the address of the page, without a step in its history. */
export function keepMoment(query: string): void {
  try {
    if (location.protocol === "file:") history.replaceState(null, "", query ? "#" + query : "#");
    else history.replaceState(history.state, "", location.pathname + (query ? "?" + query : "") + location.hash);
  } catch { /* the browser allows only so many a second: the next one will do */ }
}
