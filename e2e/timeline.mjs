// Writes timelines as docs/timeline.md has them, and makes up runs to fill
// them: for tests and measurements of the view that need no server.
import { gzipSync } from "node:zlib";

const states = { running: 0, syscall: 1, gc: 2, runnable: 3, chan: 4, select: 5, sync: 6, sleep: 7, net: 8, gone: 15 };

/** Bytes grows as varints are put into it. */
class Bytes {
  data = new Uint8Array(1 << 12);
  n = 0;
  byte(b) {
    if (this.n === this.data.length) {
      const more = new Uint8Array(this.n * 2);
      more.set(this.data);
      this.data = more;
    }
    this.data[this.n++] = b;
  }
  uint(v) {
    for (; v >= 128; v = Math.floor(v / 128)) this.byte((v % 128) | 128);
    this.byte(v);
  }
  zigzag(v) { this.uint(v < 0 ? -2 * v - 1 : 2 * v); }
  all() { return this.data.subarray(0, this.n); }
}

function columns(n, list) {
  const out = new Bytes();
  out.uint(n);
  for (const c of list) {
    out.uint(c.n);
    for (const b of c.all()) out.byte(b);
  }
  return out.all();
}

/** Events of a block, {t, row, state, origin, proc, thread, stack, reason}; proc and thread are -1 for none, t in ticks of the whole. */
export function encodeBlock(from, events) {
  const [time, row, kind, proc, thread, stack, reason] = Array.from({ length: 7 }, () => new Bytes());
  const last = new Map();
  let at = from, who = 0;
  for (const e of events) {
    time.uint(e.t - at);
    row.zigzag(e.row - who);
    [at, who] = [e.t, e.row];
    kind.byte(e.state | (e.origin ?? 0) << 4 | (e.stack ? 64 : 0) | (e.reason ? 128 : 0));
    if (e.state <= states.gc) {
      const p = (e.proc ?? -1) + 1, m = (e.thread ?? -1) + 1;
      proc.uint(p);
      thread.zigzag(m - (last.get(p) ?? 0));
      last.set(p, m);
    }
    if (e.stack) stack.uint(e.stack);
    if (e.reason) reason.uint(e.reason);
  }
  return columns(events.length, [time, row, kind, proc, thread, stack, reason]);
}

export function encodeWakes(wakes) {
  const [event, waker, stack] = Array.from({ length: 3 }, () => new Bytes());
  let at = 0;
  for (const w of wakes) {
    event.uint(w.event - at);
    at = w.event;
    waker.uint(w.waker);
    stack.uint(w.stack ?? 0);
  }
  return columns(wakes.length, [event, waker, stack]);
}

/** Puts parts, [kind, bytes], into a container. */
export function container(parts) {
  const packed = parts.map(([kind, data]) => [kind, gzipSync(data, { level: 6 })]);
  const out = new Uint8Array(4 + packed.reduce((n, [, data]) => n + 5 + data.length, 0));
  out.set(new TextEncoder().encode("tut1"));
  const view = new DataView(out.buffer);
  let at = 4;
  for (const [kind, data] of packed) {
    out[at] = kind;
    view.setUint32(at + 1, data.length, true);
    out.set(data, at + 5);
    at += 5 + data.length;
  }
  return out;
}

/** Cuts a run into blocks of at most size events, and gives {first, blocks, wakes, all}: containers. */
export function encode(run, size = 1 << 17) {
  const blocks = [], wakes = [], infos = [];
  const held = new Map();
  for (let i = 0, from = 0; i < run.events.length || blocks.length === 0;) {
    const carried = [...held.values()].map((e) => ({ ...e, t: from, origin: 0 }));
    const list = [...carried];
    const woken = [];
    for (const end = i + size; i < end && i < run.events.length; i++) {
      const e = run.events[i];
      if (e.waker !== undefined) woken.push({ event: list.length, waker: e.waker, stack: e.wakerStack });
      list.push(e);
      if (e.state === states.gone) held.delete(e.row);
      else held.set(e.row, e);
    }
    const to = i < run.events.length ? run.events[i].t : run.contents.ticks;
    blocks.push(encodeBlock(from, list));
    wakes.push(encodeWakes(woken));
    infos.push({ from, to, events: list.length, bytes: 0, wake_bytes: 0 });
    from = to;
  }
  const contents = new TextEncoder().encode(JSON.stringify({ ...run.contents, blocks: infos }));
  return {
    first: container([[1, contents], [2, blocks[0]]]),
    blocks: blocks.map((b) => container([[2, b]])),
    wakes: wakes.map((w) => container([[3, w]])),
    all: container([[1, contents], ...blocks.flatMap((b, i) => [[2, b], [3, wakes[i]]])]),
    infos,
  };
}

/** Numbers that look random and are the same each time. */
function numbers(seed) {
  let s = seed;
  return () => (s = (s * 1664525 + 1013904223) % 4294967296) / 4294967296;
}

/** The names that runs which were made up have. */
const names = (() => {
  const reasons = ["", "create", "unblock", "timer", "network", "chan receive", "select", "sync.Mutex", "sleep", "network wait", "mark worker", "preempted"];
  const files = ["pool.go"], funcs = ["main.main", "main.worker", "runtime.chanrecv1", "sync.(*Mutex).Lock"];
  const frames = [[0, 0, 0, 0], [0, 0, 31, 1], [1, 0, 52, 1], [2, 0, 420, 0], [1, 0, 44, 1], [3, 0, 90, 0], [1, 0, 61, 1]];
  const stacks = [[], [3, 2], [5, 4], [6], [1]];
  return { files, funcs, frames, stacks, reasons };
})();

/** Makes up a run of workers on procs processors with about count segments. */
export function makeRun(count, { procs = 4, workers = 60, seed = 1 } = {}) {
  const rand = numbers(seed);
  const n = workers + 1, events = [];
  const queue = Array.from({ length: procs }, () => []);
  const busy = new Array(procs).fill(null);
  const waiting = [];
  let t = 0, produced = 0;
  const push = (e) => { events.push({ t, ...e }); produced++; };
  const ready = (row, reason, p, waker) => {
    push({ row, state: states.runnable, reason, stack: reason === 1 ? 4 : 1, ...(waker === undefined ? {} : { waker, wakerStack: 3 }) });
    queue[p].push(row);
  };
  push({ row: 0, state: states.running, proc: 0, thread: 0 });
  busy[0] = { row: 0, until: 40 };
  for (let w = 1; w < n; w++) { t += 1; ready(w, 1, 0, 0); }
  const waits = [[states.chan, 5, 1], [states.select, 6, 3], [states.sync, 7, 2], [states.sleep, 8, 0], [states.net, 9, 0]];
  const timers = [];
  while (produced < count) {
    t += 1 + Math.floor(rand() * 40);
    while (timers.length > 0 && timers[0].at <= t) { const x = timers.shift(); ready(x.row, x.reason, Math.floor(rand() * procs)); }
    for (let p = 0; p < procs; p++) {
      const b = busy[p];
      if (b && b.until <= t) {
        busy[p] = null;
        if (waiting.length > 0 && rand() < 0.7) ready(waiting.shift(), 2, p, b.row);
        const what = rand();
        if (what < 0.15) { push({ row: b.row, state: states.runnable, reason: 11, stack: 3 }); queue[p].push(b.row); }
        else if (what < 0.25) { push({ row: b.row, state: states.syscall, proc: p, thread: p, stack: 3 }); busy[p] = { row: b.row, until: t + 20 + Math.floor(rand() * 300) }; }
        else if (what < 0.28) { push({ row: b.row, state: states.gc, proc: p, thread: p, reason: 10 }); busy[p] = { row: b.row, until: t + 100 + Math.floor(rand() * 2000) }; }
        else {
          const [state, reason, stack] = waits[Math.floor(rand() * waits.length)];
          push({ row: b.row, state, reason, stack });
          if (state >= states.sleep) {
            timers.push({ at: t + 50 + Math.floor(rand() * 3000), row: b.row, reason: state === states.sleep ? 3 : 4 });
            timers.sort((a, c) => a.at - c.at);
          } else waiting.push(b.row);
        }
      }
      if (!busy[p]) {
        let row = queue[p].shift(), origin = 1;
        if (row === undefined) { const from = queue.find((q) => q.length > 1); row = from?.pop(); origin = 2; }
        if (row === undefined && waiting.length > 3) { ready(waiting.shift(), 2, p, 0); row = queue[p].shift(); origin = 3; }
        if (row !== undefined) { push({ row, state: states.running, origin, proc: p, thread: p, stack: rand() < 0.3 ? 3 : 0 }); busy[p] = { row, until: t + 10 + Math.floor(rand() * 400) }; }
      }
    }
  }
  return { events, contents: { ...names, ...tables(t + 1000, procs, n) } };
}

/** Makes up a run in which main makes n goroutines, one tick after the other, and ends with them. */
export function makeMany(n) {
  const events = [{ t: 0, row: 0, state: states.running, proc: 0, thread: 0 }];
  for (let row = 1; row <= n; row++) events.push({ t: row, row, state: states.runnable, reason: 1, stack: 4, waker: 0, wakerStack: 3 });
  return { events, contents: { ...names, ...tables(n + 1, 1, n + 1) } };
}

/** Makes up a run in which a goroutine sleeps, and wakes n times for a moment, every so many ticks. */
export function makeTicker(n, every = 10_000) {
  const events = [{ t: 0, row: 0, state: states.sleep, reason: 8 }];
  for (let i = 1; i <= n; i++) {
    const t = i * every;
    events.push({ t, row: 0, state: states.runnable, reason: 3 }, { t: t + 2, row: 0, state: states.running, proc: 0, thread: 0 }, { t: t + 5, row: 0, state: states.sleep, reason: 8 });
  }
  return { events, contents: { ...names, ...tables((n + 1) * every, 1, 1), spans: [], notes: [] } };
}

/** The contents of a run that was made up, but for its names. */
function tables(ticks, procs, n) {
  const ready = Array.from({ length: 512 }, (_, i) => Math.round(6 + 5 * Math.sin(i / 20)));
  return {
    version: 1, go: "go1.26", tick_ns: 64, ticks, procs, threads: Array.from({ length: procs }, (_, i) => 1000 + i),
    goroutines: {
      id: Array.from({ length: n }, (_, i) => i + 1), func: [0, ...new Array((n - 1)).fill(1)], by: [0, ...new Array((n - 1)).fill(1)],
      at: [0, ...new Array((n - 1)).fill(1)], created: Array.from({ length: n }, (_, i) => i), ended: new Array(n).fill(-1),
      flags: Array.from({ length: n }, (_, i) => (i === 0 ? 2 : i > n - 3 ? 4 : 0)),
    },
    spans: [{ kind: "stw", from: Math.floor(ticks * 0.41), to: Math.floor(ticks * 0.42), name: "GC mark termination" }, { kind: "gc", from: Math.floor(ticks * 0.3), to: Math.floor(ticks * 0.42), name: "cycle 1" }],
    notes: [
      { kind: "task", from: Math.floor(ticks * 0.1), to: Math.floor(ticks * 0.5), name: "upload", g: 0, task: 1 },
      { kind: "region", from: Math.floor(ticks * 0.12), to: Math.floor(ticks * 0.3), name: "resize", g: 1, task: 1 },
      { kind: "log", from: Math.floor(ticks * 0.2), to: Math.floor(ticks * 0.2), name: "note", g: 0, text: "half way" },
    ],
    curves: [
      { name: "runnable", unit: "goroutines", tick: Math.ceil(ticks / 512), max: ready.map((v) => v + 3), mean: ready },
      { name: "live", unit: "goroutines", tick: Math.ceil(ticks / 512), max: ready.map(() => n), mean: ready.map(() => n) },
      { name: "heap", unit: "bytes", tick: Math.ceil(ticks / 512), max: ready.map((v) => v << 20), mean: ready.map((v) => v << 20) },
    ],
    cut: {},
  };
}

/** Cuts a whole container into what the server's answers would be. */
export function split(bytes) {
  const parts = { 1: [], 2: [], 3: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 4; at < bytes.length;) {
    const size = view.getUint32(at + 1, true);
    parts[bytes[at]].push(bytes.subarray(at, at + 5 + size));
    at += 5 + size;
  }
  const of = (...list) => Buffer.concat([Buffer.from("tut1"), ...list]);
  return { first: of(parts[1][0], parts[2][0]), blocks: parts[2].map((p) => of(p)), wakes: parts[3].map((p) => of(p)), all: bytes };
}
