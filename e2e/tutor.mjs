// Starts the product as a person would and opens it in a real browser.
import { spawn } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeFile = require.resolve("axe-core/axe.min.js");

/** Where the pictures of a run of the tests are kept, to be looked at. */
export const shots = path.join(import.meta.dirname, "shots");

/** Starts `tutor serve` on a free port with a data folder of its own, of the course in a folder or of the built-in one. */
export async function startTutor({ course } = {}) {
  const bin = process.env.TUTOR_BIN;
  if (!bin) throw new Error("TUTOR_BIN must name the tutor binary to test");
  const data = await mkdtemp(path.join(os.tmpdir(), "tutor-e2e-"));
  if (process.env.TUTOR_TEST_DATA) await shareToolchain(process.env.TUTOR_TEST_DATA, data);
  const child = spawn(bin, ["serve", "--no-open", "--addr", "127.0.0.1:0", "--data", data, ...(course ? ["--course", course] : [])], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (b) => (said += b));
  child.stderr.on("data", (b) => (said += b));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const server = await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`tutor ended: ${said}`);
    return JSON.parse(await readFile(path.join(data, "server.json"), "utf8").catch(() => "null"));
  }, 30_000, () => `tutor did not start: ${said}`);
  return {
    url: server.url,
    open: `${server.url}/?token=${server.token}`,
    token: server.token,
    said: () => said,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The prepared standard library is the same for every data folder. */
async function shareToolchain(from, to) {
  const { cp } = await import("node:fs/promises");
  await cp(path.join(from, "toolchain"), path.join(to, "toolchain"), { recursive: true }).catch(() => {});
}

/** Debian's Chromium without a network of its own. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A context that has opened the course with its token. */
export async function visit(browser, tutor, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  await page.goto(tutor.open);
  return { context, page, errors };
}

/** Opens a section at a listing, for as long as the test lasts. */
export async function visitListing(t, browser, tutor, section, id, options) {
  const v = await visit(browser, tutor, options);
  t.after(() => v.context.close());
  await v.page.goto(tutor.url + section + "#cell-" + id);
  return { ...v, cell: v.page.locator("#cell-" + id) };
}

/** Runs axe-core over the page and answers with its violations, one line each. */
export async function axe(page) {
  // Evaluated, not added: the page's policy refuses added scripts, and would note it among the page's errors.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(axeFile, "utf8"));
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary?.split("\n")[1] ?? ""}`));
}

/** Keeps a picture of the page for whoever wants to look. */
export async function picture(page, name, options = {}) {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, `${name}.png`), ...options });
}

/** Asks until there is an answer. */
export async function waitFor(ask, ms, why) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(why());
    await new Promise((r) => setTimeout(r, 50));
  }
}

/** Waits until an element has one of the statuses. */
export async function status(locator, wanted, ms = 60_000) {
  const list = [wanted].flat();
  let now;
  await waitFor(async () => list.includes((now = await locator.getAttribute("data-status"))), ms, () => `status ${now}, want ${list}`);
  return now;
}

/** Replaces the text of a cell's first editor by keyboard. */
export async function rewrite(page, cell, text) {
  const editor = cell.locator(".cm-content").first();
  if (!await editor.isVisible()) await cell.locator(".code .ln").first().click();
  await editor.waitFor();
  await editor.locator(".cm-line").first().click(); // the middle may be a message
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}
