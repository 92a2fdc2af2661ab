// What is wrong with the code, said while the reader pauses: the server checks
// the types without building anything.
import { json, SourceFile } from "./api";
import { make } from "./dom";
import { Mark } from "./editor";

export interface Found { file: string; line: number; col: number; code: string; message: string; explain: string }

/** pause is how long nothing is typed before the server is asked, in ms. */
const pause = 600;

/** Lint asks when nothing was typed for a while, and shows only answers about the code as it is. */
export class Lint {
  private timer = 0;
  private asking: AbortController | null = null;

  constructor(private readonly files: () => SourceFile[], private readonly show: (found: Found[]) => void) {}

  /** touch is called at each change. */
  touch(): void {
    this.cancel();
    if (this.files().some((f) => !f.name.endsWith(".go") || f.name.endsWith("_test.go"))) return; // no plain program
    this.timer = window.setTimeout(() => void this.ask(), pause);
  }

  /** cancel forgets what was to be asked: something better is under way. */
  cancel(): void {
    window.clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async ask(): Promise<void> {
    const asking = this.asking = new AbortController();
    try {
      const answer = await json<{ diagnostics: Found[] }>("POST", "/api/diagnose", { files: this.files() }, { signal: asking.signal });
      if (this.asking === asking) this.show(answer.diagnostics);
    } catch {
      // Advice that does not come is not missed: Run says the same.
    }
  }
}

/** markOf is a diagnostic at its line: the message, and unfolded the explanation. */
export function markOf(d: Found): Mark {
  const vet = d.code.startsWith("vet:");
  const advice = vet ? " advice" : "";
  const at = make("span", { class: "at" }, d.col > 0 ? `${d.line}:${d.col}` : String(d.line));
  const element = d.explain === ""
    ? make("div", { class: "diag" + advice }, make("p", { class: "msg" }, at, d.message))
    : make("details", { class: "diag" + advice }, make("summary", { class: "msg" }, at, d.message), make("p", {}, d.explain));
  return { line: d.line, col: d.col, element, advice: vet };
}
