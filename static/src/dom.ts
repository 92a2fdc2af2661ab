// Small helpers for elements. Text from programs is only ever set as text.

/** one finds the first element, or fails: for what the server always writes. */
export function one<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}

/** maybe finds the first element, or null. */
export function maybe<T extends Element = HTMLElement>(root: ParentNode, selector: string): T | null {
  return root.querySelector<T>(selector);
}

/** all finds every element. */
export function all<T extends Element = HTMLElement>(root: ParentNode, selector: string): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

type Child = Node | string | null;

/** make creates an element with attributes and children; strings are text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  for (const child of children) if (child !== null) el.append(child);
  return el;
}

/** icon is the use of a symbol that the page carries. */
export function icon(name: string): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

/** parse turns HTML of our server into its first element. */
export function parse(html: string): HTMLElement {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const first = holder.content.firstElementChild;
  if (!(first instanceof HTMLElement)) throw new Error("the fragment holds no element");
  return first;
}

/** typing says whether keys pressed now are text. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** toast says something that needs no action, for six seconds. */
export function toast(fact: string, detail = "", iconName = "check"): void {
  const box = document.querySelector(".toasts");
  if (!box) return;
  const el = make("div", { class: "toast" }, icon(iconName), make("span", {}, make("b", {}, fact), " " + detail));
  box.replaceChildren(el);
  let timer = setTimeout(() => el.remove(), 6000);
  el.addEventListener("pointerenter", () => clearTimeout(timer));
  el.addEventListener("pointerleave", () => { timer = setTimeout(() => el.remove(), 3000); });
}
