// The timeline of real traced runs: in the chapter, on a page of its own, by
// keyboard, on a phone, without a script and in print.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, startTutor, status, visit, waitFor } from "./tutor.mjs";

const section = "/chapters/scheduler/internals";

let tutor, browser, id;
before(async () => {
  tutor = await startTutor();
  browser = await launchBrowser();
  id = await trace(convoy);
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
});

// Eight workers that fight for one lock while each has work of its own, and
// two goroutines that nobody ever answers.
const convoy = `package main

import (
	"fmt"
	"sync"
	"time"
)

func work(n int) int {
	s := 0
	for i := range n {
		s += i * i
	}
	return s
}

func worker(mu *sync.Mutex, wg *sync.WaitGroup, total *int) {
	defer wg.Done()
	for range 40 {
		n := work(20_000)
		mu.Lock()
		*total += n + work(40_000)
		mu.Unlock()
	}
}

func main() {
	never := make(chan int)
	for range 2 {
		go func() { never <- 1 }()
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := 0
	mu.Lock() // so that a queue forms, on any machine
	for range 8 {
		wg.Add(1)
		go worker(&mu, &wg, &total)
	}
	time.Sleep(20 * time.Millisecond)
	mu.Unlock()
	wg.Wait()
	fmt.Println(total != 0)
}
`;

/** Runs a program with a trace, and gives the id of the trace. */
async function trace(source) {
  const answer = await fetch(tutor.url + "/api/runs", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer " + tutor.token, Accept: "application/json" },
    body: JSON.stringify({ files: [{ name: "main.go", content: source }], trace: true }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  const result = await answer.json();
  assert.equal(result.status, "ok", JSON.stringify(result));
  assert.ok(result.trace?.id, "the run left a trace");
  return result.trace.id;
}

async function open(t, where, options) {
  const v = await visit(browser, tutor, options);
  t.after(() => v.context.close());
  await v.page.goto(tutor.url + where);
  return v;
}

/** Opens the page of the traced run, when all of it was read. */
async function opened(t, options, query = "") {
  const v = await open(t, `/traces/${id}${query}`, options);
  await v.page.locator("trace-view[data-read]").waitFor({ timeout: 60_000 });
  return v;
}

const said = (page) => page.locator("[data-tv=live]").textContent();
const sight = (page) => page.evaluate(() => { const { from, to, wall } = document.querySelector("trace-view").shown.view; return { from, to, wall, span: to - from }; });

test("a traced run in the chapter is explored where it stands", async (t) => {
  const { page, errors } = await open(t, section);
  const asked = [];
  page.on("request", (r) => asked.push(new URL(r.url()).pathname));
  const cell = page.locator("#cell-steal");
  const toggle = cell.locator("[data-act=trace]");
  if ((await toggle.getAttribute("aria-pressed")) !== "true") await toggle.click();
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  const view = cell.locator("trace-view").last();
  await view.locator(".tv-still svg").first().waitFor();
  assert.ok(!asked.some((u) => /trace\.js|timeline/.test(u)), "nothing of the timeline is loaded before it is asked for");
  await view.locator("[data-act=timeline]").click();
  await cell.locator("trace-view[data-read]").waitFor();
  assert.ok(asked.some((u) => u.endsWith("/timeline")));
  assert.ok(!(await view.locator(".tv-still").isVisible()) && (await view.locator(".tv-procs").isVisible()));
  assert.equal(page.url(), tutor.url + section, "the chapter's address stays");
  await view.locator(".tv-procs").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await view.locator(".tv-detail").waitFor();
  assert.deepEqual(errors, []);
  await view.locator(".tv-bar").evaluate((bar) => bar.scrollIntoView({ block: "center" })); // not half below the page's header
  assert.deepEqual(await axe(page), []);
  await view.scrollIntoViewIfNeeded();
  await picture(page, "trace-inline");
});

test("a line of the timeline leads into the editor, and from the page of a trace to the listing", async (t) => {
  const { page, errors } = await open(t, section);
  const cell = page.locator("#cell-steal");
  await cell.locator("[data-act=trace]").evaluate((b) => b.getAttribute("aria-pressed") === "true" || b.click());
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  await cell.locator("[data-act=timeline]").click();
  const line = async () => {
    await page.locator("[data-tv=search]").first().fill("steal.go");
    await waitFor(async () => /[1-9]/.test(await page.locator(".tv-found").first().textContent()), 5000, () => "nothing is found");
    await page.locator("[data-tv=search]").first().press("Enter");
    const link = page.locator(".tv-detail a.ref[data-line]").first();
    await link.waitFor();
    return link;
  };
  let link = await line();
  const n = await link.getAttribute("data-line");
  await link.click();
  await cell.locator(".cm-content").first().waitFor();
  await waitFor(async () => (await cell.locator(".cm-activeLineGutter").first().textContent()) === n, 5000, () => `the cursor is not on line ${n}`);
  await cell.locator("trace-view a[href^='/traces/']").first().click();
  await page.locator("trace-view[data-read]").waitFor();
  link = await line();
  assert.equal(await link.getAttribute("href"), `${section}#cell-steal-L${await link.getAttribute("data-line")}`);
  await link.click();
  await page.waitForURL("**" + section + "#cell-steal-L*");
  assert.deepEqual(errors, []);
});

test("ctrl and the wheel on the picture open the timeline", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-steal");
  await cell.locator("[data-act=trace]").evaluate((b) => b.getAttribute("aria-pressed") === "true" || b.click());
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  await cell.locator(".tv-still .lanes").first().hover();
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await cell.locator("trace-view.live").waitFor();
});

test("by keyboard alone from the page of a trace to a segment's source line", async (t) => {
  const { page, errors } = await opened(t);
  await page.evaluate(() => addEventListener("trace-goto", (e) => { window.went = e.detail; e.preventDefault(); }));
  await tabTo(page, ".tv-goroutines");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const names = [];
  for (let i = 0; i < 8 && !/main\.worker/.test(await said(page)); i++) {
    names.push(await said(page));
    await page.keyboard.press("ArrowDown");
  }
  assert.match(await said(page), /^G\d+, main\.worker, made at main\.go line 38/, names.join(" | "));
  await page.keyboard.press("Enter");
  await page.locator(".tv-detail").waitFor();
  assert.match(await said(page), /^G\d+ .* for .*, from/);
  await tabTo(page, ".tv-detail a.ref[data-line], .tv-detail [data-tv=goto]", 40);
  await page.keyboard.press("Enter");
  const went = await page.evaluate(() => window.went);
  assert.equal(went?.file, "main.go");
  assert.ok(went.line >= 17 && went.line <= 38, `line ${went.line}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("0");
  assert.equal((await sight(page)).span, (await sight(page)).wall);
  assert.deepEqual(errors, []);
});

/** Presses Tab until the focus is where a selector says. */
async function tabTo(page, selector, most = 120) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

test("a teacher can point at a lock convoy, a leak and a steal", async (t) => {
  const { page } = await opened(t);
  const facts = await page.evaluate(async () => {
    const { model } = document.querySelector("trace-view").shown;
    const found = { sync: 0, stolen: 0, leaks: [], woken: 0 };
    for (let n = 0; n < model.blocks.length; n++) {
      const b = await model.load(n);
      for (let i = 0; i < b.n; i++) {
        if ((b.kind[i] & 15) === 6) found.sync++;
        if (b.kind[i] >> 4 === 2) found.stolen++;
      }
      found.woken += (await model.wakesOf(n)).event.length;
    }
    for (let row = 0; row < model.rows; row++) if (model.leaked(row)) found.leaks.push(model.madeAt(row));
    return found;
  });
  assert.ok(facts.sync >= 8, `${facts.sync} waits for the lock`);
  const { steals } = await page.evaluate(async (id) => (await fetch("/api/traces/" + id)).json(), id);
  assert.equal(facts.stolen, steals.stolen, "the starts that are marked as stolen are those that the metrics count");
  assert.deepEqual(facts.leaks.map((l) => `${l.file}:${l.line}`), ["main.go:30", "main.go:30"]);
  assert.ok(facts.woken > 8, `${facts.woken} wake-ups`);
  await page.locator(".legend button[data-s=sync]").click();
  await page.locator("[data-tv=search]").fill("mutex");
  await waitFor(async () => /[1-9]/.test(await page.locator(".tv-found").textContent()), 5000, () => "nothing is found");
  await page.locator("[data-tv=match-next]").click();
  await page.locator(".tv-detail").waitFor();
  assert.match(await page.locator(".tv-detail").textContent(), /Waits forsync.*main\.go:21/);
  assert.match(await page.locator(".tv-detail").textContent(), /Made readyby G\d+, main\.(main|worker), at main\.go:(23|41)/);
});

test("the page points at what its run shows", async (t) => {
  const { page, errors } = await opened(t);
  const { steals } = await page.evaluate(async (id) => (await fetch("/api/traces/" + id)).json(), id);
  const first = page.locator("[data-tv=mark]").filter({ hasText: "The first steal" });
  assert.equal(await first.count(), steals.stolen > 0 ? 1 : 0);
  if (steals.stolen > 0) {
    await first.click();
    await page.locator(".tv-detail").waitFor();
    assert.match(await page.locator(".tv-detail").textContent(), /Taken\s*stolen inferred/);
    assert.ok((await sight(page)).span < (await sight(page)).wall);
  }
  await page.locator("[data-tv=mark]").filter({ hasText: "A leaked goroutine" }).click();
  await waitFor(async () => /never ended/.test(await page.locator(".tv-detail").textContent()), 5000, () => "the leak is not told");
  assert.match(await page.locator(".tv-detail").textContent(), /Waits forchan send at main\.go:30/);
  assert.deepEqual(errors, []);
});

test("the moment in the address is restored", async (t) => {
  const { page } = await opened(t, {}, "?t=2ms..3ms");
  const s = await sight(page);
  assert.ok(Math.abs(s.from - 2e6) < 1e4 && Math.abs(s.to - 3e6) < 1e4);
});

test("the critical path of a run is outlined", async (t) => {
  const { page, errors } = await opened(t);
  await page.locator("[data-tv=path]").click();
  await waitFor(async () => /\d+ steps?; they are outlined/.test(await said(page)), 5000, () => "nothing is said");
  const steps = await page.evaluate(() => document.querySelector("trace-view").shown.shown.path.length);
  assert.ok(steps >= 2, `${steps} steps`);
  await picture(page, "trace-page-path");
  assert.deepEqual(errors, []);
});

test("the numbers of the timeline are those of the metrics", async (t) => {
  const { page } = await opened(t);
  const { sums, metrics } = await page.evaluate(async (id) => {
    const { model } = document.querySelector("trace-view").shown;
    const list = await tutorTrace.sumRange(model, 0, model.contents.ticks);
    const mine = list.filter((r) => (model.contents.goroutines.flags[r.row] & 1) === 0);
    const of = (s) => mine.reduce((n, r) => n + r.times[s], 0) * model.tick / 1e6;
    return { sums: { runnable: of(3), running: of(0) + of(2), syscall: of(1) }, metrics: await (await fetch("/api/traces/" + id)).json() };
  }, id);
  for (const [name, is, want] of [["runnable", sums.runnable, metrics.runnable_ms], ["running", sums.running, metrics.running_ms], ["syscall", sums.syscall, metrics.syscall_ms]]) {
    assert.ok(Math.abs(is - want) <= 0.02 * want + 0.2, `${name}: ${is} ms in the timeline, ${want} ms in the metrics`);
  }
});

/** Zooms to where the lock is let go of for the last time by main: there the workers begin. */
function near(page, factor) {
  return page.evaluate(async (by) => {
    const { model, view } = document.querySelector("trace-view").shown;
    const main = [...(await tutorTrace.sumRange(model, 0, model.contents.ticks))].find((r) => model.functionOf(r.row) === "main.main").row;
    const b = await model.load(0);
    const slept = b.kind.findIndex((k, i) => b.row[i] === main && (k & 15) === 7);
    const at = (b.from + b.end[slept]) * model.tick;
    view.show(at - view.wall / by / 4, at + 3 * view.wall / by / 4);
    await new Promise((done) => setTimeout(done, 300));
  }, factor);
}

for (const scheme of ["light", "dark"]) {
  test(`no accessibility violations, and three zooms, ${scheme}`, async (t) => {
    const { page } = await opened(t, { colorScheme: scheme });
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
    await picture(page, `trace-page-1-${scheme}`);
    await near(page, 8);
    await picture(page, `trace-page-2-${scheme}`);
    await near(page, 60);
    await page.locator(".tv-goroutines").focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".tv-detail").waitFor();
    assert.deepEqual(await axe(page), []);
    await picture(page, `trace-page-3-${scheme}`);
    await picture(page, `trace-page-whole-${scheme}`, { fullPage: true });
  });
}

test("on a phone the page does not scroll sideways", async (t) => {
  const { page } = await opened(t, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const first = await page.locator(".tv-procs").evaluate((el) => el.getBoundingClientRect().top);
  assert.ok(first < 844 / 2, `the first lane stands at ${first}`);
  assert.equal(await page.locator(".tv-mark").evaluateAll((list) => new Set(list.map((b) => b.getBoundingClientRect().top)).size), 1, "the bookmarks stand in one row");
  await picture(page, "trace-page-phone-first");
  await page.locator(".tv-more > summary").click();
  await page.locator("[data-tv=zoomin]").click();
  await page.locator(".tv-goroutines").tap({ position: { x: 200, y: 60 } });
  await picture(page, "trace-page-phone", { fullPage: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

/** Those of the tables, pictures and their boxes in sight that are wider than their place, by what they are called. */
function tooWide(root) {
  return [...document.querySelectorAll(`${root} .tscroll, ${root} .lsc`)].filter((el) => el.checkVisibility() && el.scrollWidth > el.clientWidth + 1).map((el) => el.getAttribute("aria-label"));
}

test("on a phone two runs can be compared: both pictures and all columns are in sight, with a script and without", async (t) => {
  const other = await trace(convoy.replaceAll("range 8", "range 3"));
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open(t, `/traces/compare?a=${id}&b=${other}`, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, javaScriptEnabled });
    assert.equal(await page.locator(".compare .lanes-svg:visible").count(), 4);
    assert.deepEqual(await page.evaluate(tooWide, ".compare"), []);
    const last = await page.locator(".compare .metrics tbody tr > :last-child").evaluateAll((list) => Math.max(...list.map((td) => td.getBoundingClientRect().right)));
    assert.ok(last <= 390, `the last column ends at ${last}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    if (!javaScriptEnabled) continue;
    await picture(page, "trace-compare-phone", { fullPage: true });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axe(page), [], colorScheme);
    }
  }
});

test("on a phone the comparison in the chapter is seen whole", async (t) => {
  const { page } = await open(t, section, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  assert.ok((await page.locator(".prose .cmp .lanes-svg").count()) >= 2);
  assert.deepEqual(await page.evaluate(tooWide, ".prose .cmp"), []);
});

for (const [width, height] of [[390, 844], [768, 900], [1280, 900]]) {
  test(`a table of up to five columns is seen whole at ${width} px`, async (t) => {
    const { page } = await opened(t, { viewport: { width, height } });
    const wide = await page.evaluate(tooWide, "trace-view");
    const small = await page.locator("table.metrics:not(:has(thead th:nth-child(6)))").evaluateAll((list) => list.map((el) => el.closest(".tscroll").getAttribute("aria-label")));
    assert.ok(small.includes("Left waiting at the end") && small.some((name) => name.startsWith("Ready before running")), small.join(", "));
    assert.deepEqual(small.filter((name) => wide.includes(name)), []);
  });
}

test("the summary in words counts as the table does", async (t) => {
  const { page } = await opened(t);
  const { goroutines: g } = await page.evaluate(async (id) => (await fetch("/api/traces/" + id)).json(), id);
  const says = await page.locator("[id^=tv-sum]").textContent();
  assert.ok(says.includes(`${g.created} goroutines were made in it`), says);
  assert.ok(says.endsWith(`${g.blocked_at_end} were left blocked at the end.`), says);
});

test("without a script there are the picture and the tables", async (t) => {
  const { page } = await open(t, `/traces/${id}`, { javaScriptEnabled: false });
  assert.ok(await page.locator(".tv-still svg[role=img]").first().isVisible());
  assert.ok((await page.locator("table").count()) >= 4);
  assert.equal(await page.locator(".tv-live").count(), 0);
  assert.ok(!(await page.locator("[data-act=timeline]").first().isVisible().catch(() => false)));
});

test("in print there are the picture and the tables", async (t) => {
  const { page } = await opened(t);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".tv-still svg").first().isVisible());
  assert.ok(!(await page.locator(".tv-procs").isVisible()) && !(await page.locator(".tv-bar").isVisible()));
});

test("another theme is another drawing", async (t) => {
  const { page } = await opened(t);
  const paper = () => page.evaluate(() => document.querySelector("trace-view").shown.palette.css.paper);
  const light = await paper();
  await page.evaluate(() => { document.documentElement.dataset.theme = "dark"; });
  await waitFor(async () => (await paper()) !== light, 3000, () => "the lanes keep the old theme");
});

test("two runs that are compared are explored on one axis", async (t) => {
  const other = await trace(convoy.replaceAll("range 8", "range 3"));
  const { page, errors } = await open(t, `/traces/compare?a=${id}&b=${other}`);
  await page.locator("[data-act=timeline]").first().click();
  await waitFor(async () => (await page.locator("trace-view[data-read]").count()) === 2, 20_000, () => "not both take over");
  const sights = () => page.evaluate(() => [...document.querySelectorAll("trace-view")].map((v) => [v.shown.view.from, v.shown.view.to]));
  await page.locator("[data-tv=zoomin]").first().click();
  const [one, two] = await sights();
  assert.deepEqual(one, two);
  assert.deepEqual(errors, []);
  assert.deepEqual(await axe(page), []);
  await picture(page, "trace-compare", { fullPage: true });
});
