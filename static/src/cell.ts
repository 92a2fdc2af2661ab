// <go-cell>: a listing that is changed, run and traced where it stands.
import { events, Refusal, SourceFile, text } from "./api";
import { Bench } from "./bench";
import { all, make, maybe, one, parse } from "./dom";
import { sameWork, Work } from "./draft";
import { Mark } from "./editor";
import { Feed } from "./feed";
import { Found, Lint, markOf } from "./lint";
import { replayable, Stream } from "./output";
import { costsOf } from "./pane";
import { queued } from "./status";

/** What a run is to be, in the words of a request. */
interface Asked { kind?: string; race?: boolean; clock?: string; profile?: string; asm?: boolean }

export class GoCell extends Bench {
  protected readonly startAct = "run";
  private stream: Stream | null = null;
  private feed!: Feed;
  private readonly lint = new Lint(() => this.files(), (found) => this.found(found), () => this.request(this.files()));

  protected override attach(): void {
    this.feed = new Feed(this, () => this.changed());
    replayable(this.results);
    this.addEventListener("toggle", (e) => this.revealed(e), true);
    this.addEventListener("click", (e) => {
      const cost = e.target instanceof Element && !e.ctrlKey && !e.metaKey ? e.target.closest<HTMLElement>(".cost") : null;
      if (cost && this.find(cost)) e.preventDefault();
    });
  }

  private get results(): HTMLElement { return one(this, ".results"); }

  protected edited(): void {
    if (!this.altered) {
      this.lint.cancel();
      for (const p of this.panes) void p.mark([]);
      this.status.state("idle", "idle");
      this.status.say({ state: "", icon: "", fact: "As in the book.", detail: "Run to see what it prints" });
      return;
    }
    this.status.state("changed", "idle");
    this.status.say({ state: "", icon: "", fact: "Changed.", detail: "Run to see the new output" });
    this.lint.touch();
  }

  /** found shows what is wrong with the code before it is run. */
  private found(found: Found[]): void {
    for (const p of this.panes) void p.mark(found.filter((d) => d.file === p.name).map(markOf));
    const first = found[0];
    const at = first && this.panes.length > 1 && first.file ? `${first.file}:${first.line}` : `Line ${first?.line}`;
    const detail = first ? `${at}: ${first.message.split("\n", 1)[0]}` : "Run to see the new output";
    this.status.say({ state: "", icon: "", fact: "Changed.", detail });
  }

  protected override work(): Work {
    const input = this.feed.input;
    return { files: this.files(), ...(input ? { input } : {}) };
  }

  protected override get altered(): boolean { return super.altered || this.feed.input !== undefined; }

  protected override async write(work: Work): Promise<void> {
    this.feed.write(work.input);
    await super.write(work);
  }

  protected override async reset(): Promise<void> {
    await this.drafts.flush(); // so that the history has what was typed in the fields
    this.feed.write(undefined);
    this.changed();
    await super.reset();
  }

  protected async begin(): Promise<void> {
    const run = this.under!;
    this.lint.cancel();
    this.stream = null;
    this.status.state("building", "run");
    this.status.say({ state: "run", icon: "run", fact: "Starting." });
    const ran = this.work();
    const altered = this.altered;
    const body = { ...this.request(ran.files), replace: true };
    maybe(this, "[data-procs]")?.toggleAttribute("hidden", this.asked().clock === "fake"); // there GOMAXPROCS is 1
    let ended = false;
    this.results.classList.add("before"); // what stands there is of the run before
    try {
      await events("/api/runs", body, run.abort.signal, (name, data) => {
        if (name === "run") run.id = data.id;
        else if (name === "result") ended = true;
        else if (name === "problem") throw new Refusal(data.status, data.detail);
        else this.progress(name, data);
      });
      if (!ended) throw new TypeError("the answer was cut");
      await this.finish(run.id);
      if (!altered) this.revealPrediction();
    } finally {
      this.results.classList.remove("before");
    }
    if (sameWork(this.work(), ran)) this.showCosts();
  }

  /** request is what the server is sent to run files. */
  private request(files: SourceFile[]): object {
    const asked = this.asked();
    const trace = this.holds("trace") && asked.kind !== "asm" && asked.clock !== "fake";
    return { files, trace, ...asked, ...this.feed.asked, key: this.dataset.key };
  }

  /** progress says what is under way. */
  private progress(name: string, data: any): void {
    if (name === "queue") {
      this.status.state("queued", "queue");
      this.status.say(queued(data.place, data.eta_ms, data.for));
    } else if (name === "build") {
      this.building(data);
    } else if (name === "out") {
      if (!this.stream) {
        this.stream = new Stream(this.results);
        this.running();
      }
      this.stream.add(data);
    } else if (name === "test") {
      this.tested(data);
    }
  }

  /** tested shows a test that has ended, until the table of all is there. */
  private tested(test: { package?: string; name: string; status: string }): void {
    if (!this.stream) {
      this.stream = new Stream(this.results);
      this.running();
    }
    this.stream.say(`${test.status.replace("_", " ")}: ${test.package ? test.package + "." : ""}${test.name}`);
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
    } else if (build.phase === "damaged") {
      this.status.say({ state: "run", icon: "run", fact: "Building again.", detail: "What was kept of this program was damaged" });
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
    this.classList.toggle("wide", maybe(this.results, ".trace, trace-view, .prof") !== null);
    replayable(this.results);
    for (const p of this.panes) await p.mark(marks.filter((m) => m.file === p.name));
    this.status.state(panel.dataset.status ?? "", panel.dataset.state ?? "");
  }

  /** showCosts puts what the trace below tells of lines beside them. */
  private showCosts(): void {
    const kept = maybe<HTMLTemplateElement>(this.results, "template.costs");
    const costs = kept ? kept.content.cloneNode(true) as DocumentFragment : new DocumentFragment();
    for (const p of this.panes) p.cost(costsOf(costs, p.name));
  }

  /** revealed shows the costs of the recorded run when it is unfolded: before, they would tell what it does. */
  private revealed(e: Event): void {
    const fold = e.target instanceof HTMLDetailsElement && e.target.matches(".spoiler") ? e.target : null;
    if (fold?.open && !this.altered) this.showCosts();
  }

  /** find looks in the trace for what a cost beside a line is of. */
  private find(cost: HTMLElement): boolean {
    const view = maybe(this.results, "trace-view");
    const { file = "", at } = cost.dataset;
    view?.dispatchEvent(new CustomEvent("trace-find", { bubbles: true, detail: { file, line: Number(at) } }));
    return view !== null;
  }

  /** takeMarks takes what has a line here out of the panel's list. */
  private takeMarks(panel: HTMLElement): (Mark & { file: string })[] {
    const marks = [];
    for (const element of all(panel, ".diag[data-line], [data-mark]")) {
      const { file = "", line, col } = element.dataset;
      if (!this.panes.some((p) => p.name === file) || Number(line) < 1) continue;
      element.remove();
      marks.push({ file, line: Number(line), col: Number(col ?? 0), element: element.matches(".diag") ? element : null, advice: element.matches(".advice") });
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

  /** holds says whether a button that stays down is. */
  private holds(name: string): boolean {
    return maybe(this, `[data-act='${name}']`)?.getAttribute("aria-pressed") === "true";
  }

  /**
   * asked is what Run does, in the words of a request: as the list beside the
   * button says, whose first choice is the plain run, and for tests the button
   * for coverage; nothing for what the listing says.
   */
  private asked(): Asked {
    const list = maybe<HTMLSelectElement>(this, "select.kind");
    if (!list) return {};
    const plain = list.options[0]!.value;
    const kind = this.holds("cover") ? "cover" : plain;
    const [what, profile] = list.value.split(":");
    if (what === "race") return { kind, race: true };
    if (what === "fake") return { kind, clock: "fake" };
    if (plain === "program") return { kind: list.value };
    if (what === "asm") return { kind, asm: true };
    if (what === "both") return { kind, profile, asm: true };
    return profile ? { kind, profile } : { kind };
  }

  protected override act(name: string, button: HTMLElement): void {
    if (name === "trace" || name === "cover") button.setAttribute("aria-pressed", String(!this.holds(name)));
    else super.act(name, button);
  }
}
