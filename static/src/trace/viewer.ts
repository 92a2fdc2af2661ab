// One timeline on a page: what is shown, what is selected, and drawing it.
import { make } from "../dom";
import { CurveSpec, curvesOf } from "./curves";
import type { Line, Note, Span } from "./contents";
import { around, Acts, detail, laneWords, noteDetail, spanDetail, sumsTable, tell } from "./detail";
import { Facts, factsOf, sumRange } from "./facts";
import { filterOf, Match, nextMatch, Place, spansOf } from "./filter";
import { Minimap } from "./minimap";
import { Kind, Model, Segment } from "./model";
import { noteAt, noteTitle, packNotes } from "./notes";
import { laneHeight, Palette, readPalette } from "./palette";
import { Pane, Shown } from "./pane";
import { Viewport } from "./viewport";
import { clipped, fixed, plural, span, unitOf } from "./words";

/** Places are the elements that a viewer fills. */
export interface Places { lanes: HTMLElement; side: HTMLElement; below: HTMLElement; live: HTMLElement; summary: string }

/** Outside is what a viewer tells its element. */
export interface Outside {
  goto(line: Line): void;
  href(line: Line): string;
  moved(): void;
  found(text: string): void;
  focused(): void;
}

/** rowsShown is how many goroutines are seen at once before the group scrolls. */
const rowsShown = 22;

export class Viewer {
  readonly panes: Record<Kind, Pane>;
  readonly mini: Minimap;
  readonly shown: Shown;
  focus: Kind = "goroutines";
  table = false;
  palette: Palette;
  private search = "";
  private readonly states = new Set<number>();
  private followed = -1;
  /** spans are the stops of the world and the collections that a search finds, span is the one it went to last. */
  private spans: Span[] = [];
  private span: Span | null = null;
  private pending = 0;
  private turn = 0;
  private readonly heads: Record<Kind, HTMLElement>;
  private readonly box = make("div", { class: "tv-range" });
  private readonly near = make("div", { class: "tv-around" });
  private readonly panel = make("div", { class: "tv-panel" });
  private readonly acts: Acts;
  private readonly changed = () => this.moved();

  constructor(readonly model: Model, readonly view: Viewport, private readonly places: Places, private readonly outside: Outside) {
    const pane = (kind: Kind) => new Pane(kind, model, view);
    this.panes = { procs: pane("procs"), goroutines: pane("goroutines"), threads: pane("threads") };
    this.mini = new Minimap(model, view);
    this.shown = { selected: null, path: [], range: null, arrows: [], curves: [], notes: packNotes(model.contents.notes), cursor: null };
    this.palette = readPalette(places.lanes, ratio());
    this.heads = { procs: head("Processors"), goroutines: head("Goroutines"), threads: head("Threads") };
    this.acts = {
      goto: (line) => outside.goto(line), href: (line) => outside.href(line), close: () => this.close(true),
      select: (s) => void this.select(s, true), follow: (row) => this.follow(row),
    };
    places.lanes.append(this.mini.canvas, this.heads.procs, this.panes.procs.root, this.heads.goroutines, this.panes.goroutines.root,
      this.heads.threads, this.panes.threads.root, hints());
    places.below.append(this.box, this.near);
    places.side.prepend(this.panel);
    this.join();
    this.arrange();
  }

  /** join and leave follow whether the view is in the page. */
  join(): void { this.view.join(this.model.wall, this.changed); }

  leave(): void { this.view.leave(this.changed); }

  /** arrange decides which lanes there are and how high the groups of lanes stand. */
  arrange(): void {
    const c = this.model.contents;
    this.panes.procs.hold(Array.from({ length: c.procs }, (_, p) => p));
    this.panes.threads.hold(c.threads.map((_, i) => i));
    const rows: number[] = [];
    for (let row = 0; row < this.model.rows; row++) if (!this.model.hidden?.[row]) rows.push(row);
    this.panes.goroutines.hold(rows);
    const curves = this.focus === "procs" ? ["runnable", "live", "queue", "global", "heap"] : ["runnable"];
    this.shown.curves = curvesOf(c.curves, curves) as CurveSpec[];
    for (const kind of ["procs", "goroutines", "threads"] as const) {
      const seen = !this.table && (kind === "procs" || kind === this.focus);
      this.panes[kind].root.hidden = this.heads[kind].hidden = !seen;
      this.panes[kind].layout(this.shown);
    }
    this.mini.canvas.hidden = this.table;
    for (const kind of ["goroutines", "threads"] as const) {
      this.panes[kind].root.style.maxHeight = `min(${rowsShown * laneHeight}px, 70vh)`;
    }
    this.panes.procs.root.style.maxHeight = "min(70vh, 640px)";
    this.moved();
  }

  // ---- drawing ----

  /** redraw draws once before the next frame. */
  redraw(): void { this.pending ||= requestAnimationFrame(() => this.draw()); }

  /** draw draws now, and gives how long it took in ms. */
  draw(): number {
    if (this.pending) cancelAnimationFrame(this.pending);
    this.pending = 0;
    if (this.palette.ratio !== ratio()) this.repaint();
    const begun = performance.now();
    if (!this.table) {
      this.mini.draw(this.palette, this.model.contents.procs);
      for (const kind of new Set(["procs", this.focus] as const)) this.panes[kind].draw(this.palette, this.shown);
    }
    return performance.now() - begun;
  }

  /** repaint reads the theme again. */
  repaint(): void {
    this.palette = readPalette(this.places.lanes, ratio());
    this.mini.stale();
    this.redraw();
  }

  /** read is told that another block can be drawn; all says it was the last. */
  read(all: boolean): void {
    this.mini.stale();
    this.redraw();
    if (all) void this.fetchSeen();
  }

  private settle = 0;

  /** moved follows a change of what is in sight. */
  private moved(): void {
    this.redraw();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => this.settled(), 160);
  }

  /** settled loads what is in sight, and says it in words. */
  private settled(): void {
    this.describe();
    void this.fetchSeen();
    if (this.table) void this.sum(this.view.from, this.view.to);
    this.outside.moved();
  }

  /** fetchSeen loads the blocks in sight, when they are few enough to be drawn one by one. */
  private async fetchSeen(): Promise<void> {
    const first = this.model.blockAt(this.view.from / this.model.tick), last = this.model.blockAt(this.view.to / this.model.tick);
    if (last - first > 3) return;
    for (let n = first; n <= last && n < this.model.blocks.length; n++) {
      if (this.model.blocks[n]) continue;
      if (!(await this.attempt(this.model.load(n)))) return;
      this.redraw();
    }
  }

  /** attempt waits for what may have to be fetched, and says when that fails: then it gives null. */
  private async attempt<T>(what: Promise<T>): Promise<T | null> {
    try {
      return await what;
    } catch (e) {
      this.say(`A part of the timeline can't be read: ${e instanceof Error ? e.message : e}`);
      return null;
    }
  }

  private describe(): void {
    const [size, unit] = unitOf(this.view.to);
    const decimals = Math.max(0, Math.min(6, Math.ceil(Math.log10(size / this.view.span)) + 2));
    const when = `${fixed(this.view.from / size, decimals)} to ${fixed(this.view.to / size, decimals)} ${unit}`;
    for (const kind of ["procs", "goroutines", "threads"] as const) {
      const pane = this.panes[kind];
      const n = pane.lanes.length;
      const name = { procs: plural(n, "processor", "processors"), goroutines: plural(n, "goroutine", "goroutines"), threads: plural(n, "thread", "threads") }[kind];
      pane.root.setAttribute("aria-label", `${name}, ${when}. Arrows move, plus and minus zoom, Enter opens the segment.`);
      pane.root.setAttribute("aria-describedby", this.places.summary);
      this.heads[kind].lastElementChild!.textContent = kind === "goroutines" ? `in the order they were made${n > rowsShown ? `, ${n.toLocaleString("en")} of them` : ""}` : when;
    }
  }

  // ---- what is shown ----

  show(kind: Kind): void {
    this.focus = kind;
    this.table = false;
    this.arrange();
    this.outside.focused();
    if (this.shown.selected) this.revealSelected(this.shown.selected);
    if (this.shown.range) void this.sum(...this.shown.range);
  }

  asTable(on: boolean): void {
    this.table = on;
    this.arrange();
    this.outside.focused();
    if (!on && !this.shown.range) this.box.replaceChildren();
  }

  /** showSystem shows the runtime's own goroutines in every lane, strip and table, or only their GC work. */
  showSystem(on: boolean): void {
    this.model.showSystem(on);
    this.mini.stale();
    this.refilter();
    this.arrange();
    if (this.shown.range) void this.sum(...this.shown.range);
  }

  // ---- filter ----

  find(text: string): void {
    this.search = text;
    this.followed = -1;
    this.refilter();
  }

  /** toggle leaves in only some states; none is all. It answers which. */
  toggle(state: number): ReadonlySet<number> {
    if (!this.states.delete(state)) this.states.add(state);
    this.refilter();
    return this.states;
  }

  /** point lets one state stand out for as long as something points at it; null for none. */
  point(state: number | null): void {
    if (this.model.pointed === (state ?? -1)) return;
    this.model.pointed = state ?? -1;
    this.read(false);
  }

  private refilter(): void {
    const text = this.followed >= 0 ? this.model.goroutine(this.followed) : this.search;
    this.model.filter(filterOf(this.model, text, this.states));
    this.spans = spansOf(this.model, text);
    this.outside.found(this.search || this.states.size > 0 ? this.count() : "");
    this.mini.stale();
    this.redraw();
  }

  private count(): string {
    const matches = this.model.matches;
    if (!matches) return "";
    let n = this.spans.length, missing = false;
    for (const b of this.model.blocks) {
      if (!b) { missing = true; continue; }
      for (let i = 0; i < b.n; i++) if (b.end[i]! > b.start[i]! && (b.start[i]! > 0 || b.number === 0) && (b.kind[i]! & 15) < 9 && matches(b, i)) n++;
    }
    return `${missing ? "at least " : ""}${n.toLocaleString("en")}`;
  }

  /** match goes to the next match, or the one before. After the last it begins again, and says so. */
  async match(forward: boolean): Promise<void> {
    if (!this.model.matches) return;
    const { contents, tick } = this.model;
    const s = this.shown.selected;
    const here: Place = s ? { tick: s.from, at: { block: s.block, event: s.event } }
      : { tick: this.span ? this.span.from : forward ? this.view.from / tick - 1 : this.view.to / tick };
    let found = await this.attempt(this.found(here, forward)), again = "";
    if (!found) {
      again = forward ? "from the start" : "from the end";
      found = await this.attempt(this.found({ tick: forward ? -1 : contents.ticks + 1 }, forward));
    }
    if (!found) return this.say("No match.");
    if ("name" in found) this.selectSpan(found);
    else await this.select(this.model.segment(await this.model.load(found.block), found.event), true);
    this.outside.found(this.count() + (again && ", " + again));
    if (again) this.say(`No match ${forward ? "after" : "before"} that: this is the ${forward ? "first" : "last"} one. ${this.places.live.textContent}`);
  }

  /** found is the next segment that the filter leaves in, or the next stretch that the search finds, whichever comes first. */
  private async found(from: Place, forward: boolean): Promise<Match | Span | null> {
    const segment = await nextMatch(this.model, this.model.matches!, from, forward);
    const span = forward ? this.spans.find((s) => s.from > from.tick) : this.spans.findLast((s) => s.from < from.tick);
    if (!segment || !span) return segment ?? span ?? null;
    const b = await this.model.load(segment.block);
    const start = b.from + b.start[segment.event]!;
    return (forward ? span.from < start : span.from > start) ? span : segment;
  }

  /** selectSpan shows a stop of the world or a collection. */
  private selectSpan(s: Span): void {
    const { tick } = this.model;
    this.close();
    this.span = s;
    const from = s.from * tick, to = s.to * tick, around = 10 * (to - from);
    this.range(from, to, false);
    if (to - from < this.view.span / 50) this.view.show(from - around, to + around); // or there would be little to see
    else this.view.reveal(from, to);
    const panel = spanDetail(this.model, s, this.acts);
    this.panel.replaceChildren(panel);
    this.say(panel.querySelector(".tv-h")!.textContent + ".");
  }

  /** follow makes all but one goroutine step back; again lets them come forward. */
  follow(row: number): void {
    this.followed = this.followed === row ? -1 : row;
    this.say(this.followed < 0 ? "Following none." : `Following ${this.model.goroutine(row)}: the others step back.`);
    this.refilter();
    if (this.followed >= 0) this.panes.goroutines.revealKey(row);
  }

  // ---- selection ----

  /** select shows a segment; reveal brings it into sight, and quiet leaves the page where it is scrolled to. */
  async select(s: Segment, reveal: boolean, quiet = false): Promise<Facts | null> {
    const turn = ++this.turn;
    if (this.span) this.clearRange();
    this.shown.selected = s;
    this.shown.arrows = [];
    if (reveal) this.revealSelected(s);
    this.redraw();
    const facts = await this.attempt(factsOf(this.model, s));
    if (!facts || turn !== this.turn) return null;
    this.shown.selected = facts.segment;
    this.shown.arrows = [...facts.woke.map((w) => ({ fromRow: w.waker, toRow: w.woken, tick: w.tick, strong: false })),
      ...(facts.by ? [{ fromRow: facts.by.waker, toRow: facts.by.woken, tick: facts.by.tick, strong: true }] : [])];
    this.panel.replaceChildren(detail(this.model, facts, this.acts));
    const b = this.model.blocks[facts.segment.block];
    this.near.replaceChildren(...(b ? [around(this.model, b, facts.segment, this.acts)] : []));
    this.say(tell(this.model, facts));
    if (!quiet && this.panel.getBoundingClientRect().top > innerHeight - 120) this.panel.scrollIntoView({ block: "nearest" });
    this.redraw();
    this.outside.moved();
    return facts;
  }

  private revealSelected(s: Segment): void {
    this.view.reveal(s.from * this.model.tick, s.to * this.model.tick);
    if (this.focus === "goroutines") this.panes.goroutines.revealKey(s.row);
    if (this.focus === "threads" && s.thread >= 0) this.panes.threads.revealKey(s.thread);
  }

  selectNote(n: Note): void {
    this.turn++;
    this.panel.replaceChildren(noteDetail(this.model, n, this.acts));
    this.say(clipped(noteTitle(n), 200));
  }

  /** close lets go of the selection, else of the range, and says so. It answers whether there was one. */
  close(refocus = false): boolean {
    const had = this.shown.selected !== null || this.panel.childElementCount > 0;
    const ranged = this.shown.range !== null;
    const still = this.followed < 0 ? "" : ` Still following ${this.model.goroutine(this.followed)}: Escape lets it go.`;
    if (had || ranged) this.say((had ? "Closed." : "The stretch is let go of.") + still);
    this.turn++;
    this.shown.selected = null;
    this.shown.arrows = [];
    this.panel.replaceChildren();
    this.near.replaceChildren();
    if (!had || this.span) this.clearRange();
    if (refocus && (had || ranged)) this.panes[this.focus].root.focus({ preventScroll: true });
    this.redraw();
    this.outside.moved();
    return had || ranged;
  }

  /** escape lets go of one thing: the selection, the range, or the goroutine that is followed. It answers whether there was one. */
  escape(refocus = false): boolean {
    if (this.close(refocus)) return true;
    if (this.followed < 0) return false;
    this.follow(this.followed);
    return true;
  }

  /** enter puts the focus into the panel of the selection. */
  enter(): void { this.panel.querySelector<HTMLElement>("[data-tv=goto], a, button")?.focus(); }

  noteUnder(y: number, time: number): Note | null {
    const p = this.panes.procs;
    const below = y + p.root.scrollTop - p.lanes.length * laneHeight;
    const slack = 4 * this.view.span / p.plot / this.model.tick;
    return below >= 0 ? noteAt(this.shown.notes, below, time / this.model.tick, slack) : null;
  }

  // ---- a stretch of time ----

  range(from: number, to: number, done: boolean): void {
    this.shown.range = [Math.max(0, Math.min(from, to)), Math.min(this.view.wall, Math.max(from, to))];
    this.redraw();
    if (done && this.shown.range[1] > this.shown.range[0]) void this.sum(...this.shown.range);
  }

  clearRange(): void {
    this.shown.range = this.span = null;
    if (!this.table) this.box.replaceChildren();
    this.redraw();
  }

  private async sum(from: number, to: number): Promise<void> {
    const kind = this.focus, [one, many] = laneWords[kind];
    const sums = await this.attempt(sumRange(this.model, from / this.model.tick, to / this.model.tick, kind));
    if (!sums || kind !== this.focus || (!this.table && !this.shown.range)) return;
    const zoom = act("Zoom to it", () => this.view.show(from, to)), clear = act("Clear", () => this.clearRange());
    this.box.replaceChildren(sumsTable(this.model, sums, kind, from, to), ...(this.table ? [] : [make("div", { class: "tv-acts" }, zoom, clear)]));
    this.say(`Time by state of ${plural(sums.length, one, many)}, over ${span(to - from)}: the table is below.`);
  }

  say(text: string): void { this.places.live.textContent = text; }
}

function ratio(): number { return Math.max(1, Math.min(2, window.devicePixelRatio || 1)); }

function head(name: string): HTMLElement {
  return make("p", { class: "lg-t" }, make("b", {}, name), make("span"));
}

function hints(): HTMLElement {
  const p = make("p", { class: "tv-keys" });
  for (const [key, does] of [["← →", "pan"], ["↑ ↓", "lane"], ["+ −", "zoom"], ["0", "whole run"], ["Enter", "open the segment"], ["F", "follow the goroutine"], ["Shift drag", "sum up a stretch"]] as const) {
    p.append(make("span", {}, make("kbd", {}, key), " " + does));
  }
  return p;
}

function act(text: string, does: () => void): HTMLButtonElement {
  const b = make("button", { type: "button", class: "b" }, text);
  b.addEventListener("click", does);
  return b;
}
