// A trace in plain words, for whom the drawing says nothing.
import { flag } from "./contents";
import type { Model } from "./model";
import { plural, span } from "./words";

/**
 * summarise says how long a trace is, what was made in it and, when its end is
 * the run's, what was left. It counts as the table of measures does.
 */
export function summarise(model: Model): string {
  const c = model.contents;
  const says = [`${covers(model)} on ${plural(c.procs, "processor", "processors")}. ${plural(made(model), "goroutine was", "goroutines were")} made in it`];
  const ready = c.curves.find((x) => x.name === "runnable");
  if (ready) {
    const most = ready.max.reduce((a, b) => Math.max(a, b), 0);
    says.push(`at most ${plural(most, "was", "were")} ready and not running at once`);
  }
  if (!c.cut?.reason) says.push(left(model));
  return says.join("; ") + ".";
}

function covers(model: Model): string {
  return `The trace covers ${model.contents.cut?.reason ? `the first ${span(model.wall)} of the run` : span(model.wall)}`;
}

/** made counts the program's goroutines that began in the trace, with a lane or without. */
function made(model: Model): number {
  const { flags } = model.contents.goroutines;
  return flags.reduce((n, f) => n + Number((f & (flag.system | flag.before)) === 0), model.contents.cut?.goroutines ?? 0);
}

function left(model: Model): string {
  const n = model.contents.goroutines.flags.reduce((k, f) => k + Number((f & flag.blocked) !== 0), 0);
  const of = model.contents.cut?.goroutines ? " of those with a lane" : "";
  return `${n === 0 ? "none" : n.toLocaleString("en")}${of} ${n > 1 ? "were" : "was"} left blocked at the end`;
}
