// <go-cell>: a listing that is changed, run and traced where it stands.
import { events, Refusal, text } from "./api";
import { Bench } from "./bench";
import { all, make, maybe, one, parse } from "./dom";
import { Mark } from "./editor";
import { replayable, Stream } from "./output";
import { queued } from "./status";

export class GoCell extends Bench {
  protected readonly startAct = "run";
  private stream: Stream | null = null;

  protected override attach(): void { replayable(this.results); }

  private get results(): HTMLElement { return one(this, ".results"); }

  protected edited(): void {
    if (!this.panes.some((p) => p.changed)) {
      this.status.state("idle", "idle");
      this.status.say({ state: "", icon: "", fact: "As in the book.", detail: "Run to see what it prints" });
      return;
    }
    this.status.state("changed", "idle");
    this.status.say({ state: "", icon: "", fact: "Changed.", detail: "Run to see the new output" });
  }

  protected async begin(): Promise<void> {
    const run = this.under!;
    this.stream = null;
    this.status.state("building", "run");
    this.status.say({ state: "run", icon: "run", fact: "Starting." });
    const body = { files: this.files(), trace: this.traced(), key: this.dataset.key };
    let ended = false;
    await events("/api/runs", body, run.abort.signal, (name, data) => {
      if (name === "run") run.id = data.id;
      else if (name === "result") ended = true;
      else if (name === "problem") throw new Refusal(data.status, data.detail);
      else this.progress(name, data);
    });
    if (!ended) throw new TypeError("the answer was cut");
    await this.finish(run.id);
  }

  /** progress says what is under way. */
  private progress(name: string, data: any): void {
    if (name === "queue") {
      this.status.state("queued", "queue");
      this.status.say(queued(data.place, data.eta_ms));
    } else if (name === "build") {
      this.building(data);
    } else if (name === "out") {
      if (!this.stream) {
        this.stream = new Stream(this.results);
        this.running();
      }
      this.stream.add(data);
    }
  }

  private building(build: { phase: string; done?: number; total?: number }): void {
    if (build.phase === "link" || build.phase === "cached") {
      this.running();
      return;
    }
    this.status.state("building", "run");
    if (build.phase === "prepare") {
      const far = build.total ? `${build.done ?? 0} of ${build.total} packages, once` : "The standard library, once";
      this.status.say({ state: "run", icon: "wait", fact: "Preparing Go.", detail: far });
    } else {
      this.status.say({ state: "run", icon: "run", fact: "Building." }, (s) => s + " s");
    }
  }

  private running(): void {
    if (this.dataset.status === "running") return;
    this.status.state("running", "run");
    this.status.say({ state: "run", icon: "run", fact: "Running." }, (s) => s + " s");
  }

  /** finish shows what the server says of the ended run. */
  private async finish(id: string): Promise<void> {
    const panel = parse(await text(`/runs/${id}/panel`));
    const marks = this.takeMarks(panel);
    this.status.show(one(panel, ".status"));
    this.results.replaceWith(one(panel, ".results"));
    this.classList.toggle("wide", maybe(this.results, ".trace, trace-view") !== null);
    replayable(this.results);
    this.revealPrediction();
    for (const p of this.panes) await p.mark(marks.filter((m) => m.file === p.name));
    this.status.state(panel.dataset.status ?? "", panel.dataset.state ?? "");
  }

  /** takeMarks takes what has a line here out of the panel's list. */
  private takeMarks(panel: HTMLElement): (Mark & { file: string })[] {
    const marks = [];
    for (const element of all(panel, ".diag[data-line], [data-mark]")) {
      const { file = "", line, col } = element.dataset;
      if (!this.panes.some((p) => p.name === file) || Number(line) < 1) continue;
      element.remove();
      marks.push({ file, line: Number(line), col: Number(col ?? 0), element: element.matches(".diag") ? element : null });
    }
    const list = maybe(panel, ".diags");
    if (list && list.childElementCount === 0) list.remove();
    return marks;
  }

  private revealPrediction(): void {
    for (const pill of all(this, ".pred .pill")) {
      const yours = one<HTMLInputElement>(pill, "input").checked;
      const right = "right" in pill.dataset;
      pill.classList.toggle("yours", yours);
      pill.classList.toggle("is", right);
      for (const old of all(pill, "small")) old.remove();
      if (yours) pill.append(make("small", {}, "yours"));
      if (right) pill.append(make("small", {}, "what it printed"));
    }
  }

  private traced(): boolean {
    return maybe(this, "[data-act='trace']")?.getAttribute("aria-pressed") === "true";
  }

  protected override act(name: string, button: HTMLElement): void {
    if (name === "trace") button.setAttribute("aria-pressed", String(!this.traced()));
    else super.act(name, button);
  }
}
