// Cells that the built-in course has none of, of a course in a folder.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, startTutor, status, visitListing } from "./tutor.mjs";

const section = "/chapters/cells/tests";

let tutor, browser;
before(async () => {
  tutor = await startTutor({ course: path.join(import.meta.dirname, "testdata/course") });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
});

const listing = (t, id, options) => visitListing(t, browser, tutor, section, id, options);

/** Holds that the word of each line is whole, in the line's first row, and in sight. */
async function inSight(cell, name) {
  const places = await cell.locator(".code .cost").evaluateAll((list) => list.map((e) => {
    const at = (x) => x.getBoundingClientRect();
    const cost = at(e);
    const line = at(e.closest(".ln, .cm-line"));
    const room = at(e.closest(".cm-scroller, .code"));
    return { word: e.textContent, right: room.right - cost.right, left: cost.left - room.left, down: cost.top - line.top };
  }));
  assert.deepEqual(places.map((p) => p.word), ["ran", "ran", "partly", "not run", "not run", "ran", "ran", "ran", "not run"], name);
  for (const p of places) assert.ok(p.right >= 0 && p.left >= 0 && Math.abs(p.down) < 3, `${name}: ${JSON.stringify(p)}`);
}

for (const width of [390, 1000, 1280, 1440]) {
  test(`what ran is told in words beside each line, at ${width} px`, async (t) => {
    const { page, cell, errors } = await listing(t, "covered", { viewport: { width, height: 900 } });
    await cell.locator("[data-act='run']").click();
    await status(cell, "ok", 180_000);
    await cell.locator(".code .cost").first().waitFor();
    await inSight(cell, "the listing");
    if (width > 390) {
      const [wide, room] = await cell.locator(".code").first().evaluate((e) => [e.scrollWidth, e.clientWidth]);
      assert.ok(wide <= room, `code of ${wide} px in ${room}, of which no line needs it`);
    }
    await picture(page, `covered-${width}`);
    const height = await cell.locator(".code").first().evaluate((e) => e.clientHeight);
    await cell.locator(".code").first().focus();
    await page.keyboard.press("Enter");
    await cell.locator(".cm-line .cost").first().waitFor();
    await inSight(cell, "the editor");
    assert.ok(Math.abs(await cell.locator(".code.ed").first().evaluate((e) => e.clientHeight) - height) < 8, "the words take no line of their own");
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(errors, []);
  });
}

test("what the compiler decided, and profiles, may be shown of two cells of a page", async (t) => {
  const { page, cell: one, errors } = await listing(t, "one");
  const cells = [one, page.locator("#cell-two")];
  for (const kind of ["asm", "profile:heap"]) {
    for (const cell of cells) {
      await cell.locator("select.kind").selectOption(kind);
      await cell.locator("[data-act='run']").click();
      await cell.locator(kind === "asm" ? ".asm" : ".prof:not(.asm)").waitFor({ timeout: 120_000 });
    }
    await page.evaluate(() => scrollTo(0, 0)); // so that the head of the page lies on none of them
    assert.deepEqual(await axe(page), []);
    const low = await page.locator(".prof-tb a").evaluateAll((list) => list.map((e) => e.getBoundingClientRect().height).filter((h) => h > 0 && h < 24));
    assert.deepEqual(low, [], "links that are hard to press");
  }
  assert.deepEqual(errors, []);
});
