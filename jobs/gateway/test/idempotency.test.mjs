import assert from "node:assert/strict";
import { test } from "node:test";
import { Idempotency } from "../dist/idempotency.js";

const KIB = 1024;
const answer = (text) => async () => ({ body: text });

test("answers are kept for a day and as far as there is room, the oldest are forgotten first", async () => {
  let now = 0;
  let runs = 0;
  const repeats = new Idempotency(1_000, 100 * KIB, () => now);
  const ask = (key) => repeats.once("t", key, "q", () => { runs++; return answer("x".repeat(30 * KIB))(); });
  for (const key of ["a", "b", "c"]) await ask(key);
  await Promise.all(["a", "b", "c"].map(ask));
  assert.equal(runs, 3, "there is room for three");
  await ask("d");
  await ask("b");
  assert.equal(runs, 4);
  await ask("a");
  assert.equal(runs, 5, "the first had to go");
  now += 24 * 3600_000;
  await ask("d");
  assert.equal(runs, 6);
});

test("room is never made of what has no answer yet", async () => {
  let runs = 0;
  const repeats = new Idempotency(1_000, 10 * KIB);
  let release;
  const open = repeats.once("t", "open", "q", () => new Promise((resolve) => { release = () => resolve({ body: "first" }); }));
  for (let i = 0; i < 100; i++) await repeats.once("t", `${i}`, "q", () => { runs++; return answer("x")(); });
  const repeat = repeats.once("t", "open", "q", answer("second"));
  release();
  assert.equal((await open).body, "first");
  assert.equal((await repeat).body, "first");
});

test("another body is known, and another caller's key is its own", async () => {
  const repeats = new Idempotency(1_000);
  await repeats.once("t", "k", "one", answer("1"));
  assert.throws(() => repeats.once("t", "k", "two", answer("2")), { status: 409 });
  assert.equal((await repeats.once("u", "k", "two", answer("2"))).body, "2");
});
