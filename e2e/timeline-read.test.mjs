// Reading a timeline, without a browser: what a container holds, what
// exectrace wrote, and what is damaged.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { encode, makeMany, makeRun } from "./timeline.mjs";

const small = encode(makeRun(1500, { workers: 14 }), 4000);
const parts = encode(makeRun(6000, { workers: 30 }), 400);

/** The functions of the bundle, outside of a browser. */
async function bundle() {
  const code = await readFile(path.join(import.meta.dirname, "../static/dist/trace.js"), "utf8");
  return new Function("HTMLElement", "customElements", `${code};return tutorTrace`)(class {}, { get: () => true });
}

test("what was encoded is decoded", async () => {
  const t = await bundle();
  const run = makeRun(3000, { workers: 20 });
  const coded = encode(run, 700);
  const unpack = (c, i = 0) => new Uint8Array(gunzipSync(t.sections(new Uint8Array(c))[i].body));
  const contents = t.readContents(new TextDecoder().decode(unpack(coded.first)));
  let seen = 0;
  coded.infos.forEach((info, n) => {
    const b = t.readBlock(unpack(coded.blocks[n]), contents.blocks[n], n, 21);
    const fresh = run.events.slice(seen, seen + 700);
    const carried = b.n - fresh.length;
    fresh.forEach((e, i) => {
      const at = carried + i;
      const got = [b.from + b.start[at], b.row[at], b.kind[at] & 15, b.kind[at] >> 4, b.proc[at] - 1, b.thread[at] - 1, b.stack[at], b.reason[at]];
      assert.deepEqual(got, [e.t, e.row, e.state, e.origin ?? 0, e.proc ?? -1, e.thread ?? -1, e.stack ?? 0, e.reason ?? 0]);
    });
    const w = t.readWakes(unpack(coded.wakes[n]));
    fresh.filter((e) => e.waker !== undefined).forEach((e, i) => assert.deepEqual([b.row[w.event[i]], w.waker[i]], [e.row, e.waker]));
    seen += fresh.length;
  });
  assert.equal(seen, run.events.length);
});

// Containers that exectrace wrote of its recorded traces, against the metrics
// that it gives of the same traces.
for (const name of ["mutex", "gc", "net"]) {
  test(`what exectrace wrote of ${name} is read`, async () => {
    const t = await bundle();
    const source = t.embedded((await readFile(path.join(import.meta.dirname, "testdata", name + ".tut"))).toString("base64"));
    const golden = JSON.parse(await readFile(path.join(import.meta.dirname, "../exectrace/testdata", name + ".golden.json"), "utf8"));
    const model = new t.Model(await source.contents(), source);
    const sums = await t.sumRange(model, 0, model.contents.ticks);
    const mine = sums.filter((r) => (model.contents.goroutines.flags[r.row] & 1) === 0);
    const ms = (s) => mine.reduce((n, r) => n + r.times[s], 0) * model.tick / 1e6;
    // A goroutine that helps the GC runs, too.
    for (const [is, key] of [[ms(0) + ms(2), "running_ms"], [ms(1), "syscall_ms"], [ms(3), "runnable_ms"]]) {
      assert.ok(Math.abs(is - golden[key]) <= 0.01 * golden[key] + 0.1, `${key}: ${is}, the metrics say ${golden[key]}`);
    }
    const made = [...model.contents.goroutines.flags].filter((f) => (f & 3) === 0).length;
    assert.equal(made, golden.goroutines.created);
    let stolen = 0, woken = 0;
    for (let n = 0; n < model.blocks.length; n++) {
      stolen += (await model.load(n)).kind.filter((k) => k >> 4 === 2).length;
      woken += (await model.wakesOf(n)).event.length;
    }
    assert.equal(stolen, golden.steals.stolen);
    assert.ok(woken > 0);
  });
}

test("damaged bytes are told, and never loop", async () => {
  const t = await bundle();
  const block = new Uint8Array(gunzipSync(t.sections(new Uint8Array(small.blocks[0]))[0].body));
  for (let i = 0; i < 400; i++) {
    const bad = block.slice(0, i % 3 === 0 ? Math.floor(block.length * i / 400) : undefined);
    if (bad.length > 0) bad[(i * 7919) % bad.length] ^= 1 << (i % 8);
    try { t.readBlock(bad, small.infos[0], 0, 15); } catch (e) { assert.match(e.message, /timeline/); }
  }
  assert.throws(() => t.sections(new TextEncoder().encode("tut2")), /no timeline/);
  assert.throws(() => t.sections(new Uint8Array(small.first).slice(0, 40)), /ends within/);
});

test("levels of detail hold the time that the segments take", async () => {
  const t = await bundle();
  const info = parts.infos[0];
  const b = t.readBlock(new Uint8Array(gunzipSync(t.sections(new Uint8Array(parts.blocks[0]))[0].body)), info, 0, 31);
  const p = t.pyramid(b, b.byProc, null);
  p.keys.forEach((_, lane) => {
    const [from, to] = [b.byProc.off[lane], b.byProc.off[lane + 1]];
    let busy = 0;
    for (let i = from; i < to; i++) busy += b.end[b.byProc.list[i]] - b.start[b.byProc.list[i]];
    const top = p.bins[p.off[lane + 1] - 1]; // the one bin of the coarsest level
    const share = busy / (info.to - info.from);
    assert.ok(((top >> 4) & 7) / 7 <= share + 0.1, `the top of lane ${lane} claims more than the ${share} that is there`);
    assert.ok((top & 15) < 3);
  });
});

test("whom a run made ready is counted, however many they are", async () => {
  const t = await bundle();
  const facts = async (size, change = () => {}) => {
    const run = makeMany(1000);
    change(run.contents);
    const model = await held(t, encode(run, size));
    await model.load(0);
    return t.factsOf(model, model.at("goroutines", 0, 0));
  };
  let f = await facts(5000);
  assert.deepEqual([f.wakes, f.woke.length, f.atLeast], [1000, 200, false]);
  f = await facts(5000, (c) => { c.cut.goroutines = 7; });
  assert.deepEqual([f.wakes, f.atLeast], [1000, true], "some have no lane");
  f = await facts(30);
  assert.ok(f.woke.length === 200 && f.wakes < 1000 && f.atLeast, "of many blocks not all are held");
});

test("a segment over more blocks than are held is found whole", async () => {
  const t = await bundle();
  const model = await held(t, encode(makeMany(1000), 30));
  await model.load(0);
  const s = await model.whole(model.at("goroutines", 0, 0));
  assert.deepEqual([s.from, s.to], [0, model.contents.ticks]);
  assert.ok(model.blocks.length > 2 * model.blocks.filter(Boolean).length, "most are not held");
});

/** A model of a run that was encoded. */
async function held(t, coded) {
  const source = t.embedded(Buffer.from(coded.all).toString("base64"));
  return new t.Model(await source.contents(), source);
}

test("times are written so that they are read back", async () => {
  const t = await bundle();
  for (const [from, to] of [[0, 1], [1_000_000, 2_000_000], [1_234_567, 1_234_667], [135_000_000, 135_000_640]]) {
    const [a, b] = t.readRange(t.writeRange(from, to));
    assert.ok(Math.abs(a - from) <= (to - from) / 100 + 1 && Math.abs(b - to) <= (to - from) / 100 + 1, t.writeRange(from, to));
  }
  assert.equal(t.readRange("2ms..1ms"), null);
  assert.equal(t.readRange("soon"), null);
  assert.deepEqual(t.readRange("20µs..1.5ms"), [20_000, 1_500_000]);
  assert.deepEqual(t.readRange("0s..1m0.5s"), [0, 60_500_000_000]);
  assert.equal(t.readRange("1..2"), null);
});
