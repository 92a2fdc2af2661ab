// How fast the timeline is with a million segments: prints a table.
//
//	node e2e/trace-speed.mjs [FILE.tut]
//
// FILE is a whole container; without one a run is made up. Times are of this
// machine at this moment: measure again when something else is at work.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { servePage, view } from "./timeline-page.mjs";
import { encode, makeRun, split } from "./timeline.mjs";
import { launchBrowser } from "./tutor.mjs";

const file = process.argv[2];
const run = file ? split(await readFile(file)) : encode(makeRun(1_000_000, { procs: 4, workers: 70 }));
const server = await servePage({ run }, { one: view('data-src="/timeline/run" data-open="page"') });
const browser = await launchBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  await page.goto(server.url + "/one");
  await page.waitForSelector("trace-view[data-read]", { timeout: 60_000 });
  const built = await page.evaluate(index);
  const drawn = await page.evaluate(zoom);
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const heap = metrics.find((m) => m.name === "JSHeapUsedSize").value;
  const memory = await page.evaluate(held);
  const script = await readFile(path.join(import.meta.dirname, "../static/dist/trace.js"));
  const size = [run.first, ...run.blocks.slice(1)].reduce((n, b) => n + b.length, 0);
  const mb = (n) => (n / 1e6).toFixed(1) + " MB";
  const ms = (n) => n.toFixed(1) + " ms";
  for (const [what, is, want] of [
    ["segments", built.segments.toLocaleString("en"), ""],
    ["blocks", built.blocks, ""],
    ["timeline, gzipped", mb(size), "< 2.5 MB"],
    ["decode, index and levels of detail", ms(built.total), "< 300 ms"],
    ["  of the slowest block", ms(built.slowest), ""],
    ["draw, p50 of 240 frames", ms(drawn.p50), ""],
    ["draw, p95", ms(drawn.p95), "< 12 ms"],
    ["draw, longest", ms(drawn.max), ""],
    ["frame to frame, p95", ms(drawn.frame95), ""],
    ["JavaScript heap", mb(heap), ""],
    ["typed arrays of the timeline", mb(memory), ""],
    ["heap and arrays", mb(heap + memory), "< 150 MB"],
    ["trace.js, gzipped", (gzipSync(script, { level: 9 }).length / 1024).toFixed(1) + " KB", "< 60 KB"],
  ]) console.log(String(what).padEnd(38), String(is).padStart(12), want.padStart(10));
} finally {
  await browser.close();
  server.stop();
}

/** Decodes and indexes every block once more, and says how long it took. */
async function index() {
  const { model } = document.querySelector("trace-view").shown;
  const times = [];
  let segments = 0;
  for (let n = 0; n < model.blocks.length; n++) {
    const answer = await fetch(`/timeline/run?block=${n}`);
    const part = tutorTrace.sections(new Uint8Array(await answer.arrayBuffer()))[0];
    const bytes = new Uint8Array(await new Response(new Blob([part.body]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
    model.levels[n] = null;
    const begun = performance.now();
    const b = model.take(n, bytes);
    times.push(performance.now() - begun);
    segments += b.byRow.list.length;
  }
  return { segments, blocks: times.length, total: times.reduce((a, b) => a + b, 0), slowest: Math.max(...times) };
}

/** Zooms from the whole run to 1/20,000 of it and back, panning a little. */
async function zoom() {
  const viewer = document.querySelector("trace-view").shown;
  const { view } = viewer;
  const times = [], frames = [];
  let last = 0;
  for (let i = 0; i < 240; i++) {
    const at = await new Promise(requestAnimationFrame);
    if (last) frames.push(at - last);
    last = at;
    const far = i < 120 ? i / 119 : (239 - i) / 119;
    const span = view.wall / 20_000 ** far, middle = view.wall * (0.31 + 0.2 * i / 240);
    view.show(middle - span / 2, middle + span / 2);
    times.push(viewer.draw());
  }
  const rank = (list, q) => [...list].sort((a, b) => a - b)[Math.floor(q * (list.length - 1))];
  return { p50: rank(times, 0.5), p95: rank(times, 0.95), max: Math.max(...times), frame95: rank(frames, 0.95) };
}

/** Sums the typed arrays that the model holds: they are not in the heap's size. */
function held() {
  const seen = new Set();
  let n = 0;
  const walk = (x) => {
    if (x === null || typeof x !== "object" || seen.has(x)) return;
    seen.add(x);
    if (ArrayBuffer.isView(x)) {
      if (!seen.has(x.buffer)) n += x.buffer.byteLength;
      seen.add(x.buffer);
      return;
    }
    if (x instanceof Node) return;
    for (const v of x instanceof Map ? x.values() : Object.values(x)) walk(v);
  };
  const { model, panes } = document.querySelector("trace-view").shown;
  walk(model.blocks);
  walk(model.levels);
  walk(panes);
  return n;
}
