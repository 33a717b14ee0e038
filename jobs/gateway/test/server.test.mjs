// The HTTP side, with the official client where people use it, and with sockets where they misuse it.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { RequestRefused, RequestUnanswered } from "@millrace/client";
import OpenAI from "openai";
import { TOKEN, answerOf, official, post, refusal, site, start } from "./site.mjs";

test("the official client, unchanged but for address and token, gets vectors in both encodings", async () => {
  await start();
  const openai = official();
  const { data, usage } = await openai.embeddings.create({ model: "minilm", input: ["abc", "de"] });
  assert.deepEqual(data.map(({ index, embedding }) => [index, ...embedding]), [[0, 0.5, -0.25, 3], [1, 0.5, -0.25, 2]]);
  assert.equal(usage.total_tokens, 5);
  const floats = await openai.embeddings.create({ model: "minilm", input: "abc", encoding_format: "float" });
  assert.deepEqual(floats.data[0].embedding, [0.5, -0.25, 3]);
  const models = await openai.models.list();
  assert.deepEqual(models.data.map(({ id }) => id), ["minilm", "three", "ranker"]);
  assert.equal((await openai.models.retrieve("minilm")).id, "minilm");
});

test("a list is one request: its one charge and its id are in the headers", async () => {
  await start();
  const response = await post({ model: "minilm", input: ["abc", "de"] });
  assert.equal(response.headers.get("x-millrace-debit-nano"), "5");
  assert.equal(response.headers.get("x-millrace-request-id"), answerOf(["abc", "de"]).requestId);
  assert.deepEqual(site.asked.map(([input, { maxFeeNano }]) => [input, maxFeeNano]), [[["abc", "de"], 200n]]);
  assert.equal(site.budget.spentNano("t"), 5n);
  assert.match(response.headers.get("x-request-id"), /^req_[0-9a-f]{32}$/);
});

test("errors are of the classes that the official client throws", async () => {
  await start();
  await assert.rejects(official("mr-wrong").embeddings.create({ model: "minilm", input: "a" }), OpenAI.AuthenticationError);
  await assert.rejects(official().embeddings.create({ model: "gpt", input: "a" }), OpenAI.NotFoundError);
  await assert.rejects(official().embeddings.create({ model: "minilm", input: [[1, 2]] }), OpenAI.BadRequestError);
});

for (const [what, body, param] of [
  ["no JSON", "{", undefined],
  ["a list", [], null],
  ["no model", { input: "a" }, "model"],
  ["no input", { model: "minilm" }, "input"],
  ["an empty text", { model: "minilm", input: ["a", ""] }, "input"],
  ["too many texts", { model: "minilm", input: Array(9).fill("a") }, "input"],
  ["more text than the engine reads", { model: "minilm", input: Array(8).fill("a".repeat(200)) }, "input"],
  ["tokens", { model: "minilm", input: [1, 2] }, "input"],
  ["another encoding", { model: "minilm", input: "a", encoding_format: "hex" }, "encoding_format"],
  ["dimensions", { model: "minilm", input: "a", dimensions: 8 }, "dimensions"],
  ["other dimensions than the model's", { model: "three", input: "a", dimensions: 8 }, "dimensions"],
  ["dimensions in words", { model: "three", input: "a", dimensions: "3" }, "dimensions"],
  ["a user that is no text", { model: "minilm", input: "a", user: 8 }, "user"],
  ["a parameter that there is not", { model: "minilm", input: "a", truncate: true }, "truncate"],
  ["a model of another task", { model: "ranker", input: "a" }, "model"],
  ["a model named as what every object has", { model: "constructor", input: "a" }, "model"],
]) {
  test(`bad request: ${what}`, async () => {
    await start();
    const error = await refusal(await post(body));
    assert.ok([400, 404].includes(error.status), JSON.stringify(error));
    if (param !== undefined) assert.equal(error.param, param);
    assert.ok(error.message.length > 0 && error.code.length > 0);
    assert.equal(site.asked.length, 0);
    assert.equal(site.budget.spentNano("t"), 0n);
  });
}

test("the model's own dimensions are taken, and null is as if left out", async () => {
  await start();
  for (const more of [{ dimensions: 3 }, { dimensions: null, encoding_format: null, user: null }]) {
    const response = await post({ model: "three", input: "abc", ...more });
    assert.equal(response.status, 200);
    assert.deepEqual((await response.json()).data[0].embedding, [0.5, -0.25, 3]);
  }
  assert.equal((await post({ model: "minilm", input: "abc", dimensions: null })).status, 200);
});

test("scores are not sold as embeddings", async () => {
  await start();
  site.engine = async (text) => ({ ...answerOf(text), scores: [new Map([["left", 1]])] });
  const error = await refusal(await post({ model: "minilm", input: "abc" }));
  assert.deepEqual([error.status, error.code], [500, "model_not_supported"]);
  assert.equal(site.budget.spentNano("t"), 3n, "the engine has charged it");
});

/** A document's score is its length, in the order of the documents. */
const rankedOf = async (query, texts) => ({
  ...answerOf([query, ...texts]),
  relevance: texts.map(({ length }) => length / 8),
});

test("documents are ranked: the best first, of equals the earlier, as many as are asked for", async () => {
  await start();
  site.engine = rankedOf;
  const documents = ["abc", { text: "de" }, "fgh", "i"];
  const response = await post({ model: "ranker", query: "who?", documents }, {}, "rerank");
  assert.equal(response.status, 200);
  const { id, model, results, usage } = await response.json();
  assert.deepEqual(results, [
    { index: 0, relevance_score: 0.375 },
    { index: 2, relevance_score: 0.375 },
    { index: 1, relevance_score: 0.25 },
    { index: 3, relevance_score: 0.125 },
  ]);
  assert.deepEqual([model, usage.total_tokens, id], ["ranker", 13, response.headers.get("x-millrace-request-id")]);
  assert.equal(response.headers.get("x-millrace-debit-nano"), "13");
  assert.deepEqual(site.asked, [["who?", ["abc", "de", "fgh", "i"], { model: `0x${"cd".repeat(32)}`, maxFeeNano: 400n, deadlineMillis: 60_000 }]]);
  const best = await post({ model: "ranker", query: "who?", documents, top_n: 1, return_documents: true }, {}, "rerank");
  assert.deepEqual((await best.json()).results, [{ index: 0, relevance_score: 0.375, document: { text: "abc" } }]);
  const all = await post({ model: "ranker", query: "who?", documents, top_n: 9 }, {}, "rerank");
  assert.equal((await all.json()).results.length, 4, "no more than there are");
});

for (const [what, body, param] of [
  ["no query", { documents: ["a"] }, "query"],
  ["an empty query", { query: "", documents: ["a"] }, "query"],
  ["no documents", { query: "q" }, "documents"],
  ["documents that are one text", { query: "q", documents: "abc" }, "documents"],
  ["an empty list", { query: "q", documents: [] }, "documents"],
  ["an empty document", { query: "q", documents: ["a", { text: "" }] }, "documents"],
  ["a document of fields", { query: "q", documents: [{ title: "a", text: "b" }] }, "documents"],
  ["too many documents", { query: "q", documents: Array(9).fill("a") }, "documents"],
  ["a query longer than the engine reads", { query: "q".repeat(1_000), documents: ["a"] }, "documents"],
  ["top_n of none", { query: "q", documents: ["a"], top_n: 0 }, "top_n"],
  ["a word for yes", { query: "q", documents: ["a"], return_documents: "yes" }, "return_documents"],
  ["a model of another task", { model: "minilm", query: "q", documents: ["a"] }, "model"],
  ["a parameter that there is not", { query: "q", documents: ["a"], max_chunks_per_doc: 3 }, "max_chunks_per_doc"],
]) {
  test(`bad request to rank: ${what}`, async () => {
    await start();
    const error = await refusal(await post({ model: "ranker", ...body }, {}, "rerank"));
    assert.deepEqual([error.status, error.param], [400, param], JSON.stringify(error));
    assert.equal(site.asked.length, 0);
  });
}

test("a key that was used on one route is another body on the next", async () => {
  await start();
  const headers = { "idempotency-key": "k" };
  assert.equal((await post({ model: "minilm", input: ["a"] }, headers)).status, 200);
  site.engine = rankedOf;
  assert.equal((await post({ model: "ranker", query: "q", documents: ["a"] }, headers, "rerank")).status, 409);
});

test("what the engine refuses or does not answer costs nothing, and says why", async () => {
  await start();
  for (const [failure, status, code] of [
    [new RequestRefused("0x", { code: "INPUT_TOO_LONG", message: "257 tokens" }), 400, "context_length_exceeded"],
    [new RequestRefused("0x", { code: "INSUFFICIENT_FUNDS", message: "no money" }), 503, "insufficient_deposit"],
    [new RequestRefused("0x", { code: "BAD_SIGNATURE", message: "?" }), 500, "bad_signature"],
    [new RequestUnanswered("0x", "failed", "the model failed"), 503, "failed"],
    [new TypeError("an inner matter"), 500, "internal_error"],
  ]) {
    site.engine = () => Promise.reject(failure);
    const error = await refusal(await post({ model: "minilm", input: "abc" }));
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(!error.message.includes("inner matter"));
  }
  assert.equal(site.budget.spentNano("t"), 0n);
  assert.ok(site.logged.lines.some((line) => line.includes("an inner matter")), "an operator reads it");
});

test("if one text of several fails, none is answered or charged", async () => {
  await start();
  site.engine = async (texts) => {
    if (texts.includes("bad")) throw new RequestRefused("0x", { code: "INPUT_TOO_LONG", message: "text 1 of the input has 257 tokens" });
    return answerOf(texts);
  };
  const error = await refusal(await post({ model: "minilm", input: ["abc", "bad", "de"] }));
  assert.equal(error.status, 400);
  assert.match(error.message, /text 1 of the input has 257 tokens/);
  assert.equal(site.budget.spentNano("t"), 0n);
});

test("who has no token is told before the body has come", async () => {
  await start({ token: { requestsPerMinute: 1 } });
  await post("{"); // all that the token may ask in a minute
  const { port } = site.server.server.address();
  for (const [head, status] of [["", 401], [`Authorization: Bearer ${TOKEN}\r\n`, 429]]) {
    const reply = await new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`POST /v1/embeddings HTTP/1.1\r\nHost: x\r\n${head}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`));
      socket.on("data", (chunk) => { resolve(String(chunk)); socket.destroy(); }).on("error", reject);
    });
    assert.ok(reply.startsWith(`HTTP/1.1 ${status}`), reply);
  }
});

test("a budget is never overspent, also by requests at the same time", async () => {
  await start({ token: { budgetNano: 250n } });
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  site.engine = async (text) => { await gate; return answerOf(text); };
  const all = Array.from({ length: 4 }, () => post({ model: "minilm", input: "abc" }));
  while (site.asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const refused = await Promise.race(all).then(refusal);
  assert.deepEqual([refused.status, refused.code], [429, "insufficient_quota"]);
  release();
  const statuses = (await Promise.all(all)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 200, 429, 429]);
  assert.equal(site.budget.spentNano("t"), 6n);
});

test("more requests a minute than allowed are told when to come again", async () => {
  await start({ token: { requestsPerMinute: 2 } });
  await post({ model: "minilm", input: "a" });
  await post({ model: "minilm", input: "a" });
  const third = await post({ model: "minilm", input: "a" });
  assert.equal(third.status, 429);
  assert.ok(Number(third.headers.get("retry-after")) >= 1);
});

test("under back-pressure: 429 and Retry-After, and room again once answers have come", async () => {
  await start({ limit: { maxInFlight: 2 } });
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  site.engine = async (text) => { await gate; return answerOf(text); };
  const first = post({ model: "minilm", input: ["a", "b"] });
  while (site.asked.length < 1) await new Promise((resolve) => setImmediate(resolve));
  const refused = await post({ model: "minilm", input: "c" });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "1");
  release();
  assert.equal((await first).status, 200);
  assert.equal((await post({ model: "minilm", input: "c" })).status, 200);
});

test("1,000 connections are held, and answered all", async () => {
  await start({ limit: { maxInFlight: 1_000 }, token: { budgetNano: 1_000_000n, requestsPerMinute: 10_000 } });
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  site.engine = async (text) => { await gate; return answerOf(text); };
  const { port } = site.server.server.address();
  const body = JSON.stringify({ model: "minilm", input: "abc" });
  const head = `POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  const all = Array.from({ length: 1_000 }, () => new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(head + body));
    socket.on("data", (chunk) => { text += chunk; }).on("end", () => resolve(text)).on("error", reject);
  }));
  while (site.asked.length < 1_000) await new Promise((resolve) => setImmediate(resolve));
  release();
  const replies = await Promise.all(all);
  assert.ok(replies.every((reply) => reply.startsWith("HTTP/1.1 200")), replies.find((reply) => !reply.startsWith("HTTP/1.1 200")));
});

test("who sends a request too slowly is cut off", async () => {
  await start({ limit: { requestMillis: 200 } });
  const { port } = site.server.server.address();
  for (const begun of ["POST /v1/embeddings HTTP/1.1\r\nHost: x\r\n", `POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{`]) {
    const closed = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(begun));
      socket.on("data", () => {}).on("close", () => resolve(true)).on("error", () => resolve(true));
    });
    assert.ok(closed);
  }
  assert.equal(site.asked.length, 0);
});

test("10 MiB are refused", async () => {
  await start();
  const response = await post({ model: "minilm", input: "x".repeat(10 * 1024 * 1024) }).catch((error) => error);
  // the server may close the connection while the body is still on its way
  if (response instanceof Response) assert.equal(response.status, 413);
  assert.equal(site.asked.length, 0);
});

test("no token is in any line of the log", async () => {
  await start();
  await post({ model: "minilm", input: "abc" });
  await official("mr-another-secret").embeddings.create({ model: "minilm", input: "a" }).catch(() => {});
  await fetch(`${site.base}/v1/nowhere?api_key=${TOKEN}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.ok(site.logged.lines.length > 0);
  assert.deepEqual(site.logged.lines.filter((line) => line.includes("mr-")), []);
});
