// A page with timelines and nothing else, served from this process: to test
// and measure the view on runs that were made up.
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const states = [["Holds a P", ["running", "syscall", "gc"]], ["Wants a P", ["runnable"]], ["Waits, takes none", ["chan", "select", "sync", "sleep", "net"]]];

const legend = `<ul class="legend" aria-label="Goroutine states">${states.map(([head, list]) => `<li><span class="lg-h">${head}</span>${list.map((s) =>
  ` <span class="st" data-s="${s}"><svg class="sw" aria-hidden="true"><use href="#sw-${s}"/></svg>${s}</span>`).join("")}</li>`).join("")}` +
  `<li><span><svg class="sw" aria-hidden="true"><use href="#sw-steal"/></svg>a stolen start <span class="inf">inferred</span></span></li></ul>`;

/** The element as the server writes it, without its picture. */
export const view = (attributes) => `<trace-view class="trace" ${attributes}><div class="trace-h"><p class="trace-t">Timeline</p></div>${legend}` +
  `<div class="tv-main"><div class="tv-lanes"><div class="tv-still"></div></div><div class="tv-side"></div></div></trace-view>`;

async function page(body) {
  const sprite = (await readFile(path.join(root, "page/templates/sprite.html"), "utf8")).replace(/\{\{[^}]*\}\}/g, "");
  return `<!doctype html><html lang="en" class="js"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>Timeline</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/tutor.css"></head><body>${sprite}` +
    `<main class="wrap full tv" id="main"><h1>Trace of pool.go</h1>${body}</main><script src="/static/trace.js"></script></body></html>`;
}

const types = { ".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2" };

/**
 * Serves encoded runs by name under /timeline/NAME and pages by name under /NAME;
 * a page is the HTML in its main element. asked lists what was fetched.
 */
export async function servePage(runs, pages) {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    asked.push(request.url);
    const [, kind, name] = url.pathname.split("/");
    if (kind === "static") {
      const file = await readFile(path.join(root, "static/dist", path.basename(name))).catch(() => null);
      response.writeHead(file ? 200 : 404, { "Content-Type": types[path.extname(name)] ?? "text/plain" });
      response.end(file);
    } else if (kind === "timeline" && runs[name]) {
      const { searchParams: q } = url;
      const part = q.has("block") ? runs[name].blocks[q.get("block")] : q.has("wakes") ? runs[name].wakes[q.get("wakes")] : runs[name].first;
      response.writeHead(part ? 200 : 404, { "Content-Type": "application/octet-stream" });
      response.end(part && Buffer.from(part));
    } else if (kind in pages) {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end(await page(pages[kind]));
    } else {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, stop: () => { server.close(); server.closeAllConnections(); } };
}
