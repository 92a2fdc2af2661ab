// Mouse, touch and keyboard on a group of lanes.
import type { Pane } from "./pane";
import type { Viewport } from "./viewport";

/** Hooks are what a view does when it is told to. */
export interface Hooks {
  /** press selects what is at x, y of a pane; over says it is only pointed at. */
  press(pane: Pane, x: number, y: number): void;
  point(pane: Pane, x: number, y: number): void;
  range(from: number, to: number, done: boolean): void;
  /** key answers whether it took the key. */
  key(pane: Pane, e: KeyboardEvent): boolean;
}

interface Finger { x: number; y: number }

/** bind lets a pane be used. */
export function bind(pane: Pane, view: Viewport, hooks: Hooks): void {
  const fingers = new Map<number, Finger>();
  let moved = false;
  let start: { from: number; to: number; x: number; time: number } | null = null;
  const el = pane.root;
  const place = (e: MouseEvent): Finger => {
    const box = el.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };

  el.addEventListener("pointerdown", (e) => {
    if (e.button !== 0) return;
    const at = place(e);
    if (fingers.size === 0) {
      moved = false;
      start = { from: view.from, to: view.to, x: at.x, time: pane.timeAt(at.x) };
    }
    fingers.set(e.pointerId, at);
  });

  el.addEventListener("pointermove", (e) => {
    const at = place(e), before = fingers.get(e.pointerId);
    if (!before || !start) {
      if (e.pointerType === "mouse") hooks.point(pane, at.x, at.y);
      return;
    }
    if (fingers.size === 2) pinch(e.pointerId, at);
    else if (moved || Math.abs(at.x - start.x) > 4) {
      if (!moved) el.setPointerCapture(e.pointerId);
      moved = true;
      if (e.shiftKey) hooks.range(start.time, pane.timeAt(at.x), false);
      else {
        const by = (at.x - before.x) / pane.plot * view.span;
        view.show(view.from - by, view.to - by);
      }
    }
    fingers.set(e.pointerId, at);
  });

  /** pinch keeps the two moments under the two fingers. */
  const pinch = (id: number, at: Finger) => {
    moved = true;
    const [a, b] = [...fingers.entries()];
    if (!a || !b) return;
    const other = a[0] === id ? b[1] : a[1];
    const before = fingers.get(id)!;
    const was = Math.max(20, Math.abs(before.x - other.x)), now = Math.max(20, Math.abs(at.x - other.x));
    view.zoom(now / was, pane.share((at.x + other.x) / 2));
    view.pan(-(at.x - before.x) / 2 / pane.plot);
  };

  const end = (e: PointerEvent) => {
    const at = fingers.get(e.pointerId);
    fingers.delete(e.pointerId);
    if (!at || !start || fingers.size > 0) return;
    if (e.type === "pointerup" && !moved) hooks.press(pane, at.x, at.y);
    else if (e.type === "pointerup" && e.shiftKey) hooks.range(start.time, pane.timeAt(at.x), true);
    start = null;
  };
  el.addEventListener("pointerup", end);
  el.addEventListener("pointercancel", end);
  el.addEventListener("pointerleave", () => hooks.point(pane, -1, -1));

  el.addEventListener("wheel", (e) => {
    const scale = e.deltaMode === 1 ? 16 : 1;
    if (e.ctrlKey || e.metaKey) {
      e.preventDefault();
      view.zoom(Math.exp(-e.deltaY * scale * (e.deltaMode === 0 && Math.abs(e.deltaY) < 40 ? 0.012 : 0.004)), pane.share(place(e).x));
    } else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
      e.preventDefault();
      view.pan((e.deltaX || e.deltaY) * scale / pane.plot);
    }
  }, { passive: false });

  el.addEventListener("dblclick", (e) => view.zoom(4, pane.share(place(e).x)));
  el.addEventListener("keydown", (e) => {
    if (e.target === el && !e.altKey && hooks.key(pane, e)) e.preventDefault();
  });
}
