// The status line of a run bar while something is under way. How a run ended
// is said by the server, which knows the words of every status.
import { icon, make } from "./dom";

export interface Words { state: string; icon: string; fact: string; detail?: string }

/** StatusLine owns the <p class="status"> of a cell or a desk. */
export class StatusLine {
  private since = 0;
  private timer = 0;

  constructor(private readonly host: HTMLElement, private el: HTMLElement) {}

  /** say shows words; with clock, the seconds since then run behind them, unheard by screen readers. */
  say(words: Words, clock?: (seconds: string) => string): void {
    this.stop();
    const parts = make("span", {}, make("b", {}, words.fact), words.detail ? " " + words.detail : "");
    if (clock) parts.append(this.clock(clock));
    this.el.className = words.state ? "status k-" + words.state : "status";
    this.el.replaceChildren(...(words.icon ? [icon(words.icon)] : []), parts);
  }

  /** show puts the server's own status line here. */
  show(line: HTMLElement): void {
    this.stop();
    this.el.className = line.className;
    this.el.replaceChildren(...line.childNodes);
  }

  /** state colours the spine and tells tests how far things are. */
  state(status: string, spine: string): void {
    this.host.dataset.status = status;
    this.host.dataset.state = spine;
  }

  stop(): void { clearInterval(this.timer); }

  private clock(says: (seconds: string) => string): HTMLElement {
    const el = make("span", { "aria-hidden": "true" });
    this.since = performance.now();
    const tick = () => { el.textContent = " " + says(((performance.now() - this.since) / 1000).toFixed(1)); };
    tick();
    this.timer = window.setInterval(tick, 100);
    return el;
  }
}

export const offline: Words = { state: "err", icon: "warn", fact: "No answer from the server.", detail: "Your code is saved" };

/** queued is "3rd in line. About 4 s", with what is waited for beyond a turn. */
export function queued(place: number, etaMs: number, waitsFor?: string): Words {
  const about = etaMs > 0 ? `About ${Math.max(1, Math.round(etaMs / 1000))} s` : "";
  const why = waitsFor === "measurement" ? "Waiting for a measurement, which runs alone."
    : waitsFor === "quiet" ? "To be measured when nothing else runs." : "";
  return { state: "", icon: "queue", fact: `${ordinal(place)} in line.`, detail: [why, about].filter(Boolean).join(" ") };
}

export function ordinal(n: number): string {
  const end = n % 100 >= 11 && n % 100 <= 13 ? "th" : ["th", "st", "nd", "rd"][n % 10] ?? "th";
  return n + end;
}
