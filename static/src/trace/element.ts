// <trace-view>: the server's picture and tables of a trace, which a timeline
// takes over when it is asked for.
import { make } from "../dom";
import type { Line } from "./contents";
import { bind, Hooks } from "./input";
import { Keys } from "./keys";
import { fit, keepMoment, Moment, momentQuery, readFocus, readMoment, unreadable } from "./link";
import { Kind, Model } from "./model";
import { noteTitle } from "./notes";
import type { Pane } from "./pane";
import { embedded, remote, Source } from "./source";
import { summarise } from "./summary";
import { Bookmark, laneNames, Toolbar, toolbar } from "./toolbar";
import { Viewer } from "./viewer";
import { viewportOf } from "./viewport";
import { clipped, plural, readRange, readTime, span, stateIds, visible } from "./words";

interface PathStep { g: number; from_ms: number; to_ms: number; state: string; file: string; line: number }

let made = 0;

/** narrowest is the width in CSS px up to which the controls are folded: 40rem, as the style sheet has it. */
const narrowest = 640;

/**
 * TraceView takes over when it gets the attribute data-open: the page's script
 * sets it on the first press, and the server on a page that is about the trace.
 */
export class TraceView extends HTMLElement {
  static observedAttributes = ["data-open", "data-find"];
  private viewer: Viewer | null = null;
  private bar: Toolbar | null = null;
  private opening = false;
  private readonly theme = new MutationObserver(() => this.viewer?.repaint());
  private readonly size = new ResizeObserver(() => { this.fold(); this.viewer?.redraw(); });
  private path: PathStep[] | null = null;
  private readonly number = ++made;
  private narrow: boolean | null = null;
  private left = new AbortController();

  connectedCallback(): void {
    if (this.viewer) this.watch(this.viewer); // moved, not made
    else if (this.hasAttribute("data-open")) void this.open();
  }

  attributeChangedCallback(name: string): void {
    if (name === "data-find") return this.find();
    if (this.isConnected && this.hasAttribute("data-open")) void this.open();
  }

  disconnectedCallback(): void {
    this.left.abort();
    this.theme.disconnect();
    this.size.disconnect();
    this.viewer?.leave();
  }

  /** open loads the timeline and takes over. It resolves when the first block is drawn, and does nothing the second time. */
  async open(): Promise<void> {
    const source = this.source();
    if (this.opening || !source) return;
    this.opening = true;
    const note = make("p", { class: "tv-wait", role: "status" }, "Reading the timeline…");
    this.place().prepend(note);
    try {
      const contents = await source.contents();
      const model = new Model(contents, source);
      if (contents.blocks.length > 0) await model.load(0);
      note.remove();
      this.start(model);
      await this.readOn(model);
    } catch (e) {
      this.opening = this.viewer !== null;
      note.textContent = `The timeline can't be shown${this.viewer ? " whole" : ""}: ${words(e)}`;
      note.setAttribute("class", "trace-n");
      this.place().prepend(note);
      if (!this.viewer) this.removeAttribute("data-open");
    }
  }

  /** shown is the viewer, for tests and measurements; null before it took over. */
  get shown(): Viewer | null { return this.viewer; }

  private source(): Source | null {
    const { embedded: id, src } = this.dataset;
    const text = id ? document.getElementById(id)?.textContent : null;
    if (text) return embedded(text);
    return src ? remote(src) : null;
  }

  /** place is where the lanes stand. */
  private place(): HTMLElement {
    return this.querySelector<HTMLElement>(".tv-lanes") ?? this;
  }

  private start(model: Model): void {
    const [moment, lacks] = this.moment(model);
    const live = make("p", { class: "vh", role: "status", "data-tv": "live" });
    const summary = make("p", { class: "vh", id: `tv-sum-${this.number}` }, summarise(model));
    const host = make("div", { class: "tv-live" });
    let side = this.querySelector<HTMLElement>(".tv-side");
    if (!side) this.place().after((side = make("div", { class: "tv-side" })));
    this.place().prepend(host);
    const below = make("div", { class: "tv-below" });
    side.after(below);
    const viewer = new Viewer(model, viewportOf(this), { lanes: host, side, below, live, summary: summary.id }, {
      goto: (line) => this.goto(line), href: (line) => this.href(line), moved: () => this.moved(),
      found: (text) => this.bar?.found(text), focused: () => this.bar?.show(viewer.focus, viewer.table),
    });
    this.viewer = viewer;
    this.bar = this.controls(viewer);
    const head = this.querySelector(".trace-h");
    if (head) head.after(this.bar.root);
    else this.prepend(this.bar.root);
    for (const says of [...lacks, left(model)]) if (says) host.prepend(make("p", { class: "trace-n" }, says));
    host.append(live, summary);
    this.fold();
    this.listen(viewer);
    this.classList.add("live");
    viewer.show(moment.focus ?? this.focused());
    const look = () => { if (moment.range) viewer.view.show(...moment.range); };
    look();
    if (lacks.length > 0) viewer.say(lacks.join(" "));
    // What is selected may reach out of the stretch that is asked for.
    if (moment.g >= 0) void this.selectGoroutine(moment.g, moment.at).then(look);
    this.find();
  }

  /** fold puts the lanes first where there is little room: most controls go behind a disclosure, the legend below the lanes. */
  private fold(): void {
    const narrow = this.clientWidth <= narrowest;
    if (!this.bar || narrow === this.narrow) return;
    this.narrow = narrow;
    this.bar.more.open = !narrow;
    const legend = this.querySelector(".legend");
    if (legend && narrow) this.place().append(legend);
    else if (legend) this.querySelector(".tv-main")?.before(legend);
  }

  /** find searches for the words of data-find, as if they were typed, and goes to the first match. */
  private find(): void {
    const { find } = this.dataset;
    if (!find || !this.viewer || !this.bar) return;
    this.bar.search.value = find;
    this.viewer.find(find);
    void this.viewer.match(true);
  }

  private focused(): Kind {
    return readFocus(this.dataset.focus) ?? "goroutines";
  }

  /** moment is where to begin: what the address says, or the author. What an address asks for and is not there is said. */
  private moment(model: Model): [Moment, string[]] {
    const m: Moment = this.owns() ? readMoment(location) : { range: null, focus: null, g: -1, at: NaN };
    const lacks = fit(m, model.wall, (g) => model.rowOf.has(g));
    const unread = this.owns() ? unreadable(location) : "";
    if (unread) lacks.push(`“${clipped(visible(unread))}” in the link is no stretch of time: one is written as 1ms..2ms.`);
    if (!m.range && m.g < 0) m.range = readRange(this.dataset.t);
    if (m.range && m.range[0] >= model.wall) m.range = null; // of a longer run
    return [m, lacks];
  }

  /** owns says that the address of the page is about this trace. */
  private owns(): boolean { return this.dataset.open === "page" && !this.closest(".compare"); }

  private controls(viewer: Viewer): Toolbar {
    const { view } = viewer;
    const copy = this.dataset.trace !== undefined || this.owns();
    return toolbar(this.marks(), { path: this.dataset.trace !== undefined || this.dataset.metrics !== undefined, system: true, copy }, {
      focus: (kind) => viewer.show(kind), table: (on) => viewer.asTable(on),
      path: (on) => void this.showPath(on), search: (text) => viewer.find(text), match: (forward) => void viewer.match(forward),
      zoom: (factor) => view.zoom(factor), pan: (share) => view.pan(share), fit: () => view.show(0, view.wall),
      copy: () => void this.copy(), mark: (b) => this.mark(b),
      system: (on) => this.showSystem(on),
      range: () => viewer.range(view.from, view.to, true),
    });
  }

  /** showSystem shows the runtime's own goroutines too, or not; what of the run is not held has to be read again for that. */
  private showSystem(on: boolean): void {
    const viewer = this.viewer!;
    viewer.showSystem(on);
    this.bar?.pressed("system", on);
    viewer.say(on ? "The runtime’s own goroutines are shown." : "Of the runtime’s own goroutines only GC work is shown.");
    void this.readOn(viewer.model).catch((e: unknown) => viewer.say(`A part of the timeline can't be read: ${words(e)}`));
  }

  /** marks are the author's bookmarks. Where another one is of the same stretch, the lanes tell them apart. */
  private marks(): Bookmark[] {
    const list = this.more();
    const { t, name = "Look here" } = this.dataset;
    const focus = this.focused();
    if (t) list.unshift({ name: list.some((m) => m.t === t) ? `${name}: ${laneNames[focus].toLowerCase()}` : name, t, focus });
    return list;
  }

  private more(): Bookmark[] {
    try {
      const list = JSON.parse(this.dataset.marks ?? "[]") as Bookmark[];
      return Array.isArray(list) ? list.filter((m) => typeof m?.name === "string") : [];
    } catch {
      return []; // without them the rest works
    }
  }

  private mark(b: Bookmark): void {
    const viewer = this.viewer!;
    if (b.focus) viewer.show(b.focus);
    const range = readRange(b.t);
    if (range) viewer.view.show(...range);
    if (b.g !== undefined) void this.selectGoroutine(b.g, readTime(b.at ?? ""));
    viewer.say(`Showing: ${b.name}.`);
  }

  /** selectGoroutine selects what a goroutine does at a time, in ns; without one, in the middle of the view. */
  private async selectGoroutine(id: number, at = NaN): Promise<void> {
    const viewer = this.viewer!;
    const row = viewer.model.rowOf.get(id);
    if (row === undefined || viewer.model.blocks.length === 0) return;
    const middle = (viewer.view.from + viewer.view.to) / 2;
    const tick = Math.floor(Math.round(at >= 0 ? at : middle) / viewer.model.tick);
    if (viewer.model.hidden?.[row]) this.showSystem(true);
    await viewer.model.load(viewer.model.blockAt(tick)).catch(() => null);
    const found = viewer.model.at("goroutines", row, tick) ?? viewer.model.at("goroutines", row, 0, true);
    if (found) await viewer.select(found, true, true);
  }

  private listen(viewer: Viewer): void {
    const keys = new Keys(viewer);
    const hooks: Hooks = {
      press: (pane, x, y) => this.press(pane, x, y), point: (pane, x, y) => this.pointAt(pane, x, y),
      range: (from, to, done) => viewer.range(from, to, done), key: (pane, e) => keys.press(pane, e),
    };
    for (const pane of Object.values(viewer.panes)) {
      bind(pane, viewer.view, hooks);
      pane.root.addEventListener("scroll", () => viewer.redraw(), { passive: true });
      pane.root.addEventListener("blur", () => { viewer.shown.cursor = null; viewer.redraw(); });
    }
    this.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && !e.defaultPrevented && viewer.escape(true)) e.preventDefault();
    });
    this.legend(viewer);
    this.watch(viewer);
    void document.fonts?.ready.then(() => viewer.redraw());
  }

  /** watch follows what is outside of the element, for as long as it is in the page. */
  private watch(viewer: Viewer): void {
    this.left = new AbortController();
    const { signal } = this.left;
    viewer.join();
    for (const pane of Object.values(viewer.panes)) this.size.observe(pane.root);
    for (const event of ["pointerover", "focusin"]) document.addEventListener(event, this.prose, { signal });
    this.theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => viewer.repaint(), { signal });
    }
  }

  private press(pane: Pane, x: number, y: number): void {
    const viewer = this.viewer!;
    const lane = pane.laneAt(y), time = pane.timeAt(x);
    pane.root.focus({ preventScroll: true });
    const note = pane.kind === "procs" ? viewer.noteUnder(y, time) : null;
    if (note) return viewer.selectNote(note);
    if (lane < 0) return;
    viewer.shown.cursor = { kind: pane.kind, lane, share: pane.share(x) };
    const { model, view } = viewer;
    const near = view.span / pane.plot * 3 / model.tick, tick = time / model.tick;
    const found = model.at(pane.kind, pane.lanes[lane]!, tick) ?? model.at(pane.kind, pane.lanes[lane]!, tick - near, true);
    if (found && found.from <= tick + near) void viewer.select(found, false);
    else if (model.blocks[model.blockAt(tick)] === null) void model.load(model.blockAt(tick)).then(() => this.press(pane, x, y), () => viewer.say("This part of the timeline can't be read."));
    else viewer.close();
  }

  /** pointAt shows in the title what is under the mouse. */
  private pointAt(pane: Pane, x: number, y: number): void {
    const viewer = this.viewer!;
    const lane = pane.laneAt(y);
    const found = x < 0 || lane < 0 ? null : viewer.model.at(pane.kind, pane.lanes[lane]!, pane.timeAt(x) / viewer.model.tick);
    const note = x < 0 || pane.kind !== "procs" ? null : viewer.noteUnder(y, pane.timeAt(x));
    const stolen = x < 0 ? null : pane.stolenAt(x, y);
    pane.root.title = stolen ? `${plural(stolen.n, "start was", "starts were")} stolen here (inferred)` : note ? noteTitle(note) : found ? title(viewer.model, found.row, found.state, (found.to - found.from) * viewer.model.tick, found.proc) : "";
    pane.root.style.cursor = found || note ? "pointer" : "";
  }

  /** prose lets a state that a text names point at its segments. */
  private readonly prose = (e: Event) => {
    const named = e.target instanceof Element ? e.target.closest<HTMLElement>(".st[data-s]") : null;
    if (named?.closest("button") || (e instanceof PointerEvent && e.pointerType !== "mouse")) return;
    this.viewer?.point(named ? stateIds.indexOf(named.dataset.s as typeof stateIds[number]) : null);
  };

  /** legend turns the states' names into toggles. */
  private legend(viewer: Viewer): void {
    for (const item of this.querySelectorAll<HTMLElement>(".legend .st[data-s]")) {
      const state = stateIds.indexOf(item.dataset.s as typeof stateIds[number]);
      const button = make("button", { type: "button", class: "st", "data-s": item.dataset.s ?? "", "aria-pressed": "false", title: "Show only this state" }, ...item.childNodes);
      item.replaceWith(button);
      button.addEventListener("click", () => {
        viewer.point(null);
        const on = viewer.toggle(state);
        button.setAttribute("aria-pressed", String(on.has(state)));
      });
      button.addEventListener("pointerenter", (e) => { if (e.pointerType === "mouse") viewer.point(state); });
      button.addEventListener("pointerleave", () => viewer.point(null));
    }
  }

  /** readOn reads the other blocks while the page stays usable. */
  private async readOn(model: Model): Promise<void> {
    const n = model.blocks.length;
    const note = make("p", { class: "tv-wait" });
    for (let i = 0; i < n; i++) {
      if (model.levels[i]) continue;
      note.textContent = `Reading part ${i + 1} of ${n}…`;
      if (!note.isConnected) this.bar?.root.after(note);
      await new Promise((done) => setTimeout(done, 0));
      await model.load(i);
      if (!this.isConnected) return;
      this.viewer?.read(false);
    }
    this.viewer?.read(true);
    note.remove();
    this.dataset.read = "";
  }

  // ---- lines, links, path ----

  private goto(line: Line): void {
    const taken = !this.dispatchEvent(new CustomEvent("trace-goto", { bubbles: true, cancelable: true, detail: { file: line.file, line: line.line } }));
    const prefix = this.dataset.lines;
    if (!taken && prefix) location.href = prefix + line.line;
  }

  private href(line: Line): string {
    return this.dataset.lines ? this.dataset.lines + line.line : "#";
  }

  private query(): string {
    const { view, shown, model, focus } = this.viewer!;
    const s = shown.selected, { t } = this.dataset;
    if (!s && view.whole && !t && focus === this.focused()) return "";
    // The middle of its first tick: however it is rounded, it lies in the segment.
    const selected = s ? { g: model.contents.goroutines.id[s.row]!, at: (s.from + 0.5) * model.tick } : { g: -1, at: NaN };
    return momentQuery({ range: view.whole && (s || !t) ? null : [view.from, view.to], focus, ...selected });
  }

  private moved(): void {
    if (!this.owns() || !this.viewer) return;
    keepMoment(this.query());
  }

  private async copy(): Promise<void> {
    const page = this.owns() ? location.href.replace(/[?#].*$/, "") : new URL("/traces/" + this.dataset.trace, location.href).href;
    const query = this.query();
    const url = page + (query ? (location.protocol === "file:" ? "#" : "?") + query : "");
    try {
      await navigator.clipboard.writeText(url);
      this.viewer!.say("Copied the link.");
      this.bar?.found("link copied");
      setTimeout(() => this.bar?.found(""), 2500);
    } catch {
      this.bar?.found("not copied: the browser refused");
    }
  }

  private async showPath(on: boolean): Promise<void> {
    const viewer = this.viewer!;
    try {
      this.path ??= await this.readPath();
    } catch (e) {
      viewer.say(`The critical path can't be read: ${words(e)}`);
      return;
    }
    const { model, shown } = viewer;
    const tick = (ms: number) => ms * 1e6 / model.tick;
    shown.path = on ? this.path.flatMap((p) => {
      const row = model.rowOf.get(p.g);
      return row === undefined ? [] : [{ row, from: tick(p.from_ms), to: tick(p.to_ms) }];
    }) : [];
    this.bar?.pressed("path", on && shown.path.length > 0);
    viewer.say(!on ? "" : shown.path.length > 0 ? `The critical path has ${plural(shown.path.length, "step", "steps")}; they are outlined.` : "This trace has no critical path.");
    if (on && shown.path.length === 0) this.bar?.found("no critical path");
    viewer.redraw();
  }

  private async readPath(): Promise<PathStep[]> {
    const held = this.dataset.metrics ? document.getElementById(this.dataset.metrics)?.textContent : null;
    if (held) return (JSON.parse(held) as { critical_path?: PathStep[] }).critical_path ?? [];
    const answer = await fetch("/api/traces/" + this.dataset.trace);
    if (!answer.ok) throw new Error(`the server answered with ${answer.status}`);
    return ((await answer.json()) as { critical_path?: PathStep[] }).critical_path ?? [];
  }
}

function words(e: unknown): string { return e instanceof Error ? e.message : String(e); }

/** left says what of a run has no lane; "" when all has. */
function left(model: Model): string {
  const { cut } = model.contents;
  const parts: string[] = [];
  if (cut?.goroutines) parts.push(`${plural(cut.goroutines, "goroutine has", "goroutines have")} no lane: only the first ${model.rows.toLocaleString("en")} are drawn`);
  if (cut?.stacks) parts.push(`${plural(cut.stacks, "stack is", "stacks are")} left out`);
  if (cut?.notes) parts.push(`${plural(cut.notes, "task, region or log is", "tasks, regions and logs are")} left out`);
  return parts.length === 0 ? "" : `${parts.join("; ")}. The numbers are of the whole run.`;
}

function title(model: Model, row: number, state: number, ns: number, proc: number): string {
  const names = ["runs", "in a system call", "GC work", "runnable", "waits: channel", "waits: select", "waits: lock or WaitGroup", "waits: timer or other", "waits: network"];
  return `${model.goroutine(row)} ${model.functionOf(row)}: ${names[state]} for ${span(ns)}${proc >= 0 ? " on P" + proc : ""}`;
}
