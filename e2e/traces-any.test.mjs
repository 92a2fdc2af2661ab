// Any trace: dropped on a page, damaged, compared, as a page without a server;
// and what a trace tells of each line beside the code.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { axe, launchBrowser, picture, startTutor, status, visit, waitFor } from "./tutor.mjs";

const run = promisify(execFile);
const section = "/chapters/scheduler/internals";
const recorded = (name) => path.join(import.meta.dirname, "..", "exectrace", "testdata", name + ".trace");

let tutor, browser, dir;
before(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "tutor-any-"));
  tutor = await startTutor();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function open(t, where, options) {
  const v = await visit(browser, tutor, options);
  t.after(() => v.context.close());
  await v.page.goto(tutor.url + where);
  return v;
}

/** Drops a file on the page, as a file manager does. */
async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(([name, text]) => {
    const d = new DataTransfer();
    d.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    return d;
  }, [name, bytes.toString("base64")]);
  await page.dispatchEvent("trace-drop", "drop", { dataTransfer: data });
}

async function axeInBoth(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(page), [], colorScheme);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("a trace file that is dropped opens as a timeline", async (t) => {
  const { page, errors } = await open(t, "/traces");
  await axeInBoth(page);
  await drop(page, "unbounded.trace", await readFile(recorded("unbounded")));
  await page.waitForURL("**/traces/*");
  await page.locator("trace-view[data-read]").waitFor();
  assert.match(await page.locator("h1").first().textContent(), /unbounded\.trace/);
  assert.deepEqual(errors, []);
  await picture(page, "any-dropped");
});

test("without a script a trace opens by the form, and what is no trace is told in a sentence", async (t) => {
  const { page } = await open(t, "/traces", { javaScriptEnabled: false });
  await page.setInputFiles("#trace-file", recorded("mutex"));
  await page.locator(".drop button").click();
  await page.waitForURL("**/traces/*");
  assert.ok(await page.locator("trace-view .lanes-svg").first().isVisible());
  await page.goto(tutor.url + "/traces");
  await page.setInputFiles("#trace-file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not a trace at all, only words\n") });
  await page.locator(".drop button").click();
  assert.match(await page.locator(".trouble").textContent(), /notes\.txt can't be opened: .*not a Go execution trace/);
});

// A trace is written in parts of about a second: of a damaged part nothing can
// be read, so the run has to be longer.
const ticks = `package main

import "time"

func main() {
	for range 30 {
		time.Sleep(50 * time.Millisecond)
	}
}
`;

/** A trace of more than one part. */
async function longTrace() {
  const headers = { Authorization: "Bearer " + tutor.token };
  const ran = await fetch(tutor.url + "/api/runs", {
    method: "POST", headers: { ...headers, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ files: [{ name: "main.go", content: ticks }], trace: true }),
  });
  const result = await ran.json();
  assert.equal(result.status, "ok", JSON.stringify(result));
  const raw = await fetch(`${tutor.url}/api/traces/${result.trace.id}/raw`, { headers });
  return Buffer.from(await raw.arrayBuffer());
}

test("of a damaged file what can be read is shown, and it is said; of other bad files a sentence says what is wrong", async (t) => {
  const { page, errors } = await open(t, "/traces");
  const whole = await longTrace();
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, Math.floor(whole.length * .9));
  const says = async (name, bytes, words) => {
    await drop(page, name, bytes);
    await waitFor(async () => words.test(await page.locator(".drop-s.bad").textContent({ timeout: 2000 }).catch(() => "")), 10_000, () => `${name} is not told`);
  };
  await says("empty.trace", Buffer.alloc(0), /empty/);
  await says("zip.trace", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]), /gzip/);
  await says("old.trace", Buffer.from("go 1.11 trace\0\0\0"), /1\.11|version|older/);
  // The browser notes each refusal among its errors: they are what was asked for.
  assert.deepEqual(errors.filter((e) => !/status of 4\d\d/.test(e)), []);
  await drop(page, "damaged.trace", damaged);
  await page.waitForURL("**/traces/*");
  assert.match(await page.locator(".trace-n").first().textContent(), /damaged|missing/);
  assert.ok(await page.locator("trace-view .metrics").first().isVisible());
  await page.locator("trace-view[data-read]").waitFor();
  const summary = await page.locator("[id^=tv-sum]").textContent();
  assert.match(summary, /^The trace covers the first [\d.]+ (ms|s) of the run/);
  assert.doesNotMatch(summary, /at the end/, "who would have been left is not known");
  await axeInBoth(page);
});

test("two traces that are kept are compared in sentences, in numbers and on one axis", async (t) => {
  for (const name of ["unbounded", "pingpong"]) {
    const answer = await fetch(`${tutor.url}/api/traces?name=${name}.trace`, {
      method: "POST", headers: { Authorization: "Bearer " + tutor.token, "Content-Type": "application/octet-stream" }, body: await readFile(recorded(name)),
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    assert.ok((await answer.json()).metrics.events > 0);
  }
  const { page, errors } = await open(t, "/traces");
  await axeInBoth(page);
  await picture(page, "any-list");
  await page.locator("form[action='/traces/compare'] button").click();
  await page.waitForURL("**/traces/compare?*");
  assert.match(await page.locator(".says").textContent(), /unbounded\.trace created .* goroutines, pingpong\.trace/);
  assert.ok(await page.locator(".compare .metrics tbody tr").count() > 5);
  assert.equal(await page.locator(".compare trace-view").count(), 2);
  await picture(page, "any-compare", { fullPage: true });
  await page.locator("[data-act=timeline]").first().click();
  await waitFor(async () => (await page.locator("trace-view[data-read]").count()) === 2, 30_000, () => "not both took over");
  await axeInBoth(page);
  assert.deepEqual(errors, []);
});

test("a page written by tutor trace --html opens from its file, with and without a script", async (t) => {
  const file = path.join(dir, "mutex.html");
  await run(process.env.TUTOR_BIN, ["trace", "--data", path.join(dir, "data"), "--html", file, recorded("mutex")]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  const errors = [], asked = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("request", (r) => asked.push(r.url()));
  await page.goto(pathToFileURL(file).href);
  await page.locator("trace-view[data-read]").waitFor();
  assert.deepEqual(asked.filter((u) => !/^(file|data|blob):/.test(u)), [], "nothing is fetched");
  assert.deepEqual(errors, []);
  await picture(page, "any-file");
  await axeInBoth(page);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  t.after(() => plain.close());
  const still = await plain.newPage();
  await still.goto(pathToFileURL(file).href);
  assert.ok(await still.locator(".lanes-svg").first().isVisible());
  assert.ok(await still.locator(".metrics").first().isVisible());
});

/** Runs a cell of the chapter with a trace. */
async function traced(page, name) {
  const cell = page.locator(`#cell-${name}`);
  await cell.locator("[data-act=trace]").evaluate((b) => b.getAttribute("aria-pressed") === "true" || b.click());
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  return cell;
}

test("what each line cost stands right of the code, leads into the trace, and goes when the code changes", async (t) => {
  const { page, errors } = await open(t, section);
  const cell = await traced(page, "steal");
  const costs = cell.locator(".code .cost");
  await costs.first().waitFor();
  assert.match(await costs.first().getAttribute("title"), /^steal\.go:\d+: (ran|waited to run|blocked)/);
  assert.match(await costs.first().textContent(), /(ran|waited to run|blocked \(.*\)) [\d.]+ (ms|µs|ns|s)/);
  assert.ok(await costs.first().locator("svg.sw").first().isVisible(), "not colour alone");
  await cell.scrollIntoViewIfNeeded();
  await picture(page, "any-gutter");
  await axeInBoth(page);
  const line = await costs.first().getAttribute("data-at");
  await costs.first().click();
  await cell.locator("trace-view[data-read]").waitFor();
  assert.equal(await cell.locator("[data-tv=search]").inputValue(), `steal.go:${line}`);
  await waitFor(async () => /[1-9]/.test(await cell.locator(".tv-found").first().textContent()), 5000, () => "nothing is found");
  assert.equal(new URL(page.url()).pathname, section);
  // Into the editor: the costs go along; a change takes them away.
  const n = await costs.count();
  await cell.locator(".code").first().focus();
  await page.keyboard.press("Enter");
  await cell.locator(".cm-content").waitFor();
  assert.equal(await cell.locator(".cm-line .cost").count(), n);
  await axeInBoth(page);
  await picture(page, "any-gutter-editor");
  await cell.locator(".cm-content").press("Control+End");
  await page.keyboard.type("// more");
  await waitFor(async () => (await cell.locator(".cost").count()) === 0, 5000, () => "costs of other code stay");
  assert.deepEqual(errors, []);
});

test("the costs stand in the listing without a script, and on a phone only the largest of each line", async (t) => {
  const { page } = await open(t, section, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const cost = page.locator(".code .cost").first();
  await cost.waitFor();
  assert.equal(await cost.locator(".cp:visible").count(), 1);
});
