// The controls of a view: everything that a mouse, a finger or a key does has
// a button too.
import { icon, make } from "../dom";
import type { Kind } from "./model";
import { moment, readRange } from "./words";

/** Bookmark is a stretch that somebody points at, and what goroutine g does there: at a time, else in the middle. */
export interface Bookmark { name: string; t?: string; focus?: Kind; g?: number; at?: string }

/** Does is what the controls do. */
export interface Does {
  focus(kind: Kind): void;
  table(on: boolean): void;
  path(on: boolean): void;
  search(text: string): void;
  match(forward: boolean): void;
  zoom(factor: number): void;
  pan(share: number): void;
  fit(): void;
  copy(): void;
  mark(b: Bookmark): void;
  system(on: boolean): void;
  range(): void;
}

/** Toolbar is the controls, and what of them changes later. */
export interface Toolbar {
  root: HTMLElement;
  /** more holds all but the bookmarks; it can be closed where there is little room. */
  more: HTMLDetailsElement;
  search: HTMLInputElement;
  show(kind: Kind, table: boolean): void;
  /** found says how many segments a search leaves in. */
  found(text: string): void;
  pressed(name: string, on: boolean): void;
}

/** laneNames are what the groups of lanes are called. */
export const laneNames: Record<Kind, string> = { procs: "Processors", goroutines: "Goroutines", threads: "Threads" };
const kinds = Object.entries(laneNames) as [Kind, string][];

/** toolbar builds the controls. */
export function toolbar(marks: Bookmark[], options: { path: boolean; system: boolean; copy: boolean }, does: Does): Toolbar {
  const lanes = kinds.map(([kind, text]) => press(text, "focus-" + kind, () => does.focus(kind)));
  const shows = [press("Lanes", "lanes", () => does.table(false)), press("Table", "table", () => does.table(true))];
  const search = make("input", { type: "search", "aria-label": "Find by function, line, state or reason", placeholder: "function, line, state, reason", title: "Words that must all match. Also g8, p2, m7, stw, stolen, leak", "data-tv": "search", spellcheck: "false" });
  const found = make("span", { class: "tv-found" });
  const field = make("span", { class: "tv-find" }, icon("search"), search, found,
    small("chev", "Match before (Shift Enter)", () => does.match(false), "match-before", "tv-flip"), small("chev", "Next match (Enter)", () => does.match(true), "match-next"));
  let typing = 0;
  const soon = () => {
    clearTimeout(typing);
    typing = setTimeout(() => does.search(search.value), 150);
  };
  search.addEventListener("input", soon);
  search.addEventListener("keydown", (e) => {
    if (e.key === "Enter") { e.preventDefault(); does.match(!e.shiftKey); }
    if (e.key === "Escape" && search.value !== "") { e.preventDefault(); e.stopPropagation(); search.value = ""; soon(); }
  });
  const toggle = (text: string, symbol: string, name: string, title: string, act: (on: boolean) => void) => {
    const b = make("button", { type: "button", class: "b", "aria-pressed": "false", title, "data-tv": name }, icon(symbol), text);
    b.addEventListener("click", () => act(b.getAttribute("aria-pressed") !== "true"));
    return b;
  };
  const bar = make("div", { class: "tv-bar", role: "group", "aria-label": "Controls of the timeline" },
    segment("Lanes of", lanes), segment("Show as", shows),
    options.path ? toggle("Critical path", "trace", "path", "Outline what the end of the run waited for", (on) => does.path(on)) : null,
    options.system ? toggle("Runtime’s", "engine", "system", "Show the runtime’s own goroutines too", (on) => does.system(on)) : null,
    make("span", { class: "tv-right" }, field, make("span", { class: "zoom" },
      small("chev", "Earlier (←)", () => does.pan(-0.3), "earlier", "tv-flip"), small("chev", "Later (→)", () => does.pan(0.3), "later"),
      small("zoomout", "Zoom out (−)", () => does.zoom(0.5), "zoomout"), small("zoomin", "Zoom in (+)", () => does.zoom(2), "zoomin"),
      small("fit", "Fit the whole run (0)", does.fit, "fit"), small("table", "Sum up what is in sight", does.range, "range"),
      options.copy ? small("copy", "Copy a link to this moment", does.copy, "copy") : null)));
  const looks = marks.length === 0 ? null
    : make("div", { class: "tv-looks", role: "group", "aria-label": "What there is to see" }, make("span", {}, "Look at"), ...marks.map((m) => bookmark(m, does)));
  const more = make("details", { class: "tv-more", open: "" }, make("summary", {}, chevron(), "Controls and search"), bar);
  const root = make("div", { class: "tv-tools" }, more, looks);
  return {
    root, more, search,
    show(kind, table) {
      lanes.forEach((b, i) => b.setAttribute("aria-pressed", String(kinds[i]![0] === kind)));
      shows.forEach((b, i) => b.setAttribute("aria-pressed", String((i === 1) === table)));
    },
    found(text) { found.textContent = text; },
    pressed(name, on) { root.querySelector(`[data-tv="${name}"]`)?.setAttribute("aria-pressed", String(on)); },
  };
}

/** chevron is the icon that turns when its disclosure opens. */
function chevron(): SVGSVGElement {
  const i = icon("chev");
  i.classList.add("cv");
  return i;
}

function bookmark(m: Bookmark, does: Does): HTMLButtonElement {
  const b = make("button", { type: "button", class: "b sec tv-mark", "data-tv": "mark", title: promise(m) }, m.name);
  b.addEventListener("click", () => does.mark(m));
  return b;
}

/** promise says what a bookmark does: it zooms, shows other lanes, and may select what a goroutine does. */
function promise(m: Bookmark): string {
  const does = [];
  const range = readRange(m.t);
  if (range) does.push(`zooms to ${moment(range[0], range[1] - range[0], range[1])} to ${moment(range[1], range[1] - range[0])}`);
  if (m.focus) does.push(`shows the ${laneNames[m.focus].toLowerCase()}`);
  if (m.g !== undefined) does.push(`selects what G${m.g} does`);
  const text = does.length > 1 ? does.slice(0, -1).join(", ") + " and " + does[does.length - 1] : does.join("");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function press(text: string, name: string, act: () => void): HTMLButtonElement {
  const b = make("button", { type: "button", "aria-pressed": "false", "data-tv": name }, text);
  b.addEventListener("click", act);
  return b;
}

function segment(label: string, buttons: HTMLButtonElement[]): HTMLElement {
  return make("span", { class: "seg", role: "group", "aria-label": label }, ...buttons);
}

function small(symbol: string, label: string, act: () => void, name: string, extra = ""): HTMLButtonElement {
  const b = make("button", { type: "button", class: ("ib " + extra).trim(), "aria-label": label, title: label, "data-tv": name }, icon(symbol));
  b.addEventListener("click", act);
  return b;
}
