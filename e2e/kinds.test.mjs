// Races, the clock that stands still, and benchmarks in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launchBrowser, picture, rewrite, startTutor, status, visitListing } from "./tutor.mjs";

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

const listing = (t, id, options) => visitListing(t, browser, tutor, section, id, options);

const run = (cell) => cell.locator("[data-act='run']").click();

const raced = `package main

import "sync"

func main() {
	n := 0
	var wg sync.WaitGroup
	wg.Go(func() {
		n++
	})
	n--
	wg.Wait()
	println(n)
}
`;

test("a race marks both lines and says who was there", async (t) => {
  const { page, cell, errors } = await listing(t, "no-lock");
  await rewrite(page, cell, raced);
  await run(cell);
  await status(cell, "race", 180_000);
  assert.match(await cell.locator(".runbar .status").textContent(), /Data race, as expected\. nolock\.go:(9 and nolock\.go:11|11 and nolock\.go:9)/);
  const said = await cell.locator(".results").textContent();
  assert.match(said, /by goroutine \d+ \(started at nolock\.go:8 with WaitGroup\.Go\)/);
  assert.match(said, /by the main goroutine/);
  assert.deepEqual((await cell.locator(".cm-errline").allTextContents()).map((s) => s.trim()), ["n++", "n--"]);
  assert.deepEqual(await axe(page), []);
  await picture(page, "race");
  assert.deepEqual(errors, []);
});

const sleeper = `package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println("before")
	time.Sleep(time.Hour)
	fmt.Println("an hour later")
}
`;

for (const js of [true, false]) {
  test(`an hour is slept at once on the fake clock${js ? "" : ", without a script"}`, async (t) => {
    const { page, cell } = await listing(t, "many-goroutines", { javaScriptEnabled: js });
    if (js) await rewrite(page, cell, sleeper);
    else {
      await cell.locator("summary", { hasText: "Change the code" }).click();
      await cell.locator("textarea").first().fill(sleeper);
    }
    await cell.locator("select.kind").selectOption("fake");
    await run(cell);
    await status(cell, "ok", 180_000);
    const skip = cell.locator("[data-act='skip']");
    if (js && await skip.isVisible()) await skip.click();
    await cell.getByText("an hour later").last().waitFor();
    assert.match(await cell.locator(".results").textContent(), /Times are of the fake clock/);
    assert.match(await cell.locator(".results").textContent(), /1 h\s*an hour later/);
    assert.equal(await cell.locator("select.kind").inputValue(), "fake");
    assert.equal(await cell.locator("[data-procs]").isVisible(), false, "it says that GOMAXPROCS is 2, and it was 1");
    if (js) assert.deepEqual(await axe(page), []);
    await picture(page, js ? "fake-clock" : "fake-clock-no-script");
  });
}

test("a benchmark shows its range, and a changed one is compared with it", async (t) => {
  const { page, cell, errors } = await listing(t, "switch-cost");
  await run(cell);
  await status(cell, "ok", 180_000);
  const bars = cell.locator(".bench-w");
  await bars.locator("table tbody tr").first().waitFor();
  const before = await cell.locator(".results").textContent();
  assert.match(before, /RoundTrip/);

  const text = await cell.locator("textarea[name='file:switch_test.go']").inputValue();
  await rewrite(page, cell, text.replace("return n + 1 }", "return n + one }"));
  await cell.getByText("undefined: one").first().waitFor(); // before it is run
  await rewrite(page, cell, text.replace("func next(n int) int { return n + 1 }", "func next(n int) int {\n\tfor range 1000 {\n\t\tn++\n\t}\n\treturn n\n}"));
  await run(cell);
  await status(cell, ["ok"], 180_000);
  await cell.getByText(/slower/).first().waitFor({ timeout: 120_000 });
  const after = await cell.locator(".results").textContent();
  assert.match(after, /Call.*slower/s);
  assert.deepEqual(await axe(page), []);
  await picture(page, "bench-compared", { fullPage: false });

  await cell.locator("select.kind").selectOption("profile:cpu");
  await run(cell);
  await cell.locator("flame-graph svg").first().waitFor({ timeout: 120_000 });
  assert.match(await cell.locator(".results").textContent(), /Measured under a profile.*RoundTrip.*BenchmarkCall.* yours/s);
  assert.equal(await cell.getByText(/slower/).count(), 0, "what is measured under a profile is compared with nothing");
  assert.deepEqual(errors, []);
});

const echo = `package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	in, _ := io.ReadAll(os.Stdin)
	fmt.Printf("%q %q\\n", os.Args[1:], in)
}
`;

test("arguments and input are typed, run, kept and reset, on a phone too", async (t) => {
  const { page, cell, errors } = await listing(t, "deadlock", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  const args = cell.getByLabel("Arguments", { exact: true });
  const stdin = cell.getByLabel("Standard input");
  assert.equal(await args.isVisible(), false, "folded while nobody asked for them");
  await cell.getByText("Arguments, input").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("-n 'two words' it's");
  await status(cell, "changed");
  await page.keyboard.press("Tab");
  await page.keyboard.type("1\n2");
  await page.keyboard.press("Control+Enter");
  await cell.getByText("the quote ' at character 18 is not closed").waitFor();
  assert.equal(await args.inputValue(), "-n 'two words' it's");

  await args.fill("-n 'two words'");
  await args.press("Enter");
  await status(cell, "deadlock", 180_000);
  assert.doesNotMatch(await cell.locator(".runbar .status").textContent(), /as expected/, "the author's word is of the fence's own run");
  await rewrite(page, cell, echo);
  await run(cell);
  await status(cell, "ok", 180_000);
  assert.match(await cell.locator(".results").textContent(), /\["-n" "two words"\] "1\\n2"/);
  assert.deepEqual(await axe(page), []);
  await cell.scrollIntoViewIfNeeded();
  await picture(page, "input-phone");

  await cell.getByText("saved", { exact: true }).waitFor();
  await page.reload();
  assert.equal(await args.inputValue(), "-n 'two words'");
  assert.equal(await stdin.inputValue(), "1\n2");
  const kinds = await cell.locator("select.kind").evaluate((e) => e.getBoundingClientRect().right);
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(kinds <= 390 && wide <= room, `the list of kinds ends at ${kinds}, the page is ${wide} wide`);

  await cell.locator("[data-act='reset']").click();
  assert.deepEqual([await args.inputValue(), await stdin.inputValue()], ["", ""]);
  await status(cell, "idle");
  assert.deepEqual(errors.filter((e) => !e.includes("400")), []);
});
