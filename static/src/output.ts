// Output as it streams: one element a line, the time of each burst in the
// gutter, everything as text.
import { make, maybe } from "./dom";

interface Burst { t_ms: number; stream: string; text: string }

const foldAt = 200; // as the server folds
const keepLines = 5000; // more is only on the server, until the end

/** Stream appends bursts to a fresh output block of a cell. */
export class Stream {
  private readonly body = make("div", { class: "out-b", tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Output" });
  private readonly said = make("p", { class: "vh", role: "status" });
  private line: HTMLElement | null = null;
  private stream = "";
  private lastTime = "";
  private lines = 0;
  private unsaid: string[] = [];
  private timer = 0;

  constructor(results: HTMLElement) {
    results.classList.remove("recorded", "before");
    results.replaceChildren(make("div", { class: "out" }, this.body, this.said));
  }

  add(burst: Burst): void {
    const at = time(burst.t_ms);
    for (const piece of burst.text.split(/(?<=\n)/)) {
      const ended = piece.endsWith("\n");
      this.append(ended ? piece.slice(0, -1) : piece, burst.stream, at);
      if (ended) this.line = null;
    }
    this.announce(burst.text);
  }

  /** say adds a line of ours, which the program did not print. */
  say(text: string): void {
    this.line = null;
    this.append(text, "", this.lastTime);
    this.line = null;
    this.announce(text);
  }

  private append(text: string, stream: string, at: string): void {
    if (this.line && this.stream === stream) {
      this.line.append(text);
      return;
    }
    if (++this.lines > keepLines) return;
    const code = make("code", {}, text);
    const shown = newTime(at, this.lastTime);
    const row = make("div", { class: stream === "stderr" ? "o e" : "o" }, make("span", { class: shown.length > 5 ? "ot long" : "ot" }, shown), code);
    this.body.append(row);
    this.line = code;
    this.stream = stream;
    this.lastTime = at;
    if (this.lines > foldAt) this.body.firstElementChild?.remove();
  }

  /** announce tells screen readers at most once a second. */
  private announce(text: string): void {
    this.unsaid.push(...text.split("\n").filter((line) => line !== ""));
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      const few = this.unsaid.slice(0, 3).join("\n");
      const more = this.unsaid.length - 3;
      this.said.textContent = more > 0 ? `${few}\n${more} more lines` : few;
      this.unsaid = [];
    }, 1000);
  }
}

/** newTime says a time when it is new, and its unit when that is. */
function newTime(at: string, before: string): string {
  if (at === before) return "";
  const [number = "", unit] = at.split(" ");
  return before.split(" ")[1] === unit ? number : at;
}

/** time writes ms as the server does. */
function time(ms: number): string {
  if (ms <= 0) return "0 ms";
  if (ms < 1) return Math.max(ms, 0.1).toFixed(1).replace(".0", "") + " ms";
  if (ms < 999.5) return Math.round(ms) + " ms";
  if (ms < 100e3) return (ms / 1000).toFixed(2) + " s";
  if (ms < 3600e3) return (ms / 60e3).toFixed(1).replace(".0", "") + " min";
  return (ms / 3600e3).toFixed(1).replace(".0", "") + " h";
}

/** replayable lets a finished output be played again at its own speed. */
export function replayable(results: HTMLElement): void {
  const button = maybe<HTMLButtonElement>(results, "[data-act='replay']");
  const range = maybe<HTMLInputElement>(results, ".scrub input");
  if (!button || !range) return;
  const rows = [...results.querySelectorAll<HTMLElement>(".o")].map((row) => ({ row, at: Number(row.dataset.t) }));
  const length = Math.max(...rows.map((r) => r.at), 1);
  const show = (at: number) => { for (const r of rows) r.row.classList.toggle("later", r.at > at); };
  range.addEventListener("input", () => show((Number(range.value) / 1000) * length));
  const skip = maybe<HTMLButtonElement>(results, "[data-act='skip']");
  button.addEventListener("click", () => play({ range, length, show, skip }, rows.map((r) => r.at)));
}

interface Player { range: HTMLInputElement; length: number; show: (at: number) => void; skip: HTMLButtonElement | null }

/**
 * play moves the scrubber in real time; with less motion it jumps from event to
 * event. What a fake clock says was slept can be skipped: it may be hours.
 */
function play({ range, length, show, skip }: Player, times: number[]): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let start = performance.now();
  if (skip) {
    skip.hidden = false;
    skip.onclick = () => {
      const at = performance.now() - start;
      start -= Math.min(length, ...times.filter((t) => t > at)) - at;
    };
  }
  const frame = (now: number) => {
    let at = Math.min(now - start, length);
    if (still) at = Math.max(0, ...times.filter((t) => t <= at));
    range.value = String((at / length) * 1000);
    show(at);
    if (now - start < length && range.isConnected) requestAnimationFrame(frame);
    else {
      show(length);
      if (skip) skip.hidden = true;
    }
  };
  show(-1);
  requestAnimationFrame(frame);
}
