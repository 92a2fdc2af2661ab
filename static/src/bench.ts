// What a cell and an exercise's desk have in common: files that are edited,
// kept, formatted, reset, and something that is started and stopped.
import { Draft as Saved, json, Refusal, SourceFile } from "./api";
import { icon, make, maybe, one, toast } from "./dom";
import { Drafts, sameWork, Work } from "./draft";
import { Pane } from "./pane";
import { offline, StatusLine } from "./status";

export abstract class Bench extends HTMLElement {
  protected panes: Pane[] = [];
  protected drafts!: Drafts;
  protected status!: StatusLine;
  protected form!: HTMLFormElement;
  protected under: { abort: AbortController; id: string } | null = null; // what is under way

  /** startAct is the data-act of the button that starts. */
  protected abstract readonly startAct: string;
  /** begin does it: it resolves when all is over and shown. */
  protected abstract begin(): Promise<void>;
  /** edited says in the status line that the result is no longer of this code. */
  protected abstract edited(): void;

  connectedCallback(): void {
    if (this.form) return; // moved, not made
    this.form = one<HTMLFormElement>(this, "form");
    const hooks = { changed: () => this.changed(), run: () => void this.start(), format: () => void this.format() };
    this.panes = [...this.form.querySelectorAll<HTMLElement>(".code[data-file]")].map((code) => new Pane(code, this.form, hooks));
    this.status = new StatusLine(this, one(this, ".runbar .status"));
    this.drafts = new Drafts(this.dataset.key ?? "", Number(this.dataset.version), {
      read: () => this.work(), saved: (words) => this.saved(words), other: (draft) => this.offer(draft),
    });
    this.form.addEventListener("submit", (e) => this.submit(e));
    this.addEventListener("click", (e) => this.pressed(e));
    this.addEventListener("keydown", (e) => this.key(e));
    this.addEventListener("toggle", (e) => this.toggled(e), true);
    this.attach();
    void this.restore();
  }

  /** attach is what an element does besides when it is made. */
  protected attach(): void {}

  /** goto puts the cursor on a line of a file; of the first file when none is named. */
  goto(file: string, line: number): void {
    void (this.panes.find((p) => p.name === file) ?? this.panes[0])?.goto(line);
  }

  protected work(): Work { return { files: this.files() }; }

  protected files(): SourceFile[] {
    return this.panes.filter((p) => p.editable).map((p) => ({ name: p.name, content: p.text }));
  }

  /** shown is the pane whose text is copied. */
  protected shown(): Pane | undefined { return this.panes[0]; }

  // ---- changing ----

  protected changed(): void {
    this.drafts.touch();
    this.showChanged();
    for (const p of this.panes) p.cost([]);
    if (!this.under) this.edited();
  }

  /** altered says that the reader changed what the author wrote. */
  protected get altered(): boolean { return this.panes.some((p) => p.editable && p.changed); }

  protected showChanged(): void {
    const changed = this.altered;
    one(this, ".tag.changed").hidden = !changed;
    one(this, "[data-act='reset']").hidden = !changed;
  }

  /** restore brings back what this browser kept and the server never got. */
  private async restore(): Promise<void> {
    const kept = this.drafts.unsaved();
    if (!kept) return;
    const server: Saved = { ...this.work(), version: Number(this.dataset.version) };
    if (sameWork(kept, server)) {
      this.drafts.settled();
      return;
    }
    await this.write(kept);
    if (kept.conflict) this.offer(server);
  }

  protected async write(work: Work): Promise<void> { await this.writeFiles(work.files); }

  private async writeFiles(files: SourceFile[]): Promise<void> {
    for (const f of files) await this.panes.find((p) => p.name === f.name)?.write(f.content);
    this.showChanged();
  }

  private saved(words: string): void {
    const el = maybe(this, "[data-saved]");
    if (el) el.textContent = words === "saving" ? "saving…" : words;
  }

  /** offer shows that another tab or window saved this code too. Ours stays. */
  private offer(other: Saved): void {
    maybe(this, ".notice.other")?.remove();
    const mine = make("button", { type: "button", class: "b sec" }, "Keep mine");
    const theirs = make("button", { type: "button", class: "b" }, "Take the other");
    const notice = make("div", { class: "notice other", role: "alert" }, icon("info"),
      make("span", {}, make("b", {}, "Another tab saved this too."), " Yours is here; the other is in the history."), mine, theirs);
    mine.addEventListener("click", () => { notice.remove(); this.drafts.over(other.version); });
    theirs.addEventListener("click", () => {
      notice.remove();
      void this.write(other).then(() => this.drafts.over(other.version));
    });
    one(this, ".runbar").before(notice);
  }

  private async format(): Promise<void> {
    const files = this.files();
    try {
      const answer = await json<{ files: SourceFile[]; diagnostics: { file: string; line: number; message: string }[] }>("POST", "/api/format", { files });
      const wrong = answer.diagnostics[0];
      if (wrong) {
        toast("Not formatted.", `${wrong.file}:${wrong.line}: ${wrong.message}`, "warn");
        return;
      }
      const moved = answer.files.some((f, i) => f.content !== files[i]?.content);
      await this.writeFiles(answer.files);
      toast("Formatted.", moved ? "Ctrl Z brings it back" : "Nothing had to change");
    } catch (e) {
      if (e instanceof Refusal) toast("Not formatted.", e.message, "warn");
      else toast(offline.fact, offline.detail, "warn");
    }
  }

  protected async reset(): Promise<void> {
    for (const p of this.panes) if (p.editable) await p.write(p.original);
    this.showChanged();
    toast("Reset.", "Ctrl Z in the editor brings your code back", "reset");
  }

  /** toggled notes that the reader has seen what changed in the starter. */
  private toggled(e: Event): void {
    const notice = e.target instanceof Element ? e.target.closest<HTMLDetailsElement>("details.notice") : null;
    if (notice?.open && !("seen" in notice.dataset)) {
      notice.dataset.seen = "";
      this.drafts.sawStarter();
    }
  }

  // ---- starting and stopping ----

  private async start(): Promise<void> {
    if (this.under || this.startButton().disabled) return;
    this.under = { abort: new AbortController(), id: "" };
    const label = this.startButton().textContent ?? "";
    this.button("Stop", "stop");
    void this.drafts.flush();
    try {
      await this.begin();
    } catch (e) {
      this.complain(e, this.under.abort.signal.aborted);
    } finally {
      this.under = null;
      this.button(label === "Run" ? "Run again" : label, this.startAct);
    }
  }

  private async stop(): Promise<void> {
    if (!this.under) return;
    const { id, abort } = this.under;
    if (!id) return abort.abort();
    try {
      await json("DELETE", "/api/runs/" + id);
    } catch {
      abort.abort();
    }
  }

  private complain(e: unknown, stopped: boolean): void {
    if (stopped) {
      this.status.state("killed", "limit");
      this.status.say({ state: "limit", icon: "stop", fact: "Stopped", detail: "by you" });
    } else if (e instanceof Refusal) {
      this.status.state("error", "limit");
      this.status.say({ state: "limit", icon: "warn", fact: "Not done.", detail: e.message });
    } else {
      this.status.state("error", "err");
      this.status.say(offline);
    }
  }

  private startButton(): HTMLButtonElement { return one<HTMLButtonElement>(this, `[data-act='${this.startAct}']`); }

  private button(label: string, iconName: string): void {
    const b = this.startButton();
    b.classList.toggle("stop", iconName === "stop");
    b.replaceChildren(icon(iconName), make("span", {}, label.trim()));
  }

  // ---- events ----

  private submit(e: SubmitEvent): void {
    const act = e.submitter instanceof HTMLElement ? e.submitter.dataset.act : "";
    if (act === "reset") {
      e.preventDefault();
      void this.reset();
    } else if (act?.startsWith(this.startAct)) {
      e.preventDefault();
      void (this.under ? this.stop() : this.start());
    } else {
      for (const p of this.panes) p.sync();
    }
  }

  private pressed(e: Event): void {
    const target = e.target instanceof Element ? e.target : null;
    const link = target?.closest<HTMLElement>("a[data-line]");
    if (link) {
      e.preventDefault();
      this.goto(link.dataset.file ?? "", Number(link.dataset.line));
      return;
    }
    const button = target?.closest<HTMLElement>("button[data-act]");
    if (button) this.act(button.dataset.act ?? "", button);
  }

  /** act does what a button says. */
  protected act(name: string, _button: HTMLElement): void {
    if (name === "format") void this.format();
    if (name === "copy") void navigator.clipboard.writeText(this.shown()?.text ?? "").then(() => toast("Copied."));
  }

  private key(e: KeyboardEvent): void {
    if (e.defaultPrevented || !(e.ctrlKey || e.metaKey)) return;
    if (e.key === "Enter") {
      e.preventDefault();
      void this.start();
    } else if (e.key === "s") {
      e.preventDefault();
      void this.format();
    }
  }
}
