// <exercise-desk>: the files of an exercise, its questions, and the checks as
// they are done one by one.
import { events, Refusal, text } from "./api";
import { Bench } from "./bench";
import { all, icon, make, maybe, one, parse } from "./dom";
import { Work } from "./draft";
import { editorScript, Pane } from "./pane";
import { StatusLine } from "./status";

interface CheckResult { id: string; status: string; points: number; max_points: number; message: string }

interface Look { state: string; icon: string; word: string; bar: string }

const waiting: Look = { state: "todo", icon: "dash", word: "waiting", bar: "todo" };
const broken: Look = { state: "err", icon: "warn", word: "could not be judged", bar: "n" };
const looks: Record<string, Look> = {
  passed: { state: "pass", icon: "check", word: "passed", bar: "p" },
  failed: { state: "fail", icon: "cross", word: "failed", bar: "f" },
  not_judged: { state: "nj", icon: "limit", word: "not judged", bar: "n" },
  error: broken,
};

export class ExerciseDesk extends Bench {
  protected readonly startAct = "check";
  private tab = 0;

  protected override attach(): void {
    this.makeTabs();
    this.addEventListener("input", (e) => { if (e.target instanceof HTMLInputElement && e.target.name.startsWith("answer:")) this.changed(); });
    if ("requestIdleCallback" in window) requestIdleCallback(() => void editorScript().catch(() => null));
    maybe(document, ".stick")?.addEventListener("click", () => one(this, "#checks").scrollIntoView({ block: "start" }));
  }

  protected override work(): Work { return { files: this.files(), answers: this.answers() }; }

  private answers(): Record<string, string> {
    const answers: Record<string, string> = {};
    for (const [name, value] of new FormData(this.form)) {
      if (name.startsWith("answer:") && typeof value === "string" && value !== "") answers[name.slice(7)] = value;
    }
    return answers;
  }

  protected override async write(work: Work): Promise<void> {
    for (const input of all<HTMLInputElement>(this, "input[name^='answer:']")) {
      const answer = work.answers?.[input.name.slice(7)];
      if (!work.answers) continue;
      if (input.type === "radio") input.checked = input.value === answer;
      else input.value = answer ?? "";
    }
    await super.write(work);
  }

  protected override shown(): Pane | undefined { return this.panes[this.tab]; }

  protected edited(): void {
    if (this.dataset.status !== "idle") this.status.state("idle", "idle");
    this.status.say({ state: "", icon: "", fact: "Changed.", detail: "Not checked yet" });
  }

  override goto(file: string, line: number): void {
    const at = this.panes.findIndex((p) => p.name === file);
    if (at >= 0) this.select(at);
    super.goto(file, line);
  }

  // ---- tabs ----

  private makeTabs(): void {
    const list = one(this, "[role='tablist']");
    const boxes = all(this, ".pane");
    boxes.forEach((box, i) => {
      const name = box.dataset.file ?? "";
      const tab = make("button", { type: "button", role: "tab", id: "tab-" + i, "aria-controls": box.id, class: "readonly" in box.dataset ? "ro" : "" }, name);
      tab.addEventListener("click", () => this.select(i));
      list.append(tab);
      box.setAttribute("role", "tabpanel");
      box.setAttribute("aria-labelledby", "tab-" + i);
    });
    list.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      this.select((this.tab + step + boxes.length) % boxes.length);
      all(list, "[role='tab']")[this.tab]?.focus();
    });
    list.hidden = false;
    this.select(0);
  }

  private select(at: number): void {
    this.tab = at;
    all(this, ".pane").forEach((box, i) => { box.hidden = i !== at; });
    all(this, "[role='tab']").forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      tab.tabIndex = i === at ? 0 : -1;
    });
  }

  // ---- checking ----

  protected async begin(): Promise<void> {
    const run = this.under!;
    this.status.state("checking", "run");
    this.status.say({ state: "run", icon: "wait", fact: "Checking." }, (s) => s + " s");
    const count = this.clear();
    const body = { files: this.files(), answers: this.answers(), key: this.dataset.key };
    let done = 0;
    let ended = false;
    await events(`/api/exercises/${this.dataset.exercise}/checks`, body, run.abort.signal, (name, data) => {
      if (name === "run") run.id = data.id;
      else if (name === "check") this.checked(data, ++done, count);
      else if (name === "result") ended = true;
      else if (name === "problem") throw new Refusal(data.status, data.detail);
    });
    if (!ended) throw new TypeError("the answer was cut");
    await this.finish(run.id);
  }

  /** clear sets every check back and gives their number. */
  private clear(): number {
    const rows = all(this, ".ck");
    for (const row of rows) {
      this.look(row, waiting);
      if (row instanceof HTMLDetailsElement) row.open = false;
      maybe(row, ".sub2")?.remove();
    }
    this.points(0);
    this.headline(0, rows.length);
    return rows.length;
  }

  private headline(done: number, count: number): void {
    one(this, "#verdict").textContent = done < count ? `Checking ${done + 1} of ${count}` : "Checked";
  }

  private points(n: number): void {
    const el = one(this, ".pts").firstChild;
    if (el) el.textContent = n + " ";
  }

  private checked(result: CheckResult, done: number, count: number): void {
    this.headline(done, count);
    this.points(parseInt(one(this, ".pts").textContent ?? "0", 10) + result.points);
    const row = maybe(this, `.ck[data-check="${CSS.escape(result.id)}"]`);
    if (!row) return;
    this.look(row, looks[result.status] ?? broken);
    if (result.max_points > 0) one(row, ".cp").textContent = `${result.points} / ${result.max_points}`;
  }

  private look(row: HTMLElement, look: Look): void {
    row.dataset.s = look.state;
    maybe<SVGElement>(this, `.pbar [data-check="${CSS.escape(row.dataset.check ?? "")}"]`)?.setAttribute("class", look.bar);
    one(row, ".ci").replaceChildren(icon(look.icon), make("span", { class: "vh" }, look.word));
  }

  /** finish shows the verdict in the server's words. */
  private async finish(id: string): Promise<void> {
    const panel = parse(await text(`/verdicts/${id}/panel`));
    const line = one(panel, ".status");
    const small = maybe(document, ".stick .status");
    if (small) new StatusLine(this, small).show(line.cloneNode(true) as HTMLElement);
    this.status.show(line);
    one(this, ".checks").replaceWith(one(panel, ".checks"));
    maybe(this, ".side")?.remove();
    const side = maybe(panel, ".side");
    if (side) one(this, ".checks").after(side);
    this.status.state(panel.dataset.status ?? "", panel.dataset.state ?? "");
  }
}
