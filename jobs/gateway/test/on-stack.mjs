// The gateway as people run it, on a stack: node test/on-stack.mjs STACK_FOLDER
// Fails at the first thing that is not as it should be; prints what was charged.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MillraceClient, readStack } from "@millrace/client";
import OpenAI from "openai";
import { stringify } from "yaml";

const MILLIS = 120_000;
const RANKER = "tiny-reranker";
const home = dirname(dirname(fileURLToPath(import.meta.url)));
const [folder] = process.argv.slice(2);
const { models } = JSON.parse(readFileSync(join(folder, "stack.json"), "utf8"));
const { brokers, rpcUrl, chainId, vault } = readStack(resolve(folder));
const work = mkdtempSync(join(tmpdir(), "millrace-gateway-"));
const inWork = (name) => join(work, name);
const tool = (name, ...given) => execFileSync(process.execPath, [join(home, "dist/tools", `${name}.js`), ...given], { encoding: "utf8" });

copyFileSync(join(folder, "keys/requester-1"), inWork("key"));
writeFileSync(inWork("passphrase"), "correct horse battery staple\n");
for (const name of ["key", "passphrase"]) chmodSync(inWork(name), 0o600);
writeFileSync(inWork("keystore.json"), tool("keystore", inWork("key"), inWork("passphrase")));
const printed = tool("token", "tests");
const token = /mr-\S+/.exec(printed)[0];
writeFileSync(inWork("gateway.yaml"), stringify({
  listen: { port: 0 },
  engine: { brokers, rpcUrl, chainId, vault },
  key: { keystore: "keystore.json", passphraseFile: "passphrase" },
  models: Object.fromEntries(Object.entries(models).map(([name, id]) => [name, name === RANKER ? { id, task: "reranking" } : id])),
  journal: "journal",
  tokens: [{ name: "tests", sha256: /[0-9a-f]{64}/.exec(printed)[0], budgetNano: 1_000_000 }],
}));

/** Starts it, and resolves once it listens. */
async function start() {
  const child = spawn(process.execPath, [join(home, "dist/main.js"), inWork("gateway.yaml")], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  const url = await new Promise((found, failed) => {
    child.once("exit", (code) => failed(new Error(`the gateway ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const address = /^millrace-gateway: (\S+) spends from/.exec(line)?.[1];
      if (address !== undefined) found(address);
    });
  });
  const stop = () => new Promise((ended) => { child.once("exit", ended); child.kill("SIGTERM"); });
  return { url, stop, lines };
}

let gateway = await start();
try {
  const openai = new OpenAI({ apiKey: token, baseURL: gateway.url });
  const texts = ["Call me Ishmael.", "Call me Ishmael!", "a cold November in my soul"];
  const names = (await openai.models.list()).data.map(({ id }) => id);
  assert.deepEqual(names.sort(), Object.keys(models).sort());
  const { data: answer, response } = await openai.embeddings.create({ model: "all-MiniLM-L6-v2", input: texts }).withResponse();
  assert.equal(answer.data.length, 3);
  const dot = (a, b) => a.reduce((sum, component, i) => sum + component * b[i], 0);
  const [first, same, other] = answer.data.map(({ embedding }) => embedding);
  assert.equal(first.length, 384);
  assert.ok(Math.abs(dot(first, first) - 1) < 1e-3, "of length one");
  assert.ok(dot(first, same) > dot(first, other), "what means the same lies nearer");

  const charged = BigInt(response.headers.get("x-millrace-debit-nano"));
  const requestId = response.headers.get("x-millrace-request-id");
  assert.ok(charged > 0n);

  const { data: another, response: ofAnother } = await openai.embeddings
    .create({ model: "bge-small-en-v1.5", input: texts }).withResponse();
  const [nearest, , farthest] = another.data.map(({ embedding }) => dot(embedding, another.data[1].embedding));
  assert.ok(nearest > farthest, "what means the same lies nearer to this model too");
  assert.ok(Math.abs(dot(another.data[0].embedding, first)) < 0.5, "it is another model");

  // the tiny model's order means nothing, but it is the same each time
  const rank = async () => {
    const response = await fetch(`${gateway.url}/rerank`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: RANKER, query: "who narrates?", documents: texts, return_documents: true }),
    });
    assert.equal(response.status, 200);
    return { charged: BigInt(response.headers.get("x-millrace-debit-nano")), ...(await response.json()) };
  };
  const rankings = [await rank(), await rank()];
  assert.deepEqual(rankings[0].results, rankings[1].results);
  assert.deepEqual(rankings[0].results.map(({ document }) => document.text).sort(), [...texts].sort());
  assert.ok(rankings[0].results.every(({ relevance_score: score }, i, all) => i === 0 || score <= all[i - 1].relevance_score));

  const long = await openai.embeddings.create({ model: "all-MiniLM-L6-v2", input: "whale ".repeat(300) }).catch((error) => error);
  assert.equal(long.code, "context_length_exceeded");

  // the id of the header leads to a proof on chain: of the one charge for all texts
  const client = await MillraceClient.connect(readStack(resolve(folder)), readFileSync(inWork("key"), "utf8").trim());
  const ofRankings = rankings.reduce((sum, ranking) => sum + ranking.charged, 0n);
  const total = charged + ofRankings + BigInt(ofAnother.headers.get("x-millrace-debit-nano"));
  const again = ofAnother.headers.get("x-millrace-request-id");
  const ofBge = await until(`receipt of ${again}`, () => client.receipt({ requestId: again, askedMillis: 0 }));
  assert.equal(ofBge.receipt.model, models["bge-small-en-v1.5"]);
  const proof = await until(`receipt of ${requestId}`, () => client.receipt({ requestId, askedMillis: 0 }));
  await until(`settlement of ${requestId}`, () => client.vault.verifyReceipt(proof));
  assert.equal(BigInt(proof.receipt.debitNano), charged, "what is proven is what the header said");
  await client.close();

  assert.equal(await gateway.stop(), 0);
  assert.ok(gateway.lines.length > 0 && !gateway.lines.some((line) => line.includes(token)), "no token in the log");
  gateway = await start();
  const totals = readFileSync(inWork("journal"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(totals, [{ kind: "total", name: "tests", nano: total.toString() }], "a restart remembers what was spent");
  console.log(JSON.stringify({ chargedNano: total.toString() }));
} finally {
  await gateway.stop();
  rmSync(work, { recursive: true });
}

async function until(what, look) {
  for (const end = Date.now() + MILLIS; Date.now() < end;) {
    const found = await look();
    if (found) return found;
    await new Promise((next) => setTimeout(next, 200));
  }
  throw new Error(`no ${what} in ${MILLIS} ms`);
}
