// Repeats of requests, answers that are late, and an engine or a journal that fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswerYet, NotSent, RequestUnanswered } from "@millrace/client";
import OpenAI from "openai";
import { TOKEN, answerOf, post, refusal, site, start } from "./site.mjs";

test("a repeat with its Idempotency-Key gets the same answer, and is asked and charged once", async () => {
  await start();
  const headers = { "idempotency-key": "k" };
  const both = await Promise.all([1, 2].map(async () => (await post({ model: "minilm", input: "abc" }, headers)).json()));
  assert.deepEqual(both[0], both[1]);
  assert.deepEqual(await (await post({ model: "minilm", input: "abc" }, headers)).json(), both[0]);
  assert.equal(site.asked.length, 1);
  assert.equal((await refusal(await post({ model: "minilm", input: "other" }, headers))).status, 409);
  site.engine = () => Promise.reject(new RequestUnanswered("0x", "failed", "?"));
  assert.equal((await post({ model: "minilm", input: "z" }, { "idempotency-key": "z" })).status, 503);
  site.engine = async (text) => answerOf(text);
  assert.equal((await post({ model: "minilm", input: "z" }, { "idempotency-key": "z" })).status, 200, "a failure is tried again");
});

const unheard = async () => { throw new NoAnswerYet("0x11", "nothing heard"); };

test("a 504 stays held, is not repeated by the official client, and costs what its late answer says", async () => {
  await start();
  let answered;
  site.engine = unheard;
  site.later = (id) => new Promise((resolve) => { answered = () => resolve({ ...answerOf("abc"), requestId: id }); });
  const openai = new OpenAI({ apiKey: TOKEN, baseURL: `${site.base}/v1`, maxRetries: 3 });
  const error = await openai.embeddings.create({ model: "minilm", input: "abc" }).catch((thrown) => thrown);
  assert.deepEqual([error.status, error.code], [504, "timeout"]);
  assert.equal(site.asked.length, 1);
  assert.equal(site.budget.spentNano("t"), 100n);
  answered();
  while (site.budget.spentNano("t") !== 3n) await new Promise((resolve) => setImmediate(resolve));
});

test("a repeat of a 504 with its Idempotency-Key waits for the first one's answer", async () => {
  await start();
  let answered;
  site.engine = unheard;
  site.later = (id) => new Promise((resolve) => { answered = () => resolve({ ...answerOf("abc"), requestId: id }); });
  const repeat = () => post({ model: "minilm", input: "abc" }, { "idempotency-key": "k" });
  assert.equal((await repeat()).status, 504);
  const second = repeat();
  while (site.logged.lines.filter((line) => line.includes("incoming request")).length < 2) await new Promise((resolve) => setImmediate(resolve));
  answered();
  assert.equal((await second).headers.get("x-millrace-request-id"), "0x11");
  assert.equal((await repeat()).status, 200);
  assert.equal(site.asked.length, 1);
  assert.equal(site.budget.spentNano("t"), 3n);
});

test("a repeat waits no longer than for an answer, and one whose fate stays unknown is never asked again", async () => {
  await start({ limit: { deadlineMillis: 50 } });
  site.engine = unheard;
  const repeat = (key) => post({ model: "minilm", input: "abc" }, { "idempotency-key": key });
  for (let i = 0; i < 2; i++) assert.equal((await repeat("waits")).status, 504);
  site.later = unheard;
  for (let i = 0; i < 3; i++) assert.equal((await repeat("unknown")).status, 504);
  assert.equal(site.asked.length, 2);
  assert.equal((await post({ model: "minilm", input: "abc" })).status, 504, "nor is anyone harmed who has no key");
  assert.equal(site.budget.spentNano("t"), 300n);
});

test("what was refused after its 504 may be asked again with its key", async () => {
  await start();
  site.engine = unheard;
  site.later = async () => { throw new RequestUnanswered("0x11", "expired", "too late"); };
  const repeat = () => post({ model: "minilm", input: "abc" }, { "idempotency-key": "k" });
  assert.equal((await repeat()).status, 504);
  site.engine = async (text) => answerOf(text);
  let response = await repeat();
  while (response.status === 503) response = await repeat(); // who repeats it just then hears of the refusal
  assert.equal(response.status, 200);
  assert.equal(site.budget.spentNano("t"), 3n);
});

test("what was not sent costs nothing", async () => {
  await start();
  site.engine = async () => { throw new NotSent(new Error("no broker")); };
  assert.deepEqual((await refusal(await post({ model: "minilm", input: "abc" }))).code, "not_sent");
  assert.equal(site.budget.spentNano("t"), 0n);
});

test("once the engine is heard no more, or the journal cannot be written, it is not healthy", async () => {
  await start();
  const health = async () => (await fetch(`${site.base}/healthz`)).status;
  assert.equal(await health(), 200);
  site.failure = new Error("the consumer has crashed");
  assert.equal(await health(), 503);
  site.failure = undefined;
  await site.budget.close(); // whatever is written now fails
  const error = await refusal(await post({ model: "minilm", input: "abc" }));
  assert.deepEqual([error.status, error.code], [503, "journal_failed"]);
  assert.equal(site.asked.length, 0);
  assert.equal(await health(), 503);
});

test("an answer is given whose charge cannot be written down", async () => {
  await start();
  site.engine = async (text) => { await site.budget.close(); return answerOf(text); };
  assert.equal((await post({ model: "minilm", input: "abc" })).status, 200);
  assert.equal((await fetch(`${site.base}/healthz`)).status, 503);
});
