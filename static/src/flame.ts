// <flame-graph>: the picture that the server has drawn, with the arrow keys,
// what a box says in a line below, and zoom. Without it the picture reads.
import { all, make, maybe } from "./dom";

const char = 6.7; // of the text of a box, as the server measures it

interface Box { el: SVGElement; x: number; w: number; d: number; name: string } // x and w in percent of the picture

export class FlameGraph extends HTMLElement {
  private boxes: Box[] = [];
  private at = 0;
  private zoomed = 0; // the box that is as wide as the picture
  private says = make("output", {}, "");
  private back = make("button", { type: "button", class: "b", hidden: "" }, "Show all");

  connectedCallback(): void {
    if (this.boxes.length > 0) return; // moved, not made
    for (const el of all<SVGElement>(this, ".fbox")) {
      const { x, w, d, n } = el.dataset;
      el.setAttribute("tabindex", "-1");
      this.boxes.push({ el, x: Number(x), w: Number(w), d: Number(d), name: n ?? "" });
    }
    if (this.boxes.length === 0) return;
    this.boxes[0]!.el.setAttribute("tabindex", "0");
    this.after(make("div", { class: "flame-b" }, this.says, this.back));
    this.says.textContent = "Arrow keys walk through the boxes, Z zooms in, Escape goes back.";
    new ResizeObserver(() => this.zoom(this.zoomed)).observe(this); // it holds more of a name, or less
    this.back.addEventListener("click", () => { this.zoom(0); this.boxes[0]!.el.focus(); });
    this.addEventListener("keydown", (e) => this.key(e));
    this.addEventListener("focusin", (e) => this.reached(this.indexOf(e.target)));
    this.addEventListener("pointerover", (e) => this.tell(this.indexOf(e.target)));
    this.addEventListener("click", (e) => {
      const i = this.indexOf(e.target);
      if (i >= 0 && !this.boxes[i]!.el.matches("a")) this.zoom(i); // a link leads to its line
    });
  }

  private indexOf(target: EventTarget | null): number {
    const el = target instanceof Element ? target.closest(".fbox") : null;
    return this.boxes.findIndex((b) => b.el === el);
  }

  private reached(i: number): void {
    if (i < 0) return;
    this.boxes[this.at]!.el.setAttribute("tabindex", "-1");
    this.boxes[i]!.el.setAttribute("tabindex", "0");
    this.at = i;
    this.tell(i);
  }

  private tell(i: number): void {
    if (i >= 0) this.says.textContent = maybe<SVGTitleElement>(this.boxes[i]!.el, "title")?.textContent ?? "";
  }

  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey || this.indexOf(e.target) < 0) return;
    if (e.key === "z" || e.key === "Z" || e.key === "Enter" && !this.boxes[this.at]!.el.matches("a")) this.zoom(this.at);
    else if (e.key === "Escape") this.zoom(0);
    else {
      const to = this.next(e.key);
      if (to === null) return;
      if (to >= 0) this.boxes[to]!.el.focus();
    }
    e.preventDefault();
  }

  /** next is the box that an arrow leads to: -1 for none, null for no arrow. The boxes are in the order of a walk. */
  private next(key: string): number | null {
    const { d } = this.boxes[this.at]!;
    const shown = (b: Box | undefined) => b && !b.el.hasAttribute("hidden");
    const find = (step: number, depth: number, until: number) => {
      for (let i = this.at + step; i >= 0 && i < this.boxes.length; i += step) {
        const b = this.boxes[i]!;
        if (b.d === depth && shown(b)) return i;
        if (b.d < until) return -1;
      }
      return -1;
    };
    switch (key) {
      case "ArrowDown": return this.boxes[this.at + 1]?.d === d + 1 && shown(this.boxes[this.at + 1]) ? this.at + 1 : -1;
      case "ArrowUp": return find(-1, d - 1, d - 1);
      case "ArrowRight": return find(1, d, d);
      case "ArrowLeft": return find(-1, d, d);
    }
    return null;
  }

  /** zoom makes box i as wide as the picture. Its callers stay, as wide as that. */
  private zoom(i: number): void {
    const to = this.boxes[i]!;
    const scale = 100 / to.w;
    const pixels = this.clientWidth / 100;
    this.zoomed = i;
    this.back.hidden = i === 0;
    for (const b of this.boxes) {
      const left = Math.max(0, (b.x - to.x) * scale);
      const w = Math.min(100, (b.x + b.w - to.x) * scale) - left;
      b.el.toggleAttribute("hidden", w < 0.005);
      b.el.style.display = w < 0.005 ? "none" : "";
      this.draw(b, left, w, Math.floor((w * pixels - 10) / char));
    }
  }

  /** draw puts a box at x, w wide, with as much of its name as room characters hold. */
  private draw(b: Box, x: number, w: number, room: number): void {
    for (const e of all<SVGElement>(b.el, "rect, svg")) {
      e.setAttribute("x", `${x}%`);
      e.setAttribute("width", `${Math.max(w, 0.05)}%`);
    }
    let name = b.name;
    if (name.length > room) name = name.slice(name.lastIndexOf("/") + 1);
    if (name.length > room) name = room < 4 ? "" : name.slice(0, room - 1) + "…";
    const text = maybe<SVGTextElement>(b.el, "text");
    if (text) text.textContent = name;
  }
}
