// What is wrong is said at its line: while the reader pauses, and after a run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, rewrite, startTutor, visit } from "./tutor.mjs";

const section = "/chapters/scheduler/internals";

let tutor, browser;
before(async () => {
  tutor = await startTutor();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
});

/** A cell of the page whose whole text is replaced by keyboard. */
async function change(page, text) {
  const cell = page.locator("go-cell").first();
  await rewrite(page, cell, text);
  return cell;
}

const formatted = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Printf("%d\\n", "hi")\n}\n';

test("a pause marks the line, and the mark goes when it is mended", async (t) => {
  const { page, errors, context } = await visit(browser, tutor);
  t.after(() => context.close());
  await page.goto(tutor.url + section);
  const cell = await change(page, "package main\n\nfunc main() {\n\tn := 1\n}\n");
  const diag = cell.locator(".cm-content .diag");
  await diag.waitFor({ timeout: 30_000 });
  assert.match(await diag.innerText(), /4:2\s*declared and not used: n/);
  assert.equal(await cell.locator(".cm-errline").count(), 1);
  assert.match(await cell.locator(".runbar .status").innerText(), /Changed\. Line 4: declared and not used: n/);
  await diag.locator("summary").click();
  assert.match(await diag.innerText(), /A local variable is made and never read/);
  await picture(page, "diagnose-pause");
  await change(page, "package main\n\nfunc main() {\n\tn := 1\n\tprintln(n)\n}\n");
  await diag.waitFor({ state: "detached", timeout: 30_000 });
  assert.deepEqual(errors, []);
});

test("advice stands at its line before and after a run, and changes nothing else", async (t) => {
  const { page, errors, context } = await visit(browser, tutor, { colorScheme: "dark" });
  t.after(() => context.close());
  await page.goto(tutor.url + section);
  const cell = await change(page, formatted);
  const advice = cell.locator(".cm-content .diag.advice");
  await advice.waitFor({ timeout: 30_000 });
  assert.match(await advice.innerText(), /has arg "hi" of wrong type string/);
  await page.keyboard.press("Control+Enter");
  await cell.locator('.runbar .status:has-text("Ended")').or(cell.locator(".runbar .status.k-ok")).first().waitFor({ timeout: 60_000 });
  assert.match(await cell.locator(".out").first().innerText(), /%!d\(string=hi\)/);
  await advice.waitFor();
  assert.equal(await cell.locator(".cm-errline").count(), 0);
  assert.equal(await cell.locator(".cm-advline").count(), 1);
  await picture(page, "diagnose-advice");
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(errors, []);
});

test("what is changed is built in the pause, and Run costs only the run", async (t) => {
  const { page, errors, context } = await visit(browser, tutor);
  t.after(() => context.close());
  await page.goto(tutor.url + section);
  let cell, what;
  do { // until all of the standard library is there
    const answer = page.waitForResponse((r) => r.url().endsWith("/api/ahead"), { timeout: 60_000 });
    cell = await change(page, `package main\n\nfunc main() {\n\tprintln(${Date.now()})\n}\n`);
    what = (await (await answer).json()).ahead;
  } while (what === "later");
  assert.equal(what, "built");
  await page.keyboard.press("Control+Enter");
  const ended = cell.locator(".runbar .status.k-ok");
  await ended.waitFor({ timeout: 60_000 });
  assert.match(await ended.innerText(), /from cache/);
  assert.deepEqual(errors, []);
});
