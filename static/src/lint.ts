// What is done while the reader pauses: the server checks the types, and when
// they are right builds the program, so that Run costs only the run.
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
  private building: AbortController | null = null;

  /** run is what Run would send. */
  constructor(private readonly files: () => SourceFile[], private readonly show: (found: Found[]) => void, private readonly run: () => unknown) {}

  /** touch is called at each change. */
  touch(): void {
    this.cancel();
    this.building?.abort(); // nobody will run that text
    this.timer = window.setTimeout(() => void this.paused(), pause);
  }

  /**
   * cancel forgets what was to be asked: something better is under way. What is
   * being built is left to the server, since that may be what is now to run.
   */
  cancel(): void {
    window.clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async paused(): Promise<void> {
    const asking = this.asking = new AbortController();
    try {
      // What is no file of the program, as its input, the server would refuse.
      if (this.files().every((f) => f.name === "go.mod" || f.name.endsWith(".go") || /(^|\/)testdata\//.test(f.name))) {
        const answer = await json<{ diagnostics: Found[] }>("POST", "/api/diagnose", { files: this.files() }, { signal: asking.signal });
        if (this.asking !== asking) return;
        this.show(answer.diagnostics);
        if (answer.diagnostics.some((d) => !d.code.startsWith("vet:"))) return;
      }
      const building = this.building = new AbortController();
      await json("POST", "/api/ahead", this.run(), { signal: building.signal });
    } catch {
      // What does not come is not missed: Run says and does the same.
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
