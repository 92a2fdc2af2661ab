// What a search and the legend leave in: the other segments step back.
import { Block, stateCount } from "./block";
import { Contents, functionName, Span } from "./contents";
import type { Model } from "./model";
import type { Matches } from "./pyramid";
import { stateIds, stateNames } from "./words";

/** Tables say for each state, reason, stack and row whether a word of a search is in it. */
interface Tables { state: Uint8Array; reason: Uint8Array; stack: Uint8Array; row: Uint8Array; proc: number; thread: number }

function wordsOf(search: string): string[] { return search.toLowerCase().split(/\s+/).filter(Boolean); }

/** spansOf gives the stops of the world and the collections that all words of a search are in, in the order of time. */
export function spansOf(model: Model, search: string): Span[] {
  const words = wordsOf(search);
  if (words.length === 0) return [];
  const text = (s: Span) => `${s.kind === "stw" ? "stw world stopped" : "gc"} ${s.name}`.toLowerCase();
  return model.contents.spans.filter((s) => words.every((w) => text(s).includes(w))).sort((a, b) => a.from - b.from);
}

/** filterOf gives what a search and a choice of states leave in; null when that is all. */
export function filterOf(model: Model, search: string, states: ReadonlySet<number>): Matches | null {
  const words = wordsOf(search).map((w) => tables(model, w));
  if (words.length === 0 && states.size === 0) return null;
  const shown = new Uint8Array(16);
  for (let s = 0; s < stateCount; s++) shown[s] = states.size === 0 || states.has(s) ? 1 : 0;
  return (b, i) => {
    if (!shown[b.kind[i]! & 15] || model.hides(b, i)) return false;
    for (const t of words) if (!within(t, b, i)) return false;
    return true;
  };
}

function within(t: Tables, b: Block, i: number): boolean {
  return t.row[b.row[i]!] === 1 || t.state[b.kind[i]! & 15] === 1 || t.reason[b.reason[i]!] === 1 ||
    t.stack[b.stack[i]!] === 1 || (t.proc > 0 && b.proc[i] === t.proc) || (t.thread > 0 && b.thread[i] === t.thread) || (b.kind[i]! >> 4 === 2 && t.proc === -1);
}

function tables(model: Model, word: string): Tables {
  const c = model.contents;
  const has = (text: string) => text.toLowerCase().includes(word);
  // A line that is named whole is that line: main.go:3 is not main.go:31.
  const frames = frameTable(c, /:\d+$/.test(word) ? (text) => text.toLowerCase().endsWith(word) : has);
  const t: Tables = {
    state: Uint8Array.from(stateNames, (name, s) => Number(has(name) || has(stateIds[s]!))),
    reason: Uint8Array.from(c.reasons, (r) => Number(r !== "" && has(r))),
    stack: Uint8Array.from(c.stacks, (list) => Number(list.some((f) => frames[f] === 1))),
    row: new Uint8Array(model.rows),
    proc: /^p\d+$/.test(word) ? Number(word.slice(1)) + 1 : word === "stolen" ? -1 : 0,
    thread: /^m\d+$/.test(word) ? c.threads.indexOf(Number(word.slice(1))) + 1 : 0,
  };
  const g = c.goroutines;
  const funcs = Uint8Array.from(c.funcs, (f) => Number(has(functionName(f))));
  const leaks = word === "leak" || word === "leaked" || word === "blocked";
  const id = /^g\d+$/.test(word) ? Number(word.slice(1)) : -1;
  for (let row = 0; row < model.rows; row++) {
    if (funcs[g.func[row]!] === 1 || g.id[row] === id || frames[g.at[row]!] === 1 || (leaks && model.leaked(row))) t.row[row] = 1;
  }
  return t;
}

/** frameTable says which frames a word is in: in the function, or in the line as pool.go:31. */
function frameTable(c: Contents, has: (text: string) => boolean): Uint8Array {
  return Uint8Array.from(c.frames, (f, i) => Number(i > 0 && (has(functionName(c.funcs[f[0]] ?? "")) || has(`${c.files[f[1]] ?? ""}:${f[2]}`))));
}

/** Match is an event that a filter leaves in. */
export interface Match { block: number; event: number }

/** Place is where a search goes on from: a tick, and the event there when there is one. */
export interface Place { tick: number; at?: Match }

/** nextMatch is the first event after (or the last before) a place that a filter leaves in; it loads the blocks it has to read. */
export async function nextMatch(model: Model, matches: Matches, from: Place, forward: boolean): Promise<Match | null> {
  const step = forward ? 1 : -1;
  const { tick, at } = from;
  for (let n = at?.block ?? model.blockAt(Math.max(0, tick)); n >= 0 && n < model.blocks.length; n += step) {
    const b = await model.load(n);
    for (let i = n === at?.block ? at.event + step : forward ? 0 : b.n - 1; i >= 0 && i < b.n; i += step) {
      const start = b.from + b.start[i]!;
      if ((!at && (forward ? start <= tick : start >= tick)) || b.start[i] === b.end[i]) continue;
      if (b.start[i] === 0 && n > 0) continue; // it only goes on from the block before
      if (matches(b, i)) return { block: n, event: i };
    }
  }
  return null;
}
