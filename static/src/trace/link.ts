// Links to a moment: ?t=1ms..2ms&focus=procs&g=8&at=1.2ms in the query or behind the #.
import type { Kind } from "./model";
import { fixed, readRange, readTime, writeRange } from "./words";

/**
 * Moment is what a link restores: the stretch in sight in ns, which lanes, and
 * what is selected: the goroutine with the id g, and what it does at a time in
 * ns. null, -1 and NaN stand for none.
 */
export interface Moment { range: [number, number] | null; focus: Kind | null; g: number; at: number }

/** readMoment reads the address of the page. */
export function readMoment(from: Location): Moment {
  const hash = /(^#|&)(t|g|focus)=/.test(from.hash) ? from.hash.slice(1) : "";
  const values = new URLSearchParams(hash || from.search);
  const g = values.get("g");
  return {
    range: readRange(values.get("t")), focus: readFocus(values.get("focus")),
    g: g && /^\d+$/.test(g) ? Number(g) : -1, at: readTime(values.get("at") ?? ""),
  };
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
