// The keyboard on a group of lanes: a cursor on a lane and at a share of the
// width, that arrows move and Enter opens.
import type { Kind, Segment } from "./model";
import type { Pane } from "./pane";
import type { Viewer } from "./viewer";

const step = 0.12;

/** Keys answers keys on the lanes of one viewer. */
export class Keys {
  /** stepped is where Shift and an arrow went last, and the telling of it; null when the cursor went elsewhere since. */
  private stepped: { to: Segment; told: Promise<unknown> } | null = null;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly viewer: Viewer) {}

  /** next does one thing after the other: what a key starts from is what the key before it led to. */
  private next(act: () => Promise<void>): void {
    this.turn = this.turn.then(act).catch(() => this.viewer.say("A part of the timeline can't be read."));
  }

  /** press answers whether it took the key. */
  press(pane: Pane, e: KeyboardEvent): boolean {
    if (e.ctrlKey || e.metaKey) return false;
    const { view } = this.viewer;
    switch (e.key) {
      case "ArrowLeft": case "ArrowRight": {
        const forward = e.key === "ArrowRight";
        if (e.shiftKey) this.next(() => this.along(pane, forward));
        else this.go(() => view.pan(forward ? step : -step));
        return true;
      }
      case "ArrowUp": this.move(pane, -1); return true;
      case "ArrowDown": this.move(pane, 1); return true;
      case "PageUp": this.move(pane, -10); return true;
      case "PageDown": this.move(pane, 10); return true;
      case "+": case "=": view.zoom(2, this.share(pane)); return true;
      case "-": case "_": view.zoom(0.5, this.share(pane)); return true;
      case "0": return this.go(() => view.show(0, view.wall));
      case "Home": return this.go(() => view.show(0, view.span));
      case "End": return this.go(() => view.show(view.wall - view.span, view.wall));
      case "Enter": this.next(() => this.open(pane)); return true;
      case "f": case "F": return this.follow();
      case "n": case "N": void this.viewer.match(e.key === "n"); return true;
      case "Escape": return this.viewer.escape();
    }
    return false;
  }

  /** go moves what is in sight: the cursor is at another time then. */
  private go(move: () => void): true {
    this.stepped = null;
    move();
    return true;
  }

  /** cursor is where the keyboard is in a pane; it is made there when it was elsewhere. */
  private cursor(pane: Pane): { kind: Kind; lane: number; share: number } {
    const { shown } = this.viewer;
    if (shown.cursor?.kind === pane.kind && shown.cursor.lane < pane.lanes.length) return shown.cursor;
    shown.cursor = { kind: pane.kind, lane: Math.max(0, pane.laneAt(4)), share: shown.cursor?.share ?? 0.5 };
    return shown.cursor;
  }

  private share(pane: Pane): number {
    const c = this.viewer.shown.cursor;
    return c?.kind === pane.kind ? c.share : 0.5;
  }

  private move(pane: Pane, by: number): void {
    const had = this.viewer.shown.cursor?.kind === pane.kind;
    const cursor = this.cursor(pane);
    this.stepped = null;
    const lane = cursor.lane + (had ? by : 0);
    if (lane < 0 || lane >= pane.lanes.length) {
      if (Math.abs(by) === 1 && this.cross(pane, by)) return;
    }
    cursor.lane = Math.max(0, Math.min(pane.lanes.length - 1, lane));
    pane.reveal(cursor.lane);
    this.tell(pane, cursor.lane);
    this.viewer.redraw();
  }

  /** cross goes from the processors to the lanes below them, and back. */
  private cross(pane: Pane, by: number): boolean {
    const { viewer } = this;
    const to = by > 0 ? viewer.focus : "procs";
    const next = viewer.panes[to];
    if (next === pane || next.root.hidden || next.lanes.length === 0) return false;
    const share = viewer.shown.cursor?.share ?? 0.5;
    next.root.focus(); // the pane that loses the focus drops the cursor
    viewer.shown.cursor = { kind: to, lane: by > 0 ? 0 : next.lanes.length - 1, share };
    next.reveal(viewer.shown.cursor.lane);
    this.tell(next, viewer.shown.cursor.lane);
    viewer.redraw();
    return true;
  }

  private tell(pane: Pane, lane: number): void {
    const key = pane.lanes[lane]!;
    const { model } = this.viewer;
    const made = pane.kind === "goroutines" ? model.madeAt(key) : null;
    const of = pane.kind === "goroutines" ? `, ${model.functionOf(key) || "no function known"}${made ? `, made at ${made.file} line ${made.line}` : ""}` : "";
    this.viewer.say(model.laneName(pane.kind, key) + of);
  }

  /** open opens what is under the cursor, or the next thing in its lane. Again, it enters the panel. */
  private async open(pane: Pane): Promise<void> {
    const { viewer } = this;
    if (this.stepped && same(this.stepped.to, viewer.shown.selected)) {
      await this.stepped.told;
      return viewer.enter();
    }
    const cursor = this.cursor(pane);
    const found = await this.under(pane, cursor.lane, cursor.share).catch(() => null);
    if (!found) return viewer.say("Nothing here.");
    const sel = viewer.shown.selected;
    if (sel && sel.row === found.row && sel.from <= found.from && sel.to >= found.to) return viewer.enter();
    const facts = await viewer.select(found, true);
    if (facts) this.stand(pane, facts.segment);
  }

  /** stand moves the cursor to the middle of what is seen of a segment, in the lane that has it. */
  private stand(pane: Pane, s: Segment): void {
    const { view, model, shown } = this.viewer;
    if (shown.cursor?.kind !== pane.kind) return;
    const lane = pane.lanes.indexOf({ procs: s.proc, goroutines: s.row, threads: s.thread }[pane.kind]);
    if (lane >= 0) pane.reveal(shown.cursor.lane = lane);
    const middle = (Math.max(view.from, s.from * model.tick) + Math.min(view.to, s.to * model.tick)) / 2;
    shown.cursor.share = Math.max(0, Math.min(1, (middle - view.from) / view.span));
    this.viewer.redraw();
  }

  private async under(pane: Pane, lane: number, share: number): Promise<Segment | null> {
    const { view, model } = this.viewer;
    const key = pane.lanes[lane];
    if (key === undefined) return null;
    const tick = Math.min(model.contents.ticks - 1, (view.from + share * view.span) / model.tick);
    for (let n = model.blockAt(tick); n < model.blocks.length; n++) {
      await model.load(n);
      const found = model.at(pane.kind, key, Math.max(tick, model.contents.blocks[n]!.from), true);
      if (found) return found;
    }
    for (let n = model.blockAt(tick); n >= 0; n--) { // nothing after it: what was last before
      await model.load(n);
      const found = this.last(pane.kind, key, n);
      if (found) return found;
    }
    return null;
  }

  private last(kind: Kind, key: number, block: number): Segment | null {
    const { model } = this.viewer;
    let lo = model.contents.blocks[block]!.from, found = model.at(kind, key, lo, true);
    for (let hi = model.contents.blocks[block]!.to; hi - lo > 1 && found;) {
      const mid = (lo + hi) / 2, later = model.at(kind, key, mid, true);
      if (later) [found, lo] = [later, mid];
      else hi = mid;
    }
    return found;
  }

  /** along goes to what the selected goroutine did before or after. */
  private async along(pane: Pane, forward: boolean): Promise<void> {
    const { viewer } = this;
    const s = viewer.shown.selected;
    if (!s) return viewer.say("Nothing is selected: Enter opens a segment.");
    const next = await viewer.model.neighbour(s, forward);
    if (!next) return viewer.say(forward ? "It did nothing after this." : "It did nothing before this.");
    this.stepped = { to: next, told: viewer.select(next, true) };
    this.cursor(pane);
    this.stand(pane, next);
  }

  private follow(): boolean {
    const { shown } = this.viewer;
    const row = shown.selected?.row ?? (shown.cursor?.kind === "goroutines" ? this.viewer.panes.goroutines.lanes[shown.cursor.lane] : undefined);
    if (row === undefined) return false;
    this.viewer.follow(row);
    return true;
  }
}

/** same says that two are the same stretch of one goroutine. */
function same(a: Segment, b: Segment | null): boolean { return b !== null && a.row === b.row && a.from === b.from; }
