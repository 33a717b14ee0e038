// A server as its tests have it. The engine is a stand-in that answers as told; on-stack.mjs has the real one.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach } from "node:test";
import OpenAI from "openai";
import { pino } from "pino";
import { Budget } from "../dist/budget.js";
import { serverOf } from "../dist/server.js";

export const TOKEN = "mr-test-token-that-must-not-be-logged";
const limits = {
  maxFeeNano: 100n, maxTexts: 8, maxInputBytes: 1_000, maxInFlight: 16, maxBodyBytes: 65_536, maxConnections: 2_000, deadlineMillis: 60_000, requestMillis: 15_000,
};
/** What is served, and what its engine does: set anew for each test. */
export const site = {};
let folder;

export async function start({ limit = {}, token = {} } = {}) {
  const config = {
    limits: { ...limits, ...limit },
    models: {
      minilm: { id: `0x${"ab".repeat(32)}`, task: "embedding" },
      three: { id: `0x${"ab".repeat(32)}`, task: "embedding", dimensions: 3 },
      ranker: { id: `0x${"cd".repeat(32)}`, task: "reranking" },
    },
    tokens: [{ name: "t", sha256: createHash("sha256").update(TOKEN).digest("hex"), budgetNano: 10_000n, requestsPerMinute: 600, ...token }],
  };
  const answer = (...call) => { site.asked.push(call); return site.engine(...call); };
  const answerTo = async (id) => site.later(id);
  site.server = serverOf(config, { ask: answer, rerank: answer, answerTo, forget: () => {}, get failure() { return site.failure; } }, site.budget, pino(site.logged));
  site.base = await site.server.listen({ host: "127.0.0.1", port: 0 });
}

export const answerOf = (input) => {
  const embeddings = [input].flat().map((text) => [0.5, -0.25, text.length]);
  const length = [input].flat().join("").length;
  return {
    requestId: `0x${createHash("sha256").update(JSON.stringify(input)).digest("hex")}`,
    embedding: embeddings[0],
    embeddings,
    scores: [],
    relevance: [],
    list: Array.isArray(input),
    debitNano: BigInt(length),
    result: { usage: { total_tokens: length } },
  };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "millrace-gateway-"));
  site.budget = await Budget.open(join(folder, "journal"));
  site.asked = [];
  site.engine = async (text) => answerOf(text);
  site.later = () => new Promise(() => {});
  site.failure = undefined;
  const lines = [];
  site.logged = Object.assign(new Writable({ write: (chunk, _, done) => { lines.push(String(chunk)); done(); } }), { lines });
});

afterEach(async () => {
  await site.server.close();
  await site.budget.close();
  rmSync(folder, { recursive: true });
});

export const official = (apiKey = TOKEN) => new OpenAI({ apiKey, baseURL: `${site.base}/v1`, maxRetries: 0 });
export const post = (body, headers = {}, path = "embeddings") =>
  fetch(`${site.base}/v1/${path}`, {
    method: "POST", body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
  });
export const refusal = async (response) => ({ status: response.status, ...(await response.json()).error });
