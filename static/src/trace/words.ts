// How times, states and causes are said: as the server's pages say them.

/** stateIds are the names that classes, symbols and custom properties end with. */
export const stateIds = ["running", "syscall", "gc", "runnable", "chan", "select", "sync", "sleep", "net"] as const;

/** stateNames are the states as the legend names them. */
export const stateNames = ["running", "in a system call", "GC work", "runnable", "channel", "select", "lock or WaitGroup", "timer or other", "network"] as const;

/** stateVerbs say what a goroutine does, as in "G5 runs". The last but one is any wait that has no state of its own: its reason says for what. */
export const stateVerbs = [
  "runs", "is in a system call", "does GC work", "is ready and wants a P", "waits for a channel", "waits in select",
  "waits for a lock or WaitGroup", "waits", "waits for the network",
] as const;

/** statePast say what it did, as in "G5 ran for 3 ms". */
export const statePast = [
  "ran", "was in a system call", "did GC work", "was runnable", "waited for a channel", "waited in select",
  "waited for a lock or WaitGroup", "waited", "waited for the network",
] as const;

const causes: Record<string, string> = {
  create: "by its go statement", unblock: "by another goroutine", timer: "by a timer", network: "by the network",
  preempted: "by preemption: its time slice was up", gosched: "by itself: it gave way", syscall: "by the end of its system call", runtime: "by the runtime",
};

/** cause says what made a goroutine ready. */
export function cause(reason: string): string { return causes[reason] ?? (reason ? "by " + reason : "not known"); }

/** origins say where a P took a goroutine from. */
export const origins = ["", "from its own queue", "stolen", "from the global queue"] as const;

const units: [number, string][] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]];

/** span writes a length of time in ns, to three digits. */
export function span(ns: number): string {
  for (const [size, name] of units) if (Math.abs(ns) >= 0.9995 * size) return digits(ns / size) + " " + name;
  return ns === 0 ? "0 ms" : digits(ns) + " ns";
}

/** moment writes a time of the run, exact enough for a view of width ns, in the unit that like has. */
export function moment(ns: number, width: number, like = ns): string {
  const [size, name] = unitOf(Math.max(like, width, 1));
  const decimals = Math.max(0, Math.min(6, Math.ceil(Math.log10(size / Math.max(1, width / 500)))));
  return fixed(ns / size, decimals) + " " + name;
}

/** unitOf is the unit in which ns is written. */
export function unitOf(ns: number): [number, string] {
  return units.find(([size]) => ns >= 2 * size) ?? [1, "ns"];
}

function digits(x: number): string {
  const a = Math.abs(x);
  return fixed(x, a >= 99.95 ? 0 : a >= 9.995 ? 1 : 2);
}

/** fixed writes x with at most that many decimals. */
export function fixed(x: number, decimals: number): string {
  const s = x.toFixed(decimals);
  return s.includes(".") ? s.replace(/\.?0+$/, "") : s;
}

/** plural counts something. */
export function plural(n: number, one: string, many: string): string { return n.toLocaleString("en") + " " + (n === 1 ? one : many); }

/** compact writes a count that must fit beside a mark. */
export function compact(n: number): string {
  return n >= 1e6 ? fixed(n / 1e6, 0) + "M" : n >= 1e3 ? fixed(n / 1e3, 0) + "k" : String(n);
}

/** percent writes a share in words that do not round to nothing or to all. */
export function percent(share: number): string {
  if (share <= 0) return "0 %";
  if (share < 0.01) return "under 1 %";
  return share > 0.995 && share < 1 ? "over 99 %" : Math.round(share * 100) + " %";
}

/** bytes writes a size. */
export function bytes(n: number): string {
  for (const [size, name] of [[1 << 30, "GB"], [1 << 20, "MB"], [1 << 10, "KB"]] as const) if (n >= size) return digits(n / size) + " " + name;
  return n + " B";
}

/** readTime reads "1.5ms", "20µs", "1m3.5s"; NaN when it is none. */
export function readTime(text: string): number {
  const m = /^\s*(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)(ns|us|µs|μs|ms|s))?\s*$/.exec(text);
  if (!m || text.trim() === "") return NaN;
  const unit = { ns: 1, us: 1e3, "µs": 1e3, "μs": 1e3, ms: 1e6, s: 1e9 }[(m[4] ?? "s") as "ns"];
  return Number(m[1] ?? 0) * 3600e9 + Number(m[2] ?? 0) * 60e9 + Number(m[3] ?? 0) * unit;
}

/** readRange reads "1ms..2ms" as ns; null when it is none. */
export function readRange(text: string | undefined | null): [number, number] | null {
  const [a = "", b = ""] = (text ?? "").split("..");
  const from = readTime(a), to = readTime(b);
  return from >= 0 && to > from ? [from, to] : null;
}

/** writeRange writes ns so that readRange reads them. */
export function writeRange(from: number, to: number): string {
  const digitsOf = Math.max(0, Math.min(6, Math.ceil(6 - Math.log10(Math.max(1, (to - from) / 1000)))));
  return fixed(from / 1e6, digitsOf) + "ms.." + fixed(to / 1e6, digitsOf) + "ms";
}

/** unseen are the characters that turn, hide or break the text around them: controls, and those that set the direction of writing. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** visible is a text of the program's with a mark for each character that would not be seen. */
export function visible(text: string): string { return text.replace(/\s+/g, " ").replace(unseen, "\ufffd"); }

/** clipped is a text that is no longer than most characters, and says where more was. */
export function clipped(text: string, most = 80): string { return text.length > most ? [...text.slice(0, 2 * most)].slice(0, most - 1).join("") + "…" : text; }
