// One file: a highlighted listing that becomes an editor when it is first
// used. Without the editor's script it stays what it is.
import type { Cost, Editor, Mark } from "./editor";
import { all, make, maybe, one } from "./dom";

interface EditorScript { mount: typeof import("./editor").mount }

declare global {
  interface Window { tutorEditor?: EditorScript }
}

export interface PaneHooks {
  changed(): void;
  run(): void;
  format(): void;
}

let loading: Promise<EditorScript> | null = null;

/** editorScript loads the editor's script once. */
export function editorScript(): Promise<EditorScript> {
  loading ??= new Promise((done, failed) => {
    const url = one<HTMLScriptElement>(document, "script[data-editor]").dataset.editor ?? "";
    const script = make("script", { src: url });
    script.addEventListener("load", () => window.tutorEditor ? done(window.tutorEditor) : failed(new Error("no editor")));
    script.addEventListener("error", () => { loading = null; failed(new Error("the editor could not be loaded")); });
    document.head.append(script);
  });
  return loading;
}

/** costsOf are the costs that the server wrote into root, of one file or of all. */
export function costsOf(root: ParentNode, file?: string): Cost[] {
  return all(root, ".cost").filter((c) => file === undefined || c.dataset.file === file).map((element) => ({ line: Number(element.dataset.at), element }));
}

export class Pane {
  readonly name: string;
  readonly original: string;
  private editor: Editor | null = null;
  private mounting: Promise<Editor | null> | null = null;
  private source: string;
  private costs: Cost[];
  /** tail is the newline at the end, which the editor does not show as a line of its own. */
  private readonly tail: string;
  private readonly area: HTMLTextAreaElement | null;

  constructor(private readonly code: HTMLElement, form: HTMLElement, private readonly hooks: PaneHooks) {
    this.name = code.dataset.file ?? "";
    this.area = maybe<HTMLTextAreaElement>(form, `textarea[name="file:${CSS.escape(this.name)}"]`);
    this.source = this.area?.value ?? "";
    this.tail = this.source.endsWith("\n") ? "\n" : "";
    const original = maybe<HTMLTemplateElement>(form, `template.original[data-file="${CSS.escape(this.name)}"]`);
    this.original = original ? original.content.textContent ?? "" : this.source;
    this.costs = costsOf(code);
    if (this.area) this.wake();
  }

  /** editable is false for a file that is only shown. */
  get editable(): boolean { return this.area !== null; }

  get text(): string { return this.editor ? this.editor.text() + this.tail : this.source; }

  get changed(): boolean { return this.text !== this.original; }

  /** write replaces the text; it can be undone. */
  async write(text: string): Promise<void> {
    if (text === this.text) return;
    const editor = await this.mount();
    if (editor) editor.replace(this.shown(text));
    else this.source = text;
  }

  private shown(text: string): string {
    return this.tail && text.endsWith("\n") ? text.slice(0, -1) : text;
  }

  /** sync gives the text to the form, for a submit that no script handles. */
  sync(): void { if (this.area) this.area.value = this.text; }

  /** mark shows diagnostics at their lines, with what is said about them below. */
  async mark(marks: Mark[]): Promise<void> {
    if (marks.length === 0 && !this.editor) {
      for (const line of this.code.querySelectorAll(".ln.err")) line.classList.remove("err");
      return;
    }
    (await this.mount())?.mark(marks);
  }

  /** cost shows what a trace tells of lines, right of the code, until the text changes. */
  cost(costs: Cost[]): void {
    this.costs = costs;
    if (this.editor) return this.editor.cost(costs);
    for (const old of all(this.code, ".cost")) old.remove();
    for (const c of costs) {
      const end = maybe(this.code, `.ln[data-n="${c.line}"]`)?.lastChild;
      if (end instanceof Text) end.splitText(end.length - 1).before(c.element); // a float after the newline would stand a line lower
    }
  }

  /** goto puts the cursor on a line. */
  async goto(line: number): Promise<void> {
    (await this.mount())?.goto(line);
  }

  /** mount turns the listing into an editor; null when that can't be. */
  mount(): Promise<Editor | null> {
    this.mounting ??= editorScript().then((script) => this.attach(script)).catch(() => { this.mounting = null; return null; });
    return this.mounting;
  }

  private attach(script: EditorScript): Editor | null {
    if (!this.editable) return null;
    const holder = make("div", { class: "code ed" });
    holder.dataset.file = this.name;
    this.editor = script.mount({
      parent: holder, doc: this.shown(this.source), file: this.name,
      label: `Editor, ${this.name}. Escape, then Tab, leaves the editor`,
      changed: () => this.hooks.changed(), run: () => this.hooks.run(), format: () => this.hooks.format(),
    });
    this.code.replaceWith(holder);
    if (this.costs.length > 0) this.cost(this.costs);
    return this.editor;
  }

  /**
   * wake mounts the editor on the first press, with the cursor where the reader
   * pressed, or on Enter. Not on focus: who walks the page by Tab would have to
   * leave every editor by Escape.
   */
  private wake(): void {
    let at: { x: number; y: number } | null = null;
    const start = async () => {
      const had = document.activeElement === this.code || at !== null;
      const editor = await this.mount();
      if (editor && had) editor.focus(at);
    };
    this.code.addEventListener("pointerup", (e) => {
      if (e.target instanceof Element && e.target.closest("a, summary")) return;
      if (String(getSelection()) !== "") return; // they select, to copy
      at = { x: e.clientX, y: e.clientY };
      void start();
    });
    this.code.setAttribute("aria-label", `Listing ${this.name}. Enter opens the editor`);
    this.code.addEventListener("keydown", (e) => {
      if (e.target !== this.code || e.key !== "Enter" || e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      void start();
    });
    this.code.addEventListener("pointerenter", () => void editorScript().catch(() => null), { once: true });
  }
}
