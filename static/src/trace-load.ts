// Loads the script of the timelines when the first one is asked for: by a
// press or a zoom on a picture, by its button, or by the page itself.
import { Bench } from "./bench";
import { make, maybe } from "./dom";

let loading: Promise<void> | null = null;

/** timelineScript loads the script once. */
function timelineScript(): Promise<void> {
  loading ??= new Promise((done, failed) => {
    const url = maybe<HTMLScriptElement>(document, "script[data-timeline]")?.dataset.timeline ?? "";
    const script = make("script", { src: url });
    script.addEventListener("load", () => done());
    script.addEventListener("error", () => { loading = null; script.remove(); failed(new Error("the timeline's script could not be loaded")); });
    document.head.append(script);
  });
  return loading;
}

const able = "trace-view[data-src], trace-view[data-embedded]";

/** waiting is the view around a target that has not taken over yet. */
function waiting(target: EventTarget | null, part: string): HTMLElement | null {
  const inside = target instanceof Element ? target.closest(part) : null;
  const view = inside?.closest<HTMLElement>(able) ?? null;
  return view && !view.hasAttribute("data-open") ? view : null;
}

/** take lets a view take over; those it is compared with go along. */
function take(view: HTMLElement): void {
  const host = view.closest(".compare");
  for (const v of host ? host.querySelectorAll<HTMLElement>(able) : [view]) v.setAttribute("data-open", "here");
  void timelineScript().catch(() => {
    for (const v of host ? host.querySelectorAll<HTMLElement>(able) : [view]) v.removeAttribute("data-open");
  });
}

/** timelines waits until one is asked for. */
export function timelines(): void {
  if (maybe(document, "trace-view[data-open]")) void timelineScript().catch(() => null);
  addEventListener("click", (e) => {
    const view = waiting(e.target, ".tv-still .lanes, [data-act='timeline']");
    if (view) take(view);
  });
  addEventListener("wheel", (e) => {
    const view = e.ctrlKey || e.metaKey ? waiting(e.target, ".tv-still .lanes") : null;
    if (!view) return;
    e.preventDefault();
    take(view);
  }, { passive: false });
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !["Enter", "+", "="].includes(e.key)) return;
    const view = waiting(e.target, ".tv-still .lsc");
    if (!view) return;
    e.preventDefault();
    take(view);
  });
}

/** finds leads from a cost beside a line to what the trace tells of that line; a timeline that waits takes over first. */
export function finds(): void {
  addEventListener("trace-find", (e) => {
    if (!(e instanceof CustomEvent) || !(e.target instanceof HTMLElement)) return;
    const view = e.target;
    view.dataset.find = `${e.detail.file}:${e.detail.line}`;
    if (view.matches(able) && !view.hasAttribute("data-open")) take(view);
    view.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
}

/** jumps leads from a line in a timeline to the editor of the cell that the timeline is in. */
export function jumps(): void {
  addEventListener("trace-goto", (e) => {
    if (e.defaultPrevented || !(e instanceof CustomEvent) || !(e.target instanceof Element)) return;
    const host = e.target.closest("go-cell, exercise-desk");
    if (!(host instanceof Bench)) return;
    e.preventDefault();
    host.goto(e.detail.file, e.detail.line);
  });
}
