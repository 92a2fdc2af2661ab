// What belongs to the whole page: theme, keys, reading, and pointing at the
// states of a trace.
import { all, make, maybe, one, typing } from "./dom";
import { json } from "./api";
import { Bench } from "./bench";

/** theme lets the reader choose: as the system, light, dark. */
export function theme(): void {
  const button = maybe(document, "#theme");
  if (!button) return;
  const root = document.documentElement;
  const order = ["", "light", "dark"];
  const name = () => `Theme: ${root.dataset.theme || "follow the system"}`;
  button.setAttribute("aria-label", name());
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(root.dataset.theme ?? "") + 1) % order.length] ?? "";
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    remember("tutor-theme", next);
    button.setAttribute("aria-label", name());
  });
}

function remember(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch { /* storage is off: the choice lasts as long as the page */ }
}

function recall(key: string): string {
  try { return localStorage.getItem(key) ?? ""; } catch { return ""; }
}

const shortcuts: [string, string][] = [
  ["Ctrl Enter", "run the listing, or check the exercise, that has the focus"],
  ["Ctrl S", "format it"],
  ["Esc, then Tab", "leave the editor"],
  ["Ctrl Z", "undo, also a reset or a format"],
  ["[   ]", "the page before, the page after"],
  ["← → ↑ ↓", "on a timeline: pan, and go from lane to lane"],
  ["+ − 0", "on a timeline: zoom, and show the whole run"],
  ["Enter, F", "on a timeline: open the segment, follow its goroutine"],
  ["?", "this list"],
];

/** keys answers single keys outside of editors, unless they are turned off. */
export function keys(): void {
  const dialog = help();
  maybe(document, "#keys")?.addEventListener("click", () => dialog.showModal());
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || recall("tutor-keys") === "off") return;
    if (e.key === "?") dialog.showModal();
    if (e.key === "[") maybe(document, ".pn > a:not(.nx)")?.click();
    if (e.key === "]") maybe(document, ".pn > a.nx")?.click();
  });
}

function help(): HTMLDialogElement {
  const list = make("dl");
  for (const [key, does] of shortcuts) list.append(make("dt", {}, make("kbd", { class: "key" }, key)), make("dd", {}, does));
  const single = make("input", { type: "checkbox" });
  single.checked = recall("tutor-keys") !== "off";
  single.addEventListener("change", () => remember("tutor-keys", single.checked ? "" : "off"));
  const close = make("button", { class: "b sec" }, "Close");
  const dialog = make("dialog", { class: "dlg", "aria-labelledby": "keys-title" },
    make("h2", { id: "keys-title" }, "Keyboard"), list,
    make("p", {}, make("label", {}, single, " single keys outside of editors")),
    make("form", { method: "dialog" }, close));
  document.body.append(dialog);
  return dialog;
}

/** reading marks the section as read without leaving it. */
export function reading(): void {
  const button = maybe<HTMLButtonElement>(document, "#read");
  button?.form?.addEventListener("submit", (e) => {
    e.preventDefault();
    const [, , chapter, section] = location.pathname.split("/");
    button.disabled = true;
    json("PUT", `/api/progress/section:${chapter}/${section}`, { state: "read" })
      .then(() => { button.lastChild?.replaceWith("Read"); })
      .catch(() => { button.disabled = false; });
  });
}

/** pointing lets a state named in a legend or in prose point at its segments: the others step back. */
export function pointing(): void {
  const only = (state: string) => {
    for (const lanes of all<SVGElement>(document, ".lanes-svg")) {
      if (state) lanes.setAttribute("data-only", state);
      else lanes.removeAttribute("data-only");
    }
  };
  const state = (e: Event) => (e.target instanceof Element ? e.target.closest<HTMLElement>(".st[data-s]")?.dataset.s : undefined) ?? "";
  for (const event of ["pointerover", "focusin"]) addEventListener(event, (e) => only(state(e)));
  addEventListener("focusout", () => only(""));
}

/** lines leads links to a line of a listing into its editor. */
export function lines(): void {
  addEventListener("click", (e) => {
    const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>("a[href*='#cell-']") : null;
    const [, cell, line] = /#(cell-.+?)-L(\d+)$/.exec(link?.hash ?? "") ?? [];
    const host = cell ? document.getElementById(cell) : null;
    if (!link || !(host instanceof Bench) || link.pathname !== location.pathname || e.defaultPrevented) return;
    e.preventDefault();
    host.goto(link.dataset.file ?? "", Number(line));
  });
}

/** dismissing closes an open badge by Escape or a press elsewhere. */
export function dismissing(): void {
  const badge = maybe<HTMLDetailsElement>(document, ".mach");
  if (!badge) return;
  addEventListener("pointerdown", (e) => { if (e.target instanceof Node && !badge.contains(e.target)) badge.open = false; });
  addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !badge.open) return;
    badge.open = false;
    one(badge, "summary").focus();
  });
}
