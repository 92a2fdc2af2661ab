// The timeline in the browser on runs that were made up: drawing, zooming,
// selecting, by mouse, touch and keyboard. Needs no server of ours.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { encode, makeMany, makeRun, makeTicker, split } from "./timeline.mjs";
import { servePage, view } from "./timeline-page.mjs";
import { axe, launchBrowser, picture, waitFor } from "./tutor.mjs";

const whole = 'data-src="/timeline/small" data-trace="t1" data-open="page"';
const small = encode(makeRun(1500, { workers: 14 }), 4000);
const parts = encode(makeRun(6000, { workers: 30 }), 250);

/** A run in which two of the workers are the runtime's own; of many blocks, not all of which are held. */
function withRuntime(size) {
  const run = makeRun(9000, { workers: 14 });
  for (const row of [3, 4]) run.contents.goroutines.flags[row] = 1;
  return encode(run, size);
}

/** A run whose trace was cut, or that has goroutines without a lane, and of which the replay tells nothing. */
function withCut(cut) {
  const run = makeRun(600, { workers: 14 });
  Object.assign(run.contents, { cut, no_origins: true });
  return encode(run, 4000);
}

const marks = JSON.stringify([{ name: "The lock convoy: select G3", t: "0.2ms..0.4ms", focus: "goroutines", g: 3 }, { name: "A leaked goroutine", t: "0.1ms..0.5ms", focus: "goroutines", g: 14 }]).replaceAll('"', "&quot;");

let server, browser;
before(async () => {
  const nothing = makeRun(10);
  Object.assign(nothing.contents, { ticks: 0, spans: [], notes: [], curves: [], goroutines: { id: [], func: [], by: [], at: [], created: [], ended: [], flags: [] } });
  nothing.events = [];
  const hostile = makeRun(300);
  hostile.contents.notes = [
    { kind: "region", from: 0, to: hostile.contents.ticks, name: "", g: 1 },
    { kind: "task", from: 0, to: hostile.contents.ticks, name: "W".repeat(2000), g: 0, task: 1 },
    { kind: "log", from: 10, to: 10, name: "\u202eevil\u0000", g: 0, text: "\u202eevil\u0000 text" },
  ];
  const runs = {
    small, parts, empty: encode(nothing), hostile: encode(hostile), system: withRuntime(12000), systemParts: withRuntime(400),
    many: encode(makeMany(1000)), ticker: encode(makeTicker(45)), cap: withCut({ reason: "cap" }), lanes: withCut({ goroutines: 5 }),
    tasks: split(await readFile(path.join(import.meta.dirname, "testdata", "tasks.tut"))),
  };
  server = await servePage(runs, {
    one: view(whole),
    ...Object.fromEntries(["hostile", "many", "ticker", "system", "systemParts", "cap", "lanes", "tasks"].map((name) => [name, view(`data-src="/timeline/${name}" data-open="page"`)])),
    marked: view(`${whole} data-t="0.2ms..0.4ms" data-focus="procs" data-name="The lock convoy" data-marks="${marks}"`),
    author: view(`${whole} data-t="0.2ms..0.4ms" data-focus="threads" data-name="The lock convoy"`),
    parts: view('data-src="/timeline/parts" data-open="page"'),
    embedded: view('data-embedded="bytes" data-open="page"') + `<script type="application/octet-stream" id="bytes">${Buffer.from(small.all).toString("base64")}</script>`,
    path: view('data-embedded="bytes" data-metrics="numbers" data-open="page"') + `<script type="application/octet-stream" id="bytes">${Buffer.from(small.all).toString("base64")}</script>` +
      `<script type="application/json" id="numbers">${JSON.stringify({ critical_path: [{ g: 2, from_ms: 0.1, to_ms: 0.2, state: "running", file: "pool.go", line: 61 }, { g: 3, from_ms: 0.2, to_ms: 0.3, state: "running" }, { g: 999, from_ms: 0, to_ms: 1 }] })}</script>`,
    empty: view('data-src="/timeline/empty" data-open="page"'),
    broken: view('data-src="/timeline/none" data-open="page"'),
    two: `<div class="compare">${view('data-src="/timeline/small" data-open="page"')}${view('data-src="/timeline/parts" data-open="page"')}</div>`,
    still: view('data-src="/timeline/small"'),
  });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  server?.stop();
});

async function open(t, where, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.goto(server.url + "/" + where);
  return { page, errors, context };
}

async function opened(t, where, options) {
  const v = await open(t, where, options);
  await v.page.locator("trace-view[data-read]").first().waitFor();
  return v;
}

const sight = (page, n = 0) => page.evaluate((i) => { const { from, to, wall } = document.querySelectorAll("trace-view")[i].shown.view; return { from, to, wall, span: to - from }; }, n);
const said = (page) => page.locator("[data-tv=live]").first().textContent();

test("the view takes over, and zooms, pans and fits by buttons", async (t) => {
  const { page, errors } = await opened(t, "one");
  const before = await sight(page);
  assert.equal(before.span, before.wall);
  await page.locator("[data-tv=zoomin]").click();
  assert.ok(Math.abs((await sight(page)).span - before.wall / 2) < 2);
  const at = await sight(page);
  await page.locator("[data-tv=later]").click();
  assert.ok((await sight(page)).from > at.from);
  await page.locator("[data-tv=fit]").click();
  assert.equal((await sight(page)).span, before.wall);
  // What is said of a curve is of what is in sight.
  const most = (from, to) => page.evaluate(([a, b]) => {
    const { view } = document.querySelector("trace-view").shown, said = [], { fillText } = CanvasRenderingContext2D.prototype;
    view.show(a * view.wall, b * view.wall);
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { said.push(text); fillText.call(this, text, ...rest); };
    document.querySelector("trace-view").shown.draw();
    CanvasRenderingContext2D.prototype.fillText = fillText;
    return Number(/at most (\d+) goroutines? ready/.exec(said.join("\n"))[1]);
  }, [from, to]);
  assert.equal(await most(0, 1), 14);
  assert.ok((await most(0.17, 0.2)) < 6, "zoomed in to where few are ready");
  assert.deepEqual(errors, []);
});

test("the mouse zooms about the pointer, pans by a drag and sums up a stretch", async (t) => {
  const { page } = await opened(t, "one");
  const lanes = page.locator(".tv-goroutines");
  const box = await lanes.boundingBox();
  const x = box.x + 62 + (box.width - 74) / 4;
  await page.mouse.move(x, box.y + 40);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -400);
  await page.keyboard.up("Control");
  const zoomed = await sight(page);
  assert.ok(zoomed.span < zoomed.wall / 2);
  assert.ok(Math.abs((zoomed.from + zoomed.span / 4) / zoomed.wall - 0.25) < 0.01, "the moment under the pointer stays there");
  await page.mouse.down();
  await page.mouse.move(x - 150, box.y + 40, { steps: 5 });
  await page.mouse.up();
  assert.ok((await sight(page)).from > zoomed.from);
  await page.keyboard.down("Shift");
  await page.mouse.move(x, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(x + 200, box.y + 40, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await page.locator(".tv-range table").waitFor();
  assert.match(await page.locator(".tv-range caption").textContent(), /Time of each goroutine by state/);
  assert.match(await page.locator(".tv-range .tv-sum").textContent(), /All\d+ goroutines/);
});

test("a finger pans and two zoom, and the page can still be scrolled", async (t) => {
  const { page, context } = await opened(t, "one", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.locator(".tv-more > summary").click();
  await page.locator("[data-tv=zoomin]").click();
  const box = await page.locator(".tv-procs").boundingBox();
  const before = await sight(page);
  const touch = await context.newCDPSession(page);
  const send = (type, ...points) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, id]) => ({ x: box.x + x, y: box.y + 30, id })) });
  await send("touchStart", [200, 0]);
  for (const x of [180, 150, 120]) await send("touchMove", [x, 0]);
  await send("touchEnd");
  const panned = await sight(page);
  assert.ok(panned.from > before.from && Math.abs(panned.span - before.span) < 2);
  await send("touchStart", [150, 0], [200, 1]);
  for (const d of [10, 30, 60]) await send("touchMove", [150 - d, 0], [200 + d, 1]);
  await send("touchEnd");
  assert.ok((await sight(page)).span < panned.span / 1.5);
  assert.equal(await page.locator(".tv-procs").evaluate((el) => getComputedStyle(el).touchAction), "pan-y");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
  await picture(page, "timeline-phone", { fullPage: true });
});

test("by keyboard alone to a segment, its neighbours and its line", async (t) => {
  const { page, errors } = await opened(t, "one");
  await page.evaluate(() => addEventListener("trace-goto", (e) => { window.went = e.detail; e.preventDefault(); }));
  await tabTo(page, ".tv-procs");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowDown");
  assert.match(await said(page), /^P0/);
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
  assert.match(await said(page), /^G1, main\.main/, "below the last processor comes the first goroutine");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".tv-detail").waitFor();
  assert.match(await said(page), /^G2 .* for .*, from /);
  const first = await page.locator(".tv-h").textContent();
  await page.keyboard.press("Shift+ArrowRight");
  await waitFor(async () => (await page.locator(".tv-h").textContent()) !== first, 5000, () => "Shift and an arrow do not go on");
  await page.keyboard.press("Shift+ArrowLeft");
  await waitFor(async () => (await page.locator(".tv-h").textContent()) === first, 5000, () => "and do not come back");
  await tabTo(page, ".tv-detail [data-tv=goto]", 40);
  await page.keyboard.press("Enter");
  assert.equal((await page.evaluate(() => window.went)).file, "pool.go");
  assert.ok((await page.evaluate(() => window.went)).line > 0);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".tv-detail").count(), 0);
  assert.ok(await page.evaluate(() => document.activeElement.matches(".tv-pane")), "Escape gives the focus back to the lanes");
  await page.keyboard.press("0");
  assert.equal((await sight(page)).span, (await sight(page)).wall);
  assert.deepEqual(errors, []);
});

/** Presses Tab until the focus is where a selector says. */
async function tabTo(page, selector, most = 80) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

/** Selects a segment of a state for which a test of its facts holds. */
async function selectState(page, state, woken = false) {
  return page.evaluate(async ([want, byOther]) => {
    const v = document.querySelector("trace-view").shown;
    const reason = v.model.contents.reasons.indexOf("unblock");
    const b = v.model.blocks[0];
    for (let i = 200; i < b.n; i++) {
      if ((b.kind[i] & 15) !== want || b.end[i] - b.start[i] < 20 || (byOther && b.reason[i] !== reason)) continue;
      await v.select(v.model.segment(b, i), true);
      return { arrows: v.shown.arrows.length, strong: v.shown.arrows.some((a) => a.strong) };
    }
  }, [state, woken]);
}

test("a runnable segment says who made it ready, who took it and who held the processors", async (t) => {
  const { page } = await opened(t, "one");
  const wakes = () => server.asked.filter((u) => u.startsWith("/timeline/small?wakes")).length;
  const before = wakes();
  await page.locator("[data-tv=zoomin]").click();
  assert.equal(wakes(), before, "who woke whom is fetched with the first selection");
  const arrows = await selectState(page, 3, true);
  assert.equal(wakes(), before + 1);
  assert.ok(arrows.strong, "there is an arrow from who woke it");
  const words = await page.locator(".tv-detail").textContent();
  assert.match(words, /was runnable for/);
  assert.match(words, /Made readyby G\d+, main\.\w+, at pool\.go:61/);
  assert.match(words, /Before.*for/);
  assert.match(words, /Taken byP\d/);
  assert.match(words, /MeanwhileG\d+ held P\d for/);
  await selectState(page, 4);
  assert.match(await page.locator(".tv-detail").textContent(), /Waits forchan receive at pool\.go:52/);
  assert.match(await page.locator(".tv-stack").textContent(), /runtime\.chanrecv1.*main\.worker/s);
  assert.match(await page.locator(".tv-around").textContent(), /Around here/);
});

test("whom a run made ready is told, and how many more there are", async (t) => {
  const { page } = await opened(t, "many?g=1&at=0s");
  assert.match(await page.locator(".tv-detail").textContent(), /It wokeG2 at pool\.go:\d+, .* and 994 more/);
});

test("a search leaves in what matches, and goes from match to match", async (t) => {
  const { page } = await opened(t, "one");
  await page.locator("[data-tv=search]").fill("g3 mutex");
  await waitFor(async () => /^\d/.test(await page.locator(".tv-found").textContent()), 5000, () => "no count");
  const n = Number((await page.locator(".tv-found").textContent()).replace(/\D/g, ""));
  assert.ok(n > 0 && n < 300, `${n} segments match`);
  await page.locator("[data-tv=match-next]").click();
  await page.locator(".tv-detail").waitFor();
  assert.match(await page.locator(".tv-h").textContent(), /^G3 waited for a lock/);
  const at = await page.evaluate(() => document.querySelector("trace-view").shown.shown.selected.from);
  await page.locator("[data-tv=search]").press("Enter");
  await waitFor(async () => (await page.evaluate(() => document.querySelector("trace-view").shown.shown.selected.from)) > at, 5000, () => "no next match");
  // After the last match it begins again at the first, and says so.
  const end = await page.evaluate(() => { const v = document.querySelector("trace-view").shown; v.shown.selected = null; v.view.show(v.view.wall - 2000, v.view.wall); return v.model.contents.ticks; });
  await page.locator("[data-tv=search]").press("Enter");
  await waitFor(async () => /from the start/.test(await page.locator(".tv-found").textContent()), 5000, () => "it does not begin again");
  assert.match(await said(page), /^No match after that: this is the first one\. G3 waited for a lock/);
  assert.ok((await page.evaluate(() => document.querySelector("trace-view").shown.shown.selected.from)) < end / 2);
  // A wait that has no state of its own may be any: only its reason says for what.
  await page.locator("[data-tv=search]").fill("timer or other");
  await waitFor(async () => (await page.locator("[data-tv=search]").press("Enter"), /^G\d+ waited for [\d.]+ [mµ]s$/.test(await page.locator(".tv-h").textContent())), 5000, () => "no wait for a timer");
  assert.match(await page.locator(".tv-detail").textContent(), /Waits forsleep/);
  // Stops of the world and threads are found as they are drawn.
  await page.locator("[data-tv=search]").fill("stw");
  await waitFor(async () => (await page.locator(".tv-found").textContent()) === "1", 5000, () => "no stop of the world is found");
  await page.locator("[data-tv=match-next]").click();
  await waitFor(async () => /^World stopped for .*: GC mark termination$/.test(await page.locator(".tv-h").textContent()), 5000, () => "it is not shown");
  await page.locator("[data-tv=search]").fill("m1001 running");
  await waitFor(async () => /^\d\d/.test(await page.locator(".tv-found").textContent()), 5000, () => "no thread is found");
  const procs = await page.evaluate(() => { const { model } = document.querySelector("trace-view").shown, b = model.blocks[0]; return [...new Set([...b.thread.keys()].filter((i) => model.matches(b, i)).map((i) => b.thread[i]))]; });
  assert.deepEqual(procs, [2], "only what ran on that thread");
  await page.locator(".legend button[data-s=gc]").click();
  await page.locator("[data-tv=search]").fill("");
  assert.equal(await page.locator(".legend button[data-s=gc]").getAttribute("aria-pressed"), "true");
  await waitFor(async () => (await page.evaluate(states)).length === 1, 5000, () => "more than the pressed state is left in");
  assert.deepEqual(await page.evaluate(states), [2], "only the pressed state is left in");
});

/** The states that the filter leaves in. */
function states() {
  const { model } = document.querySelector("trace-view").shown;
  const found = new Set();
  for (const b of model.blocks) for (let i = 0; i < b.n; i++) if (model.matches(b, i)) found.add(b.kind[i] & 15);
  return [...found];
}

test("a moment is in the address, and the address restores it", async (t) => {
  const { page } = await opened(t, "one");
  const selected = () => page.evaluate(() => { const v = document.querySelector("trace-view").shown, s = v.shown.selected; return { row: s.row, state: s.state, from: s.from, to: s.to, focus: v.focus }; });
  await page.locator("[data-tv=focus-threads]").click();
  await selectState(page, 3);
  await page.locator("[data-tv=zoomin]").click();
  await page.locator("[data-tv=zoomin]").click();
  await page.locator("[data-tv=later]").click(); // so that it is not what stands in the middle
  const before = await sight(page), chosen = await selected();
  const kept = async () => {
    const query = new URL(page.url()).searchParams;
    const [from, to] = await page.evaluate((text) => tutorTrace.readRange(text) ?? [0, 0], query.get("t") ?? "");
    return query.has("g") && Math.abs(to - from - before.span) < before.span / 20;
  };
  await waitFor(kept, 5000, () => `the address is ${page.url()}`);
  await page.reload();
  await page.locator("trace-view[data-read]").waitFor();
  await page.locator(".tv-detail").waitFor();
  const now = await sight(page);
  assert.ok(Math.abs(now.span - before.span) < before.span / 20 && Math.abs(now.from - before.from) < before.span / 20);
  assert.deepEqual(await selected(), chosen, "the same segment is selected, in the same lanes");
});

test("a link shows what of it the run has, and says what it has not", async (t) => {
  const wall = (await sight((await opened(t, "one")).page)).wall;
  const half = `${wall / 2e6}ms`, late = `${wall / 1e6 + 1}ms`;
  for (const [query, from, lacks] of [
    [`t=${half}..${late}`, wall / 2, null],
    [`t=${late}..${2 * wall / 1e6 + 1}ms`, 0, /^The link asks for what was at .* ms: this run ended at .* ms\.$/],
    ["t=2ms", 0, /^“2ms” in the link is no stretch of time/],
    ["g=99999", 0, /^The link asks for G99999, which has no lane/],
    [`g=3&at=${late}`, 0, /^The link asks for what was at/],
  ]) {
    const { page, errors } = await opened(t, "one?" + query);
    const seen = await sight(page);
    assert.ok(Math.abs(seen.from - from) < 100 && Math.abs(seen.to - wall) < 100, `${query}: ${seen.from} to ${seen.to}`);
    const notes = await page.locator(".tv-lanes .trace-n").allTextContents();
    assert.equal(notes.length, lacks ? 1 : 0, query);
    if (lacks) assert.match(notes[0], lacks);
    if (lacks && !query.startsWith("g=3")) assert.match(await said(page), lacks);
    assert.deepEqual(errors, []);
  }
});

test("the author's bookmark is where the view begins", async (t) => {
  const { page } = await opened(t, "author");
  const v = await sight(page);
  assert.ok(Math.abs(v.from - 200_000) < 100 && Math.abs(v.to - 400_000) < 100);
  assert.ok(await page.locator(".tv-threads").isVisible());
  await page.locator("[data-tv=fit]").click();
  await page.locator("[data-tv=mark]").filter({ hasText: "The lock convoy" }).click();
  assert.ok(Math.abs((await sight(page)).from - 200_000) < 100);
});

test("a run of many blocks is one run", async (t) => {
  const { page } = await opened(t, "parts");
  const whole = await page.evaluate(async () => {
    const { model } = document.querySelector("trace-view").shown;
    const lengths = [];
    for (let n = 0; n < model.blocks.length; n++) await model.load(n);
    const held = model.blocks.filter(Boolean).length;
    const b = await model.load(3);
    const i = [...b.start.keys()].find((e) => b.start[e] === 0 && (b.kind[e] & 15) >= 4);
    const s = await model.whole(model.segment(b, i));
    return { held, blocks: model.blocks.length, levels: model.levels.filter(Boolean).length, from: s.from, begin: b.from, lengths };
  });
  assert.ok(whole.blocks > 16 && whole.held === 16, `${whole.held} of ${whole.blocks} blocks are held`);
  assert.equal(whole.levels, whole.blocks, "the levels of detail of all blocks stay");
  assert.ok(whole.from < whole.begin, "a wait that began in the block before is not cut");
  const fetched = () => server.asked.filter((u) => u === "/timeline/parts?block=1").length;
  const before = fetched();
  await page.evaluate(() => { const v = document.querySelector("trace-view").shown; const b = v.model.contents.blocks[1]; v.model.blocks[1] = null; v.view.show(b.from * 64, b.to * 64); });
  await waitFor(() => fetched() > before, 5000, () => "a dropped block is not fetched again");
});

test("every stolen start is marked, far out with the number of those that share a place", async (t) => {
  const { page, errors } = await opened(t, "parts");
  const marked = () => page.evaluate(async () => {
    const v = document.querySelector("trace-view").shown, { model, view } = v;
    v.draw();
    let stolen = 0;
    for (let n = 0; n < model.blocks.length; n++) {
      const b = await model.load(n);
      for (let i = 0; i < b.n; i++) {
        const at = (b.from + b.start[i]) * model.tick;
        if (b.kind[i] >> 4 === 2 && at >= view.from && at < view.to && (!model.matches || model.matches(b, i))) stolen++;
      }
    }
    v.draw();
    const { steals } = v.panes.procs;
    const close = steals.some((m, i) => i > 0 && m.top === steals[i - 1].top && m.x - steals[i - 1].x < (steals[i - 1].n > 1 ? 32 : 7));
    return { stolen, told: steals.reduce((n, m) => n + m.n, 0), most: Math.max(...steals.map((m) => m.n)), close, first: steals[0] };
  });
  const far = await marked();
  assert.ok(far.stolen > 20 && far.told === far.stolen && far.most > 1 && !far.close, JSON.stringify(far));
  const box = await page.locator(".tv-procs").boundingBox();
  await page.mouse.move(box.x + far.first.x, box.y + far.first.top + 4);
  assert.match(await page.locator(".tv-procs").getAttribute("title"), /^\d+ starts? w(as|ere) stolen here \(inferred\)$/);
  await page.locator("[data-tv=search]").fill("p1 stolen");
  await waitFor(async () => (await marked()).stolen < far.stolen, 5000, () => "the search leaves all in");
  await page.locator("[data-tv=search]").fill("");
  for (let i = 0; i < 6; i++) await page.locator("[data-tv=zoomin]").click();
  const near = await marked();
  assert.ok(near.stolen > 0 && near.told === near.stolen, JSON.stringify(near));
  await picture(page, "timeline-steals");
  assert.deepEqual(errors, []);
});

test("a page may carry the timeline itself", async (t) => {
  const { page, errors } = await opened(t, "embedded");
  await selectState(page, 3, true);
  assert.match(await page.locator(".tv-detail").textContent(), /Made readyby G\d+/);
  assert.deepEqual(errors, []);
});

test("a view that is moved in the page goes on, and one that is removed lets go", async (t) => {
  const { page, errors } = await opened(t, "one");
  await page.locator("[data-tv=zoomin]").click();
  const before = await sight(page);
  await page.evaluate(() => { const v = document.querySelector("trace-view"); v.parentElement.append(v); });
  assert.deepEqual(await sight(page), before);
  await page.evaluate(() => { document.documentElement.dataset.theme = "dark"; });
  await waitFor(() => page.evaluate(() => document.querySelector("trace-view").shown.palette.css.paper === "#131519"), 3000, () => "the theme is not followed");
  await page.locator("[data-tv=zoomin]").click();
  assert.ok((await sight(page)).span < before.span);
  const paper = await page.evaluate(async () => {
    const v = document.querySelector("trace-view");
    v.remove();
    document.documentElement.dataset.theme = "light";
    await new Promise((done) => setTimeout(done, 50));
    return v.shown.palette.css.paper;
  });
  assert.equal(paper, "#131519");
  assert.deepEqual(errors, []);
});

test("the critical path is outlined", async (t) => {
  const { page, errors } = await opened(t, "path");
  const drawn = (kind) => page.evaluate((k) => { const v = document.querySelector("trace-view").shown; v.show(k === "procs" ? "goroutines" : k); v.draw(); return v.panes[k].canvas.toDataURL(); }, kind);
  const before = { procs: await drawn("procs"), threads: await drawn("threads") };
  await page.locator("[data-tv=path]").click();
  await waitFor(async () => (await said(page)).includes("2 steps"), 5000, () => "the path is not told");
  assert.equal(await page.locator("[data-tv=path]").getAttribute("aria-pressed"), "true");
  assert.equal(await page.evaluate(() => document.querySelector("trace-view").shown.shown.path.length), 2);
  for (const kind of ["procs", "threads"]) assert.notEqual(await drawn(kind), before[kind], `the ${kind} that the path led over are outlined`);
  await page.locator("[data-tv=path]").click();
  assert.equal(await page.locator("[data-tv=path]").getAttribute("aria-pressed"), "false");
  assert.deepEqual(errors, []);
});

test("a run in which nothing happened is drawn too", async (t) => {
  const { page, errors } = await opened(t, "empty");
  await page.locator("[data-tv=zoomin]").click();
  await page.locator(".tv-procs").focus();
  for (const key of ["ArrowDown", "Enter", "f", "0", "Escape"]) await page.keyboard.press(key);
  await page.locator("[data-tv=table]").click();
  assert.deepEqual(errors, []);
});

test("what can't be read is said", async (t) => {
  const { page } = await open(t, "broken");
  await page.locator(".trace-n").waitFor();
  assert.match(await page.locator(".trace-n").textContent(), /The timeline can.t be shown: The server answered with 404/);
});

test("two that are compared share what is in sight", async (t) => {
  const { page } = await open(t, "two");
  await waitFor(async () => (await page.locator("trace-view[data-read]").count()) === 2, 10_000, () => "not both opened");
  const [a, b] = [await sight(page, 0), await sight(page, 1)];
  assert.deepEqual(a, b);
  await page.locator("[data-tv=zoomin]").first().click();
  assert.equal((await sight(page, 1)).span, a.wall / 2);
  assert.ok(!page.url().includes("?t="), "a comparison does not write one run's moment into the address");
});

test("lanes or tables, processors, goroutines or threads", async (t) => {
  const { page } = await opened(t, "one");
  await page.locator("[data-tv=focus-threads]").click();
  assert.ok(await page.locator(".tv-threads").isVisible() && !(await page.locator(".tv-goroutines").isVisible()));
  await page.locator("[data-tv=focus-procs]").click();
  assert.ok(!(await page.locator(".tv-threads").isVisible()));
  await page.locator("[data-tv=table]").click();
  await page.locator(".tv-range table").waitFor();
  const rows = () => page.locator(".tv-range tbody th").allTextContents();
  assert.deepEqual(await rows(), ["P0", "P1", "P2", "P3", "All 4 processors"], "the table is of the lanes that were chosen");
  assert.ok(!(await page.locator(".tv-procs").isVisible()));
  for (const [lanes, name, n] of [["threads", /^M\d+$/, 5], ["goroutines", /^G\d+$/, 16]]) {
    await page.locator("[data-tv=focus-" + lanes + "]").click();
    await page.locator("[data-tv=table]").click();
    await waitFor(async () => name.test((await rows())[0]), 5000, () => `the table is not of ${lanes}`);
    assert.equal((await rows()).length, n);
  }
  await page.locator("[data-tv=focus-procs]").click();
  await page.locator("[data-tv=table]").click();
  await page.locator("[data-tv=lanes]").click();
  assert.ok(await page.locator(".tv-procs").isVisible());
});

for (const scheme of ["light", "dark"]) {
  test(`no accessibility violations, ${scheme}`, async (t) => {
    const { page } = await opened(t, "one", { colorScheme: scheme });
    assert.deepEqual(await axe(page), []);
    await selectState(page, 3, true);
    await page.locator("[data-tv=range]").click();
    await page.locator(".tv-range table").waitFor();
    assert.deepEqual(await axe(page), []);
    await picture(page, `timeline-${scheme}`, { fullPage: true });
  });
}

test("a state can be told without its colour", async (t) => {
  const { page } = await opened(t, "one", { forcedColors: "active" });
  const kinds = await page.evaluate(() => {
    const { palette } = document.querySelector("trace-view").shown;
    return palette.hatched.map((tile, s) => `${[15, 15, 15, 10, 4, 4, 4, 4, 4][s]} ${tile.width} ${new Set(tile.pixels.slice(-4 * tile.width)).size > 1}`);
  });
  assert.equal(new Set(kinds).size, 9, `height and hatch tell the nine states apart: ${kinds.join(", ")}`);
});

/** What the lanes of the processors show of the runtime's own goroutines, by state, as far as blocks are held. */
function ofRuntime() {
  const { model } = document.querySelector("trace-view").shown;
  const { flags } = model.contents.goroutines;
  const found = {};
  for (const b of model.blocks) {
    if (!b) continue;
    for (const lanes of [b.byProc, b.byThread]) for (const i of lanes.list) if (flags[b.row[i]] & 1) found[b.kind[i] & 15] = (found[b.kind[i] & 15] ?? 0) + 1;
  }
  return found;
}

/** The levels of detail of the processors, as a text. */
const levels = () => document.querySelector("trace-view").shown.model.levels.map((l) => l.procs.bins.join()).join("|");

const strip = (page) => page.evaluate(() => { const v = document.querySelector("trace-view").shown; v.draw(); return v.mini.canvas.toDataURL(); });

test("short runs between long waits are seen", async (t) => {
  const { page } = await opened(t, "ticker");
  const seen = await page.evaluate(() => {
    const v = document.querySelector("trace-view").shown, { canvas, gutter, plot } = v.panes.goroutines;
    v.draw();
    const ratio = canvas.width / canvas.clientWidth, c = canvas.getContext("2d");
    const colour = (x) => String(c.getImageData(Math.round(x * ratio), Math.round((23 - 6) * ratio), 1, 1).data);
    let n = 0;
    for (let i = 1; i <= 45; i++) {
      const x = gutter + i / 46 * plot;
      if ([-1, 0, 1].some((d) => colour(x + d) !== colour(x - 6))) n++;
    }
    return n;
  });
  assert.equal(seen, 45, "each stands higher than the wait");
});

test("the runtime's own goroutines are shown where they do GC work, and whole when its button is pressed", async (t) => {
  const { page, errors } = await opened(t, "system");
  const table = async () => {
    await page.locator("[data-tv=range]").click();
    await page.locator(".tv-range table").waitFor();
    return page.locator(".tv-range tbody tr").evaluateAll((rows) => rows.map((r) => [...r.cells].map((c) => c.textContent)));
  };
  const heads = () => page.locator(".tv-range thead th").allTextContents();
  const cells = (rows, g) => rows.find((r) => r[0] === g);
  const search = async (words) => {
    await page.locator("[data-tv=search]").fill(words);
    await page.waitForTimeout(250);
    return Number((await page.locator(".tv-found").textContent()).replace(/\D/g, ""));
  };

  assert.deepEqual(Object.keys(await page.evaluate(ofRuntime)), ["2"], "only GC work is in the lanes");
  const before = await strip(page);
  await page.locator("[data-tv=system]").click();
  assert.match(await said(page), /own goroutines are shown/);
  await page.locator("[data-tv=system]").click();
  assert.match(await said(page), /only GC work is shown/);
  let rows = await table();
  assert.equal(rows[0][0], "G1");
  assert.equal(cells(rows, "G4"), undefined, "they have no lane, and no row");
  assert.match(await page.locator(".tv-range .tnote").textContent(), /own goroutines are not counted/);
  await page.locator("[data-tv=focus-procs]").click();
  await waitFor(async () => /Time of each processor/.test(await page.locator(".tv-range caption").textContent()), 5000, () => "the table is not of the processors");
  assert.ok((await heads()).includes("GC work"));
  assert.match(await page.locator(".tv-range .tnote").textContent(), /only GC work is counted/);
  await page.locator("[data-tv=focus-goroutines]").click();
  assert.equal(await page.evaluate(() => document.querySelector("trace-view").shown.panes.goroutines.lanes.length), 13);
  assert.equal(await search("g4 running"), 0, "a search finds nothing that is not shown");
  await search("");

  await page.locator("[data-tv=system]").click();
  assert.equal(await page.locator("[data-tv=system]").getAttribute("aria-pressed"), "true");
  assert.ok((await page.evaluate(ofRuntime))[0] > 0, "what they ran is in the lanes");
  assert.ok((await strip(page)) !== before, "and in the strip of the whole run");
  rows = await table();
  const names = await heads();
  assert.ok(cells(rows, "G4")[names.indexOf("running")] !== "–", "and in the table");
  assert.ok((await search("g4 running")) > 0);
  await search("");

  await page.locator("[data-tv=system]").click();
  assert.deepEqual(Object.keys(await page.evaluate(ofRuntime)), ["2"]);
  assert.ok((await strip(page)) === before, "without them all is as it was");
  assert.deepEqual(errors, []);
});

test("what is not held is read again when the runtime's own goroutines are asked for", async (t) => {
  const { page, errors } = await opened(t, "systemParts");
  const blocks = () => page.evaluate(() => { const { model } = document.querySelector("trace-view").shown; return { n: model.blocks.length, held: model.blocks.filter(Boolean).length, levels: model.levels.filter(Boolean).length }; });
  const begun = await blocks();
  assert.ok(begun.held < begun.n && begun.levels === begun.n, JSON.stringify(begun));
  const before = await page.evaluate(levels);
  await page.locator("[data-tv=system]").click();
  await waitFor(async () => (await blocks()).levels === begun.n, 10_000, () => "the levels of detail do not come back");
  assert.ok((await page.evaluate(levels)) !== before);
  await page.locator("[data-tv=system]").click();
  await waitFor(async () => (await blocks()).levels === begun.n, 10_000, () => "the levels of detail do not come back");
  assert.ok((await page.evaluate(levels)) === before, "without them all is as it was");
  assert.deepEqual(errors, []);
});

const summary = (page) => page.locator("[id^=tv-sum]").first().textContent();

test("the summary in words says what the trace covers, and of its end only when that is the run's", async (t) => {
  const whole = await opened(t, "one");
  assert.match(await summary(whole.page), /^The trace covers [\d.]+ (µs|ms) on 4 processors\. 14 goroutines were made in it; at most 14 were ready and not running at once; 2 were left blocked at the end\.$/);
  const cut = await opened(t, "cap");
  assert.match(await summary(cut.page), /^The trace covers the first [\d.]+ (µs|ms) of the run on 4 processors\. 14 goroutines were made in it;/);
  assert.doesNotMatch(await summary(cut.page), /the end|lasted/);
  const lanes = await opened(t, "lanes");
  assert.deepEqual(await lanes.page.evaluate(() => { const v = document.querySelector("trace-view").shown; v.draw(); return v.panes.procs.steals; }), [], "nothing is said of steals where the replay tells nothing");
  assert.match(await summary(lanes.page), /19 goroutines were made in it; .*; 2 of those with a lane were left blocked at the end\.$/);
});

test("Enter goes into the segment that was told last", async (t) => {
  const { page, errors } = await opened(t, "one");
  await page.locator(".tv-goroutines").focus();
  for (const key of ["+", "+", "Enter"]) await page.keyboard.press(key);
  await page.locator(".tv-detail").waitFor();
  const first = await said(page);
  // As fast as they come: each goes on from where the one before led to.
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Enter");
  await waitFor(() => page.evaluate(() => document.activeElement.closest(".tv-detail") !== null), 5000, () => "Enter does not go into the panel");
  const told = await said(page);
  assert.notEqual(told, first);
  const head = await page.locator(".tv-h").textContent();
  assert.ok(told.startsWith(head), `the panel is of "${head}", told was "${told}"`);
  const two = await page.evaluate(async () => {
    const { model, shown } = document.querySelector("trace-view").shown;
    const back = await model.neighbour(await model.neighbour(shown.selected, false), false);
    return `from ${tutorTrace.span(back.from * model.tick)}`;
  });
  assert.ok(first.includes(two), `two steps before it is "${two}", the first was "${first}"`);
  // And by a change of lane Enter is about the cursor again.
  await page.keyboard.press("Escape");
  await page.locator(".tv-goroutines").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const lane = /^G\d+/.exec(await said(page))[0];
  await page.keyboard.press("Enter");
  await page.locator(".tv-detail").waitFor();
  assert.ok((await page.locator(".tv-h").textContent()).startsWith(lane + " "));
  assert.deepEqual(errors, []);
});

test("on a processor Shift and an arrow take the cursor along", async (t) => {
  const { page } = await opened(t, "one");
  await page.locator(".tv-procs").focus();
  for (const key of ["+", "+", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  await page.locator(".tv-detail").waitFor();
  for (let i = 0; i < 6; i++) {
    const before = await said(page);
    await page.keyboard.press("Shift+ArrowRight");
    await waitFor(async () => (await said(page)) !== before, 5000, () => "nothing is told");
    const is = await page.evaluate(() => {
      const v = document.querySelector("trace-view").shown, { selected: s, cursor } = v.shown;
      const tick = (v.view.from + cursor.share * v.view.span) / v.model.tick;
      return { proc: s.proc, lane: v.panes.procs.lanes[cursor.lane], within: tick >= s.from && tick <= s.to };
    });
    assert.ok(is.within, "the cursor stands in what is selected");
    if (is.proc >= 0) assert.equal(is.lane, is.proc);
  }
});

test("Escape says what it lets go of, one thing after the other", async (t) => {
  const { page, errors } = await opened(t, "one");
  await page.locator(".tv-goroutines").focus();
  await page.keyboard.press("Enter");
  await page.locator(".tv-detail").waitFor();
  const g = /^G\d+/.exec(await said(page))[0];
  await page.keyboard.press("f");
  assert.match(await said(page), new RegExp(`^Following ${g}`));
  await page.keyboard.press("Escape");
  assert.equal(await said(page), `Closed. Still following ${g}: Escape lets it go.`);
  assert.equal(await page.locator(".tv-detail").count(), 0);
  await page.keyboard.press("Escape");
  assert.equal(await said(page), "Following none.");
  assert.equal(await page.evaluate(() => document.querySelector("trace-view").shown.model.matches), null);
  await page.locator("[data-tv=range]").click();
  await page.locator(".tv-range table").waitFor();
  await page.locator(".tv-goroutines").focus();
  await page.keyboard.press("Escape");
  assert.equal(await said(page), "The stretch is let go of.");
  assert.equal(await page.locator(".tv-range table").count(), 0);
  assert.deepEqual(errors, []);
});

for (const colorScheme of ["light", "dark"]) {
  test(`on a phone the lanes come first, ${colorScheme}`, async (t) => {
    const { page, errors } = await opened(t, "marked", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme });
    const top = (selector) => page.locator(selector).first().evaluate((el) => el.getBoundingClientRect().top);
    assert.ok((await top(".tv-procs")) < 844 / 2, `the first lane stands at ${await top(".tv-procs")}`);
    assert.ok((await top(".legend")) > (await top(".tv-goroutines")), "the legend stands below the lanes");
    const tops = await page.locator(".tv-mark").evaluateAll((list) => list.map((b) => b.getBoundingClientRect().top));
    assert.ok(tops.length === 3 && new Set(tops).size === 1, `the bookmarks stand in one row: ${tops}`);
    assert.ok(!(await page.locator("[data-tv=zoomin]").isVisible()));
    await picture(page, `timeline-phone-first-${colorScheme}`);
    await page.locator(".tv-more > summary").focus();
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("[data-tv=zoomin]").isVisible() && await page.locator("[data-tv=search]").isVisible());
    await page.locator(".tv-mark").last().scrollIntoViewIfNeeded();
    await page.locator(".tv-mark").last().tap();
    await page.locator(".tv-detail").waitFor();
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    await page.setViewportSize({ width: 1280, height: 900 });
    await waitFor(async () => (await top(".legend")) < (await top(".tv-procs")), 3000, () => "with room the legend goes back above the lanes");
    assert.ok(await page.locator("[data-tv=zoomin]").isVisible() && !(await page.locator(".tv-more > summary").isVisible()));
    assert.deepEqual(errors, []);
  });
}

test("bookmarks say how they differ", async (t) => {
  const { page } = await opened(t, "marked");
  assert.deepEqual(await page.locator(".tv-mark").allTextContents(), ["The lock convoy: processors", "The lock convoy: select G3", "A leaked goroutine"]);
  assert.deepEqual(await page.locator(".tv-mark").evaluateAll((list) => list.slice(0, 2).map((b) => b.title)), [
    "Zooms to 200 µs to 400 µs and shows the processors", "Zooms to 200 µs to 400 µs, shows the goroutines and selects what G3 does",
  ]);
});

test("the task, the regions and the logs of a recorded run are drawn, and told", async (t) => {
  const { page, errors } = await opened(t, "tasks");
  const told = await page.evaluate(() => {
    const v = document.querySelector("trace-view").shown;
    const notes = v.shown.notes.flatMap((l) => l.notes);
    return ["task", "region", "log"].map((kind) => {
      v.selectNote(notes.find((n) => n.kind === kind));
      return document.querySelector(".tv-detail .tv-h").textContent;
    });
  });
  assert.match(told[0], /^Task job, [\d.]+ µs$/);
  assert.match(told[1], /^Region step, [\d.]+ µs$/);
  assert.equal(told[2], "Log: 0");
  await picture(page, "timeline-tasks");
  assert.deepEqual(errors, []);
});

test("names that a program gives are shown as text that can be seen", async (t) => {
  const { page, errors } = await opened(t, "hostile");
  const notes = await page.evaluate(() => document.querySelector("trace-view").shown.shown.notes.map((l) => l.notes.map((n) => n.name)));
  assert.equal(notes.flat().length, 3);
  const tell = (kind) => page.evaluate((k) => {
    const v = document.querySelector("trace-view").shown;
    v.selectNote(v.shown.notes.flatMap((l) => l.notes).find((n) => n.kind === k));
    const h = document.querySelector(".tv-detail .tv-h");
    return { text: h.textContent, title: h.title, said: document.querySelector("[data-tv=live]").textContent, panel: document.querySelector(".tv-detail").textContent };
  }, kind);
  assert.match((await tell("region")).text, /^Region \(no name\), /);
  const long = await tell("task");
  assert.ok(long.text.length < 120 && long.text.includes("…") && long.said.length <= 200, long.text);
  assert.equal(long.title, "task " + "W".repeat(2000));
  const log = await tell("log");
  assert.equal(log.text, "Log: \ufffdevil\ufffd text");
  assert.doesNotMatch(log.panel + log.title + log.said, /[\u0000-\u001f\u202a-\u202e]/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(errors, []);
});
