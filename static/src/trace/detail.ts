// The panel of what is selected, the list of what happened around it, and the
// table of a stretch of time.
import { icon, make } from "../dom";
import { Block, Origin, State, stateCount } from "./block";
import { Line, lineOf, noteName, ownLine, Note, Span } from "./contents";
import type { Facts, Sums } from "./facts";
import type { Kind, Model, Segment } from "./model";
import { noteTitle } from "./notes";
import { cause, clipped, moment, origins, plural, span, stateIds, stateNames, statePast, stateVerbs } from "./words";

/** Acts is what the buttons and links of a panel do. */
export interface Acts {
  goto(line: Line): void;
  select(s: Segment): void;
  follow(row: number): void;
  close(): void;
  /** href is where a line can be read without the event being taken. */
  href(line: Line): string;
}

type Part = Node | string | null;

/** swatch is the picture of a state. */
export function swatch(state: number): SVGSVGElement {
  const s = icon("");
  s.setAttribute("class", "sw");
  s.firstElementChild!.setAttribute("href", "#sw-" + stateIds[state]);
  return s;
}

/** place is a link to a line. */
export function place(line: Line | null, acts: Acts): Node | string {
  if (!line || !line.file) return "a line that is not known";
  const text = `${line.file}:${line.line}`;
  if (!line.own) return make("code", {}, text);
  const link = make("a", { class: "ref", href: acts.href(line), "data-file": line.file, "data-line": String(line.line) }, text);
  link.addEventListener("click", (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    e.stopPropagation();
    acts.goto(line);
  });
  return link;
}

const inferred = () => make("span", { class: "inf", title: "The runtime records no steal. The run queues are replayed from the trace." }, "inferred");

/** detail is the panel of a segment. */
export function detail(model: Model, f: Facts, acts: Acts): HTMLElement {
  const s = f.segment;
  const length = span((s.to - s.from) * model.tick);
  const list = make("dl", { class: "tv-dl" });
  const row = (head: string, ...parts: Part[]) => list.append(make("dt", {}, head), make("dd", {}, ...parts));
  about(model, f, acts, row);
  how(model, f, acts, row);
  const line = ownLine(model.contents, s.stack) ?? model.madeAt(s.row);
  const buttons = make("div", { class: "tv-acts" },
    line?.own ? button("next", "Go to line", () => acts.goto(line), "goto") : null,
    button("format", "Follow " + model.goroutine(s.row), () => acts.follow(s.row), "follow"),
    f.before ? button("", "Before", () => acts.select(f.before!), "before") : null,
    f.after ? button("", "After", () => acts.select(f.after!), "after") : null,
    button("cross", "Close", acts.close, "close"));
  return make("section", { class: "tv-detail", "aria-label": "The selected segment" },
    make("p", { class: "tv-h" }, swatch(s.state), `${model.goroutine(s.row)} ${statePast[s.state]} for ${length}`),
    list, buttons, stack(model, s, acts));
}

function button(symbol: string, text: string, act: () => void, name: string): HTMLButtonElement {
  const b = make("button", { type: "button", class: "b", "data-tv": name }, symbol ? icon(symbol) : null, text);
  b.addEventListener("click", act);
  return b;
}

type Row = (head: string, ...parts: Part[]) => void;

/** about says who, when and where. */
function about(model: Model, f: Facts, acts: Acts, row: Row): void {
  const s = f.segment;
  const fn = model.functionOf(s.row);
  const made = model.madeAt(s.row);
  row("Function", make("code", {}, fn || "not known"), made ? ", started at " : null, made ? place(made, acts) : null);
  const width = 4 * (s.to - s.from) * model.tick;
  row("From, to", `${moment(s.from * model.tick, width, s.to * model.tick)} to ${moment(s.to * model.tick, width)}`);
  const reason = model.reason(s);
  const line = ownLine(model.contents, s.stack);
  if (s.state >= State.chan) row("Waits for", reason || stateNames[s.state]!, line ? " at " : null, line ? place(line, acts) : null);
  else if (s.state === State.gc && reason) row("Does", reason);
  else if (s.state === State.syscall && line) row("Called at", place(line, acts));
  else if (s.state === State.running && line) row("Stopped at", place(line, acts));
  if (s.proc >= 0) row("On", `P${s.proc}`, s.thread >= 0 ? `, thread ${model.laneName("threads", s.thread)}` : null);
  if (s.state === State.running && s.origin > 0) row("Taken", origins[s.origin]!, " ", inferred());
}

/** how says how it came and went on. */
function how(model: Model, f: Facts, acts: Acts, row: Row): void {
  const s = f.segment;
  if (f.ready) {
    const by = f.by;
    if (by) row("Made ready", `by ${model.goroutine(by.waker)}, `, make("code", {}, model.functionOf(by.waker) || "?"), ", at ", place(ownLine(model.contents, by.stack), acts));
    else row("Made ready", cause(model.reason(f.ready)));
  }
  if (f.before) row("Before", ...state(model, f.before));
  if (s.state === State.runnable && f.after && f.after.proc >= 0) row("Taken by", `P${f.after.proc}`, f.after.origin > 0 ? ", " + origins[f.after.origin] + " " : null, f.after.origin > 0 ? inferred() : null);
  else if (f.after) row("After", ...state(model, f.after));
  else if (s.to >= model.contents.ticks) row("After", model.leaked(s.row) ? "nothing: it never ended" : "the trace ends");
  else row("After", "it ended");
  const held = f.meanwhile.slice(0, 4);
  if (held.length > 0) row("Meanwhile", ...held.map((h) => make("span", { class: "tv-held" }, swatch(h.state), `${model.goroutine(h.row)} held P${h.proc} for ${span(h.ticks * model.tick)}`)));
  if (f.woke.length > 0) row("It woke", woken(model, f, acts));
  if (f.silent) row("Made ready", "The wake-ups can't be read: " + f.silent);
}

function state(model: Model, s: Segment): Part[] {
  const reason = s.state >= State.chan ? model.reason(s) : "";
  return [swatch(s.state), `${stateNames[s.state]}${reason ? " (" + reason + ")" : ""} for ${span((s.to - s.from) * model.tick)}`];
}

/** woken says whom a run made ready; the same at the same line is said once. */
function woken(model: Model, f: Facts, acts: Acts): Node {
  const groups = new Map<string, { row: number; line: Line | null; n: number }>();
  for (const w of f.woke) {
    const line = ownLine(model.contents, w.stack);
    const key = `${w.woken} ${line?.file}:${line?.line}`;
    const g = groups.get(key);
    if (g) g.n++;
    else groups.set(key, { row: w.woken, line, n: 1 });
  }
  const list = make("span", {});
  let left = f.wakes;
  [...groups.values()].slice(0, 6).forEach((g, i) => {
    left -= g.n;
    list.append(i > 0 ? ", " : "", model.goroutine(g.row), g.line ? " at " : "", g.line ? place(g.line, acts) : "", g.n > 1 ? ` ${plural(g.n, "time", "times")}` : "");
  });
  if (left > 0) list.append(` and ${f.atLeast ? "at least " : ""}${left.toLocaleString("en")} more`);
  return list;
}

/** stack lists the calls, innermost first. */
function stack(model: Model, s: Segment, acts: Acts): Node | null {
  const frames = model.contents.stacks[s.stack] ?? [];
  if (frames.length === 0) return null;
  const list = make("ol", { class: "tv-stack" });
  for (const frame of frames) {
    const line = lineOf(model.contents, frame);
    if (line) list.append(make("li", line.own ? { class: "own" } : {}, make("code", {}, line.func || "?"), " ", place(line, acts)));
  }
  return make("details", { class: "tv-frames", open: "" }, make("summary", {}, plural(frames.length, "call", "calls") + " on its stack"), list);
}

/** noteDetail is the panel of a task, a region or a log. */
export function noteDetail(model: Model, n: Note, acts: Acts): HTMLElement {
  const head = n.kind === "log" ? `Log: ${clipped(n.text || "(empty)")}` : `${n.kind === "task" ? "Task" : "Region"} ${clipped(noteName(n))}, ${n.to < 0 ? "never ended" : span((n.to - n.from) * model.tick)}`;
  const list = make("dl", { class: "tv-dl" });
  list.append(make("dt", {}, "When"), make("dd", {}, moment(n.from * model.tick, Math.max(1, n.to - n.from) * model.tick)));
  if (n.g >= 0) list.append(make("dt", {}, "Who"), make("dd", {}, `${model.goroutine(n.g)}, `, make("code", {}, model.functionOf(n.g) || "?")));
  if (n.kind === "log" && n.name) list.append(make("dt", {}, "Category"), make("dd", { title: n.name }, clipped(n.name)));
  return make("section", { class: "tv-detail", "aria-label": "The selected note" }, make("p", { class: "tv-h", title: noteTitle(n) }, head), list,
    make("div", { class: "tv-acts" }, button("cross", "Close", acts.close, "close")));
}

/** spanDetail is the panel of a stop of the world, or of a collection. */
export function spanDetail(model: Model, s: Span, acts: Acts): HTMLElement {
  const length = (s.to - s.from) * model.tick;
  const head = `${s.kind === "stw" ? "World stopped" : "Garbage collection"} for ${span(length)}: ${clipped(s.name)}`;
  const list = make("dl", { class: "tv-dl" }, make("dt", {}, "When"), make("dd", {}, moment(s.from * model.tick, Math.max(1, length))));
  return make("section", { class: "tv-detail", "aria-label": "The selected stretch" }, make("p", { class: "tv-h", title: s.name }, head), list,
    make("div", { class: "tv-acts" }, button("cross", "Close", acts.close, "close")));
}

/** tell says a selection in a sentence. */
export function tell(model: Model, f: Facts): string {
  const s = f.segment;
  const parts = [`${model.goroutine(s.row)} ${statePast[s.state]} for ${span((s.to - s.from) * model.tick)}, from ${span(s.from * model.tick)}`];
  if (s.proc >= 0) parts.push(`on P${s.proc}`);
  if (s.state === State.running && s.origin === Origin.stolen) parts.push("stolen, inferred");
  const line = ownLine(model.contents, s.stack);
  if (line) parts.push(`${line.file} line ${line.line}`);
  if (f.by) parts.push(`made ready by ${model.goroutine(f.by.waker)}`);
  return parts.join(", ") + ".";
}

/** around lists what happened before and after a segment began. */
export function around(model: Model, b: Block, s: Segment, acts: Acts): HTMLElement {
  const picked: number[] = [];
  const real = (i: number) => (b.kind[i]! & 15) < stateCount && (b.start[i]! > 0 || b.number === 0) && b.end[i]! > b.start[i]! && !model.hides(b, i);
  for (let i = s.event - 1; i >= 0 && picked.length < 4; i--) if (real(i)) picked.unshift(i);
  for (let i = s.event, left = 8; i < b.n && left > 0; i++) if (real(i)) { picked.push(i); left--; }
  const width = Math.max(1, b.start[picked[picked.length - 1] ?? 0]! - b.start[picked[0] ?? 0]!) * model.tick;
  const last = (b.from + b.start[picked[picked.length - 1] ?? 0]!) * model.tick;
  const body = make("tbody");
  for (const i of picked) {
    const at = make("button", { type: "button", class: "tv-lk" }, moment((b.from + b.start[i]!) * model.tick, width, last));
    at.addEventListener("click", () => acts.select(model.segment(b, i)));
    body.append(make("tr", i === s.event ? { "aria-current": "true" } : {}, make("td", {}, at), make("td", {}, model.goroutine(b.row[i]!)),
      make("td", {}, swatch(b.kind[i]! & 15), happened(model, b, i)), make("td", {}, b.proc[i]! > 0 ? "P" + (b.proc[i]! - 1) : "")));
  }
  return table("Around here", ["Time", "Who", "What", "Where"], body);
}

function happened(model: Model, b: Block, i: number): string {
  const state = b.kind[i]! & 15, reason = model.contents.reasons[b.reason[i]!] ?? "";
  if (state === State.runnable) return reason === "create" ? "made by a go statement" : "made ready " + cause(reason);
  if (state === State.running) return b.kind[i]! >> 4 === Origin.stolen ? "runs, stolen (inferred)" : "runs";
  return stateVerbs[state]! + (reason && state !== State.syscall ? ": " + reason : "");
}

function table(caption: string, heads: Part[], body: HTMLElement): HTMLElement {
  const head = make("tr");
  for (const h of heads) head.append(make("th", { scope: "col" }, ...(Array.isArray(h) ? h : [h])));
  return make("div", { class: "tscroll", tabindex: "0", role: "group", "aria-label": caption },
    make("table", { class: "metrics keepw" }, make("caption", { class: "sub" }, caption), make("thead", {}, head), body));
}

/** sumsMost bounds the rows of the table of a stretch. */
const sumsMost = 200;

/** laneWords name one lane of a kind, several, and the head of their column. */
export const laneWords: Record<Kind, [string, string, string]> = {
  procs: ["processor", "processors", "Processor"], goroutines: ["goroutine", "goroutines", "Goroutine"], threads: ["thread", "threads", "Thread"],
};

/** sumsTable is the time of each lane by state, from..to in ns. */
export function sumsTable(model: Model, sums: Sums[], kind: Kind, from: number, to: number): HTMLElement {
  const [one, many, head] = laneWords[kind], named = kind === "goroutines";
  const total = new Array<number>(stateCount).fill(0);
  for (const r of sums) r.times.forEach((t, s) => { total[s]! += t; });
  const states = total.flatMap((t, s) => (t > 0 ? [s] : []));
  const body = make("tbody");
  const cells = (times: number[]) => states.map((s) => make("td", {}, times[s]! > 0 ? span(times[s]! * model.tick) : "–"));
  for (const r of sums.slice(0, sumsMost)) {
    body.append(make("tr", {}, make("th", { scope: "row" }, model.laneName(kind, r.row)), named ? make("td", {}, make("code", {}, model.functionOf(r.row) || "?")) : null, make("td", {}, String(r.runs || "–")), ...cells(r.times)));
  }
  body.append(make("tr", { class: "tv-sum" }, make("th", { scope: "row" }, named ? "All" : `All ${plural(sums.length, one, many)}`), named ? make("td", {}, plural(sums.length, one, many)) : null, make("td", {}, String(sums.reduce((n, r) => n + r.runs, 0))), ...cells(total)));
  const heads: Part[] = named ? [head, "Function", "runs"] : [head, "runs"];
  for (const s of states) heads.push(make("span", { class: "st" }, swatch(s), stateNames[s]!));
  const out = table(`Time of each ${one} by state, ${moment(from, to - from, to)} to ${moment(to, to - from)}`, heads, body);
  if (sums.length > sumsMost) out.append(make("p", { class: "tnote" }, plural(sums.length - sumsMost, `more ${one} is`, `more ${many} are`) + " counted in the last row only."));
  if (model.hidden) out.append(make("p", { class: "tnote" }, named ? "The runtime’s own goroutines are not counted. “Runtime’s” shows them." : "Of the runtime’s own goroutines only GC work is counted. “Runtime’s” shows all they do."));
  return out;
}
