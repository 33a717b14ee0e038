import assert from "node:assert/strict";
import { test } from "node:test";
import { Ends } from "../dist/ends.js";

const answer = (id, more = {}) => ({ id, status: "answered", ...more });
const refusal = (partition, offset, more = {}) => ({ code: "DUPLICATE", partition, offset, ...more });

test("a record tells whose end it is, and nobody's if nobody waits for it or it changes nothing", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.placed("a", 0, "3");
  assert.equal(ends.take(answer("b")), undefined);
  assert.equal(ends.take(refusal(0, 3)), "a");
  assert.equal(ends.take(answer("a")), "a");
  assert.equal(ends.take(refusal(0, 3)), undefined);
});

test("an answer of a request that nobody waits for is passed over", () => {
  const ends = new Ends();
  ends.take(answer("a"));
  assert.equal(ends.of("a"), undefined);
});

test("a refusal without an id is known by its place, also if it comes before the acknowledgement", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.take(refusal(1, 7));
  ends.take(refusal(1, 8));
  assert.equal(ends.of("a"), undefined);
  ends.placed("a", 1, "7");
  assert.equal(ends.of("a").offset, 7);
});

test("a refusal at the place of a copy is not the request's end", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.placed("a", 0, "3");
  ends.take(refusal(0, 4, { requestId: "a" }));
  assert.equal(ends.of("a"), undefined);
});

test("an answer replaces a refusal that a crash had aborted, and not the other way round", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.placed("a", 0, "3");
  ends.take(refusal(0, 3));
  ends.take(answer("a"));
  ends.take(refusal(0, 3));
  assert.equal(ends.of("a").status, "answered");
});

test("of two answers the last counts", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.placed("a", 0, "3");
  ends.take(answer("a", { n: 1 }));
  ends.take(answer("a", { n: 2 }));
  assert.equal(ends.of("a").n, 2);
});

test("what is forgotten has no end any more", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.placed("a", 0, "3");
  ends.forget("a");
  ends.take(answer("a"));
  ends.take(refusal(0, 3));
  assert.equal(ends.of("a"), undefined);
});

test("a refusal is not kept for acknowledgements that will not come", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.unacknowledged("a");
  ends.take(refusal(0, 3));
  ends.placed("a", 0, "3");
  assert.equal(ends.of("a"), undefined);
});

test("who is forgotten before the acknowledgement leaves nothing", () => {
  const ends = new Ends();
  ends.expect("a");
  ends.forget("a");
  ends.placed("a", 0, "3");
  ends.expect("a");
  assert.equal(ends.take(refusal(0, 3)), undefined);
});
