// The whole loop in a real browser: read, run, change, fail, trace, be graded,
// leave and come back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, rewrite, startTutor, status, visit, waitFor } from "./tutor.mjs";

const section = "/chapters/scheduler/internals";
const exercise = "/exercises/03-01";
const folder = path.join(import.meta.dirname, "..", "exercises", "03-01-scheduler-analysis");

let tutor, browser;
before(async () => {
  tutor = await startTutor();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
});

/** Opens a page of the course in a context of its own. */
async function open(t, where, options) {
  const v = await visit(browser, tutor, options);
  t.after(() => v.context.close());
  await v.page.goto(tutor.url + where);
  return v;
}

const program = (body, imports = "") => `package main\n\n${imports}func main() {\n\t${body}\n}\n`;

test("without the token nobody gets in", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(tutor.url + section);
  assert.equal(answer.status(), 403);
  assert.match(await page.textContent("body"), /token|address|terminal/i);
  await context.close();
});

test("the course page lists what is written and what is coming", async (t) => {
  const { page, errors } = await open(t, "/");
  assert.match(await page.textContent("main"), /Goroutines and Scheduler Optimization/);
  await page.goto(tutor.url + "/chapters/scheduler");
  const main = await page.textContent("main");
  assert.match(main, /Scheduler internals/);
  assert.match(main, /coming/i);
  assert.deepEqual(errors, []);
});

test("a listing runs, and shows what it printed", async (t) => {
  const { page, errors } = await open(t, section);
  const cell = page.locator("#cell-order");
  assert.match(await cell.textContent(), /recorded with go/i, "the book's own run is shown first");
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  assert.match(await cell.locator(".out").textContent(), /goroutine 4.*goroutine 0.*goroutine 3/s);
  assert.match(await cell.locator(".runbar .status").textContent(), /Ran\./);
  assert.deepEqual(errors, []);
});

test("a changed listing runs as changed, and is there after a reload", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-many-goroutines");
  await rewrite(page, cell, program('fmt.Println("changed by hand")', 'import "fmt"\n\n'));
  await status(cell, "changed");
  await page.keyboard.press("Control+Enter");
  await status(cell, "ok");
  assert.match(await cell.locator(".out").textContent(), /changed by hand/);
  await cell.locator("[data-saved]").filter({ hasText: "saved" }).waitFor();
  await page.reload();
  assert.match(await page.locator("#cell-many-goroutines .code").first().textContent(), /changed by hand/);
  const again = page.locator("#cell-many-goroutines");
  await again.locator("[data-act=reset]").click();
  await waitFor(async () => !(await again.locator(".code").first().textContent()).includes("changed by hand"), 10_000, () => "the reset did not bring the listing back");
});

test("what does not compile is told at its line", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-send-first");
  await rewrite(page, cell, program("unused := 1"));
  await page.keyboard.press("Control+Enter");
  await status(cell, "compile_error");
  assert.match(await cell.textContent(), /declared and not used: unused/);
  assert.match(await cell.locator(".runbar .status").textContent(), /Doesn.t compile\..*line 4/s);
});

test("an endless loop can be stopped, and a limit says its numbers", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-send-first");
  await rewrite(page, cell, program("for {\n\t}"));
  await page.keyboard.press("Control+Enter");
  await status(cell, "running");
  await cell.locator("[data-act=run]").click();
  await status(cell, "killed");
  await rewrite(page, cell, program('for {\n\t\tfmt.Println("flood")\n\t}', 'import "fmt"\n\n'));
  await page.keyboard.press("Control+Enter");
  await status(cell, ["output_limit", "time_limit"]);
  assert.match(await cell.locator(".runbar .status").textContent(), /Stopped/);
});

test("what a program prints is never markup", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-send-first");
  await rewrite(page, cell, program('fmt.Println("<img src=x onerror=document.title=1>\\u202e")', 'import "fmt"\n\n'));
  await page.keyboard.press("Control+Enter");
  await status(cell, "ok");
  assert.match(await cell.locator(".out").textContent(), /<img src=x/);
  assert.equal(await cell.locator(".out img").count(), 0);
});

test("a traced run shows lanes and the six metrics", async (t) => {
  const { page } = await open(t, section);
  const cell = page.locator("#cell-steal");
  const toggle = cell.locator("[data-act=trace]");
  if ((await toggle.getAttribute("aria-pressed")) !== "true") await toggle.click();
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  const trace = cell.locator(".trace").last();
  await trace.locator("svg[role=img]").first().waitFor();
  const words = await trace.textContent();
  for (const metric of ["Goroutines", "latency", "switches", "Work stealing", "GC assist"]) assert.match(words, new RegExp(metric, "i"));
  assert.match(words, /inferred/);
  await picture(page, "trace-light", { clip: await box(cell) });
});

async function box(locator) {
  await locator.scrollIntoViewIfNeeded();
  const b = await locator.boundingBox();
  const view = locator.page().viewportSize();
  return { x: Math.max(0, b.x), y: Math.max(0, b.y), width: Math.min(b.width, view.width), height: Math.min(b.height, view.height - Math.max(0, b.y)) };
}

test("the exercise grades the starter, then the solution", async (t) => {
  const { page, errors } = await open(t, exercise);
  const desk = page.locator("#desk");
  await desk.locator("[data-act=check]").click();
  await status(desk, "failed", 120_000);
  assert.match(await page.locator("#checks").textContent(), /Expected.*Yours/s);
  await rewrite(page, desk, await readFile(path.join(folder, "_solution", "workload.go"), "utf8"));
  const answers = JSON.parse(await readFile(path.join(folder, "_solution", "answers.json"), "utf8"));
  for (const [id, answer] of Object.entries(answers)) await give(page, id, answer);
  await desk.locator("[data-act=check]").click();
  await status(desk, "passed", 120_000);
  assert.match(await page.locator("#checks .pts").textContent(), /^(\d+) of \1 points/);
  assert.ok((await page.locator("#checks .side svg[role=img]").count()) >= 2, "both workloads are drawn side by side");
  await picture(page, "exercise-passed-light");
  // The traces of its check have tasks and regions.
  await page.locator(".compare [data-act=timeline]").first().click();
  await waitFor(async () => (await page.locator(".compare trace-view[data-read]").count()) === 2, 20_000, () => "not both traces are explored");
  assert.ok(await page.evaluate(() => [...document.querySelectorAll(".compare trace-view")].some((v) => v.shown.shown.notes.length > 0)));
  await picture(page, "exercise-explored-light");
  await page.reload();
  assert.match(await page.locator("#desk").textContent(), /trace\.NewTask/, "the code is still there");
  assert.deepEqual(errors, []);
});

/** Answers a question of the exercise. */
async function give(page, id, answer) {
  const field = page.locator(`[name="answer:${id}"]`);
  if ((await field.first().getAttribute("type")) === "radio") await page.locator(`[name="answer:${id}"][value="${answer}"]`).check({ force: true });
  else await field.fill(answer);
}

test("the whole loop by keyboard alone", async (t) => {
  const { page } = await open(t, section);
  await tabTo(page, "#cell-order .code");
  await page.keyboard.press("Enter");
  await page.locator("#cell-order .cm-content").waitFor();
  await page.locator("#cell-order .cm-content:focus").waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("// by keyboard");
  await page.keyboard.press("Control+Enter");
  await status(page.locator("#cell-order"), "ok");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator("#cell-order .cm-content:focus").count(), 0, "Escape, then Tab, leaves the editor");
  await page.goto(tutor.url + exercise);
  await tabTo(page, "#desk [data-act=check]");
  await page.keyboard.press("Enter");
  await status(page.locator("#desk"), ["failed", "passed"], 120_000);
});

/** Presses Tab until the focus is where a selector says. */
async function tabTo(page, selector) {
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

test("the whole loop without JavaScript", async (t) => {
  const { page } = await open(t, section, { javaScriptEnabled: false });
  let cell = page.locator("#cell-order");
  await cell.locator("button[value=run]").first().click();
  cell = page.locator("#cell-order");
  assert.match(await cell.locator(".out").textContent(), /goroutine 4/);
  await cell.locator("details.edit summary").click();
  await cell.locator("textarea[name^='file:']").fill(program('fmt.Println("by form")', 'import "fmt"\n\n'));
  await cell.locator("button[name=trace]").click();
  cell = page.locator("#cell-order");
  assert.match(await cell.locator(".out").textContent(), /by form/);
  assert.ok((await cell.locator(".trace svg[role=img]").count()) > 0, "the trace is drawn");
  await page.goto(tutor.url + exercise);
  await page.locator("button[value=check]").first().click();
  assert.match(page.url(), /check=/);
  assert.match(await page.locator("#checks").textContent(), /points/);
  assert.match(await page.locator("#desk").getAttribute("data-status"), /failed|passed/);
});

for (const scheme of ["light", "dark"]) {
  test(`no accessibility violations, ${scheme}`, async (t) => {
    const { page } = await open(t, section, { colorScheme: scheme });
    await page.locator("#cell-order [data-act=run]").click();
    await status(page.locator("#cell-order"), "ok");
    assert.deepEqual(await axe(page), [], "section");
    await picture(page, `chapter-${scheme}`, { fullPage: true });
    for (const [name, where] of [["home", "/"], ["course", "/chapters/scheduler"], ["exercise", exercise]]) {
      await page.goto(tutor.url + where);
      assert.deepEqual(await axe(page), [], name);
      await picture(page, `${name}-${scheme}`);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(tutor.url + section);
    assert.deepEqual(await axe(page), [], "section on a phone");
    await picture(page, `phone-${scheme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `the page scrolls sideways by ${wide} px on a phone`);
  });
}
