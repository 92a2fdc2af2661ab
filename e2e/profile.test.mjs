// A profile and the compiler's decisions in a real browser: with the keyboard,
// without a script, on a phone in the dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, rewrite, startTutor, status, visit } from "./tutor.mjs";

const section = "/chapters/scheduler/internals";
const program = `package main

import "fmt"

//go:noinline
func hot(n int) (h int) {
	for i := range n {
		h = h*31 + i
	}
	return h
}

func main() {
	h := 0
	for range 600 {
		h += hot(1 << 20)
	}
	fmt.Println(h != 1)
}
`;

let tutor, browser;
before(async () => {
  tutor = await startTutor();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await tutor?.stop();
});

/** Opens the section and gives its first listing that runs, with our program typed into it. */
async function listing(t, options) {
  const v = await visit(browser, tutor, options);
  t.after(() => v.context.close());
  await v.page.goto(tutor.url + section);
  const id = await v.page.locator("go-cell:has(select.kind)").first().getAttribute("id");
  return { ...v, cell: v.page.locator("#" + id) };
}

test("a flame graph is walked and zoomed by keyboard, and leads to the line", async (t) => {
  const { page, cell, errors } = await listing(t);
  await rewrite(page, cell, program);
  await cell.locator("select.kind").selectOption("profile:cpu");
  await cell.locator("[data-act='run']").click();
  await cell.locator("flame-graph svg").first().waitFor({ timeout: 120_000 });
  await status(cell, "ok");

  await cell.locator(".fbox.all").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const says = cell.locator(".flame-b output").first();
  assert.match(await says.textContent(), /^main\.hot: .* of all.*:\d+$/);
  await page.keyboard.press("z");
  assert.equal(await page.evaluate(() => document.activeElement.querySelector("rect").getAttribute("width")), "100%");
  await page.keyboard.press("Escape");
  assert.ok(await cell.locator(".flame-b button").first().isHidden());
  assert.match(await cell.locator(".prof-tb tbody tr").first().textContent(), /main\.hot.*yours/);
  assert.deepEqual(await axe(page), []);
  await picture(page, "profile");

  await cell.locator("a.fbox.own", { has: page.locator("title", { hasText: "main.hot" }) }).first().click();
  assert.match(await cell.locator(".cm-activeLine").first().textContent(), /range n|h\*31/);
  assert.deepEqual(errors, []);
});

const allocates = `package main

import "fmt"

func main() {
	var kept [][]byte
	for range 2000 {
		kept = append(kept, make([]byte, 4096))
	}
	fmt.Println(len(kept))
}
`;

test("on a phone the whole picture and the whole table of a profile are in sight", async (t) => {
  const { page, cell, errors } = await listing(t, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await rewrite(page, cell, allocates);
  await cell.locator("select.kind").selectOption("profile:heap");
  await cell.locator("[data-act='run']").click();
  await cell.locator("flame-graph svg").first().waitFor({ timeout: 120_000 });
  await status(cell, "ok");
  await cell.locator("flame-graph").first().scrollIntoViewIfNeeded();
  await picture(page, "profile-phone");
  const main = cell.locator("a.fbox", { has: page.locator("title", { hasText: "main.main" }) }).first();
  assert.equal(await main.locator("text").textContent(), "main.main");
  const out = await cell.locator(".prof").evaluate((prof) => {
    const room = prof.getBoundingClientRect();
    return [...prof.querySelectorAll("svg.flame rect, .prof-tb :is(td, th)")].filter((e) => e.checkVisibility())
      .map((e) => e.getBoundingClientRect()).filter((r) => r.left < room.left || r.right > room.right + 0.5).length;
  });
  assert.equal(out, 0, "boxes and columns out of sight");
  const [wide, there] = await cell.locator(".prof .tscroll").first().evaluate((e) => [e.scrollWidth, e.clientWidth]);
  assert.ok(wide <= there, `the table is ${wide} px wide in ${there}`);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(errors, []);
});

test("without a script the list beside Run does it, and the picture reads", async (t) => {
  const { page, cell } = await listing(t, { javaScriptEnabled: false, viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await cell.locator("summary", { hasText: "Change the code" }).click();
  await cell.locator("textarea").first().fill(program);
  await cell.locator("select.kind").selectOption("asm");
  await cell.locator("[data-act='run']").click();
  await cell.locator(".asm").waitFor({ timeout: 120_000 });
  assert.match(await cell.locator(".status").first().textContent(), /Compiled\..*Nothing was run/);
  assert.match(await cell.locator(".asm").textContent(), /CALL main\.hot/);
  assert.match(await cell.locator(".asm-n .w-heap").first().textContent(), /escapes to heap/);
  await cell.locator("select.kind").selectOption("profile:heap");
  await cell.locator("[data-act='run']").click();
  await cell.locator(".prof:not(.asm)").waitFor({ timeout: 120_000 });
  assert.match(await cell.locator(".prof").textContent(), /Heap profile/);
  const [wide, room] = await Promise.all([page.locator("html").evaluate((e) => e.scrollWidth).catch(() => 0), 390]);
  assert.ok(wide <= room, `the page is ${wide} px wide`);
});
