// The time that is in sight. Views that are compared share one.

/** least is the shortest stretch that is shown, in ns. */
const least = 1000;

export class Viewport {
  from = 0;
  to = 1;
  /** wall is the longest of the traces that share it, in ns. */
  wall = 1;
  private readonly listeners = new Set<() => void>();

  /** join makes room for a trace of wall ns, and tells of changes. */
  join(wall: number, changed: () => void): void {
    if (this.listeners.has(changed)) return;
    const whole = this.from === 0 && this.to === this.wall;
    this.wall = Math.max(this.wall, wall, least);
    this.listeners.add(changed);
    if (whole) this.show(0, this.wall);
  }

  leave(changed: () => void): void { this.listeners.delete(changed); }

  get span(): number { return this.to - this.from; }

  get whole(): boolean { return this.from <= 0 && this.to >= this.wall; }

  /** show brings from..to into sight, as far as there is anything. */
  show(from: number, to: number): void {
    const span = Math.min(this.wall, Math.max(least, to - from));
    const middle = (from + to) / 2;
    this.from = Math.max(0, Math.min(this.wall - span, to - from < span ? middle - span / 2 : from));
    this.to = this.from + span;
    for (const changed of this.listeners) changed();
  }

  /** zoom keeps the moment at share (0..1) of the width where it is. */
  zoom(factor: number, share = 0.5): void {
    const at = this.from + share * this.span;
    const span = Math.min(this.wall, Math.max(least, this.span / factor));
    this.show(at - share * span, at - share * span + span);
  }

  /** pan moves by a share of what is in sight. */
  pan(share: number): void {
    const by = share * this.span;
    this.show(this.from + by, this.to + by);
  }

  /** reveal moves as little as it can so that from..to is in sight. */
  reveal(from: number, to: number): void {
    if (from >= this.from && to <= this.to) return;
    if (to - from > this.span) {
      if (from < this.to && to > this.from) return; // part of it is in sight
      this.show(from, from + this.span);
      return;
    }
    const middle = (from + to) / 2;
    this.show(middle - this.span / 2, middle + this.span / 2);
  }
}

const shared = new WeakMap<Element, Viewport>();

/** viewportOf is the one of the comparison that el is in, or one of its own. */
export function viewportOf(el: Element): Viewport {
  const host = el.closest(".compare");
  if (!host) return new Viewport();
  let v = shared.get(host);
  if (!v) shared.set(host, (v = new Viewport()));
  return v;
}

/** ticks are the times that an axis of width px marks, 1, 2 or 5 times a power of ten apart. */
export function ticks(from: number, to: number, width: number): number[] {
  const most = Math.max(2, Math.min(12, Math.floor(width / 84)));
  let step = 10 ** Math.floor(Math.log10((to - from) / most));
  for (const m of [1, 2, 5, 10]) {
    if ((to - from) / (step * m) > most) continue;
    step *= m;
    break;
  }
  const marks = [];
  for (let t = Math.ceil(from / step - 1e-9) * step; t <= to; t += step) marks.push(t);
  return marks;
}
