// Draws the pictures of docs/traces.md: three listings of the course, run and
// looked at as a reader would.
//
//	TUTOR_BIN=./tutor node e2e/docs-pictures.mjs docs/traces
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { launchBrowser, startTutor, status, visit } from "./tutor.mjs";

const out = process.argv[2] ?? "docs/traces";
const section = "/chapters/scheduler/internals";

/** The listings, and the bookmark that shows what they are about. */
const listings = [
  { cell: "steal", mark: "The first steal" },
  { cell: "leak", mark: "A leaked goroutine" },
  { cell: "convoy", mark: "The lock convoy", schemes: ["light", "dark"] },
];
const desk = { viewport: { width: 1180, height: 1000 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const tutor = await startTutor();
const browser = await launchBrowser();
try {
  await mkdir(out, { recursive: true });
  for (const l of listings) {
    const where = await traced(l.cell);
    for (const colorScheme of l.schemes ?? ["light"]) await zooms(l, where, colorScheme);
    await onPhone(l, where);
  }
} finally {
  await browser.close();
  await tutor.stop();
}

/** Runs a listing with its trace, and gives the address of the full view. */
async function traced(name) {
  const { context, page } = await visit(browser, tutor, desk);
  await page.goto(tutor.url + section);
  const cell = page.locator("#cell-" + name);
  const toggle = cell.locator("[data-act=trace]");
  if ((await toggle.getAttribute("aria-pressed")) !== "true") await toggle.click();
  await cell.locator("[data-act=run]").click();
  await status(cell, "ok");
  const link = cell.locator("trace-view a[href^='/traces/']").last();
  await link.waitFor();
  const where = await link.getAttribute("href");
  await context.close();
  return where;
}

async function opened(where, options) {
  const v = await visit(browser, tutor, options);
  await v.page.goto(tutor.url + where);
  await v.page.locator("trace-view[data-read]").waitFor({ timeout: 60_000 });
  return v;
}

/** The whole run, the bookmark with what it selects, and a tenth of that. */
async function zooms(l, where, colorScheme) {
  const { context, page } = await opened(where, { ...desk, colorScheme });
  const keep = (n) => page.screenshot({ path: path.join(out, `${l.cell}-${n}-${colorScheme}.png`) });
  await keep(1);
  await page.getByRole("button", { name: l.mark }).click();
  await settled(page);
  await keep(2);
  await nearer(page);
  await keep(3);
  await context.close();
}

/** Shows the middle tenth of what is in sight. */
async function nearer(page) {
  await page.evaluate(() => {
    const { view } = document.querySelector("trace-view").shown;
    const middle = (view.from + view.to) / 2, half = (view.to - view.from) / 20;
    view.show(middle - half, middle + half);
  });
  await settled(page);
}

async function onPhone(l, where) {
  const { context, page } = await opened(where, phone);
  await page.getByRole("button", { name: l.mark }).click();
  await settled(page);
  await page.screenshot({ path: path.join(out, `${l.cell}-phone.png`) });
  await context.close();
}

function settled(page) {
  return page.waitForTimeout(400);
}
