// What the reader typed is never lost: at once into this browser's storage,
// and 600 ms after a pause to the server, until it says that it has it.
import { Draft as Saved, Input, json, Refusal, SourceFile } from "./api";

export interface Work { files: SourceFile[]; answers?: Record<string, string>; input?: Input }

export interface Hooks {
  /** read gives what is in the editors now. */
  read(): Work;
  /** saved shows how far saving is: "saving", "saved", or why it isn't. */
  saved(words: string): void;
  /** other offers another version of the same code. mine says that this one is kept. */
  other(draft: Saved): void;
}

interface Kept extends Work { base: number }

const pause = 600;
const longestRetry = 30_000;
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("tutor-drafts");

export class Drafts {
  private timer = 0;
  private retry = 0;
  private saving: Promise<void> | null = null;
  private again = false;
  private dirty = false;
  private seen = false;

  constructor(private readonly key: string, private version: number, private readonly hooks: Hooks) {
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => { if (this.dirty) void this.save(); });
    channel?.addEventListener("message", (e) => this.told(e.data));
  }

  /** settled says that what this browser kept is on the server too. */
  settled(): void {
    this.dirty = false;
    forget(this.key);
  }

  /** unsaved is what this browser kept and the server never got. */
  unsaved(): (Work & { conflict: boolean }) | null {
    const kept = load(this.key);
    if (!kept) return null;
    this.dirty = true;
    return { ...kept, conflict: kept.base !== this.version };
  }

  /** touch says that the code changed. */
  touch(): void {
    this.dirty = true;
    store(this.key, { ...this.hooks.read(), base: this.version });
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), pause);
  }

  /** flush saves now what is not saved yet. */
  async flush(): Promise<void> {
    if (this.dirty) await this.save();
  }

  /** sawStarter notes that the reader knows of the author's new text. */
  sawStarter(): void {
    this.seen = true;
    this.dirty = true;
    void this.save();
  }

  /** over makes the next save replace version: the reader saw it and chose. */
  over(version: number): void {
    this.version = version;
    this.touch();
    void this.save();
  }

  private async save(): Promise<void> {
    clearTimeout(this.timer);
    if (this.saving) {
      this.again = true;
      return this.saving;
    }
    this.saving = this.put().finally(() => { this.saving = null; });
    await this.saving;
    if (this.again) {
      this.again = false;
      await this.save();
    }
  }

  private async put(): Promise<void> {
    const work = this.hooks.read();
    const sent = JSON.stringify(work);
    this.hooks.saved("saving");
    try {
      const body = { ...work, base_version: this.version, ...(this.seen ? { starter_seen: true } : {}) };
      const answer = await json<{ version: number }>("PUT", this.url(), body);
      this.version = answer.version;
      this.retry = 0;
      this.acknowledged(sent);
    } catch (e) {
      this.failed(e);
    }
  }

  private acknowledged(sent: string): void {
    channel?.postMessage({ key: this.key, version: this.version });
    if (JSON.stringify(this.hooks.read()) !== sent) return; // typed on meanwhile
    this.dirty = this.seen = false;
    forget(this.key);
    this.hooks.saved("saved");
  }

  private failed(e: unknown): void {
    if (e instanceof Refusal && e.status === 409 && e.draft) {
      if (sameWork(e.draft, this.hooks.read())) { // our own save, whose answer was lost
        this.version = e.draft.version;
        this.acknowledged(JSON.stringify(this.hooks.read()));
        return;
      }
      this.hooks.saved("");
      this.hooks.other(e.draft);
      return;
    }
    if (e instanceof Refusal && e.status < 500) {
      this.hooks.saved("kept in this browser only: " + e.message);
      return;
    }
    this.retry = Math.min(this.retry * 2 || 2000, longestRetry);
    this.hooks.saved(`kept in this browser; trying again in ${this.retry / 1000} s`);
    this.timer = window.setTimeout(() => void this.save(), this.retry);
  }

  /** told hears of saves in other tabs. */
  private async told(message: { key: string; version: number }): Promise<void> {
    if (message.key !== this.key || message.version <= this.version) return;
    try {
      const other = await json<Saved>("GET", this.url());
      if (sameWork(other, this.hooks.read())) this.version = other.version;
      else this.hooks.other(other);
    } catch {
      // the next save of this tab will say so
    }
  }

  /** leave sends what is unsaved while the page goes away. */
  private leave(): void {
    if (!this.dirty) return;
    const body = { ...this.hooks.read(), base_version: this.version };
    void json("PUT", this.url(), body, { keepalive: true }).catch(() => undefined);
  }

  private url(): string { return "/api/drafts/" + this.key; }
}

/** sameWork compares files, answers where both have them, and input. */
export function sameWork(a: Work, b: Work): boolean {
  const text = (w: Work) => JSON.stringify(w.files.map((f) => [f.name, f.content]));
  const answers = (w: Work) => JSON.stringify(Object.entries(w.answers ?? {}).filter(([, v]) => v !== "").sort());
  const input = (w: Work) => JSON.stringify(w.input ? [w.input.args, w.input.stdin] : null);
  return text(a) === text(b) && answers(a) === answers(b) && input(a) === input(b);
}

const prefix = "tutor-draft:";

function load(key: string): Kept | null {
  try {
    const text = localStorage.getItem(prefix + key);
    return text ? (JSON.parse(text) as Kept) : null;
  } catch {
    return null;
  }
}

function store(key: string, kept: Kept): void {
  try { localStorage.setItem(prefix + key, JSON.stringify(kept)); } catch { /* storage is off or full: the server has it soon */ }
}

function forget(key: string): void {
  try { localStorage.removeItem(prefix + key); } catch { /* storage is off */ }
}
