// Links to a moment: ?t=1ms..2ms&g=8 in the query or behind the #.
import { readRange, writeRange } from "./words";

/** Moment is what a link restores. g is the id of a goroutine, -1 for none. */
export interface Moment { range: [number, number] | null; g: number }

/** readMoment reads the address of the page. */
export function readMoment(from: Location): Moment {
  const hash = /(^#|&)t=/.test(from.hash) || /(^#|&)g=/.test(from.hash) ? from.hash.slice(1) : "";
  const values = new URLSearchParams(hash || from.search);
  const g = values.get("g");
  return { range: readRange(values.get("t")), g: g && /^\d+$/.test(g) ? Number(g) : -1 };
}

/** momentQuery writes a moment so that readMoment reads it. */
export function momentQuery(from: number, to: number, g: number): string {
  return "t=" + writeRange(from, to) + (g >= 0 ? "&g=" + g : "");
}

/** keepMoment puts a moment into the address of the page, without a step in its history. */
export function keepMoment(query: string): void {
  try {
    if (location.protocol === "file:") history.replaceState(null, "", query ? "#" + query : "#");
    else history.replaceState(history.state, "", location.pathname + (query ? "?" + query : "") + location.hash);
  } catch { /* the browser allows only so many a second: the next one will do */ }
}
