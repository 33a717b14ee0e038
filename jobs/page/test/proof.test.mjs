// The browser's hashing against the vectors that contracts and Java share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { climb, headerHash, leadsToRoot, leafOf, selector, verifyCall, VERIFY } from "../target/classes/io/millrace/page/web/proof.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../contracts/test/vectors/${name}.json`, import.meta.url), "utf8"));
const vaultOf = ({ domain }, shardDepth = 0) => ({ vault: domain.verifyingContract, chainId: Number(domain.chainId), shardDepth });

test("receipt leaves are hashed as the shared vectors say", () => {
  const file = vectors("receipt-leaf");
  assert.ok(file.cases.length > 0);
  for (const each of file.cases) assert.equal(leafOf(vaultOf(file), each).hash, each.digest, each.name);
});

test("headers are hashed as the shared vectors say", () => {
  const file = vectors("epoch-header");
  assert.ok(file.cases.length > 0);
  for (const each of file.cases) assert.equal(headerHash(vaultOf(file), each), each.digest, each.name);
});

/** An epoch of two receipts in shard 1 of 2. */
function proof() {
  const file = vectors("receipt-leaf");
  const vault = vaultOf(file, 1);
  const receipt = { ...file.cases.find(({ name }) => name === "after others"), shard: 1, index: 0 };
  const sibling = leafOf(vault, { ...file.cases[0], sequence: "2", shard: 1, index: 1 });
  const zero = "0x" + "0".repeat(64);
  const header = { ...vectors("epoch-header").cases[0], levels: 2, receiptsCount: "2" };
  const unrooted = { requestId: receipt.requestId, epoch: "1", receipt, proof: { header, siblings: [sibling.hash, zero], sumsNano: [sibling.sumNano.toString(), "0"] } };
  const root = climb(vault, unrooted).at(-1).parent;
  const rooted = { ...header, receiptsRoot: root.hash, receiptsSumNano: root.sumNano.toString() };
  return { vault, proof: { ...unrooted, proof: { ...unrooted.proof, header: rooted } } };
}

const falsified = {
  "another amount": (p) => ({ ...p, receipt: { ...p.receipt, debitNano: "241" } }),
  "another total before it": (p) => ({ ...p, receipt: { ...p.receipt, credits: p.receipt.credits.map((line) => String(BigInt(line) + (1n << 96n))) } }),
  "another place": (p) => ({ ...p, receipt: { ...p.receipt, index: 1 } }),
  "another sibling": (p) => ({ ...p, proof: { ...p.proof, siblings: [p.proof.siblings[0].replace(/.$/, (c) => (c === "0" ? "1" : "0")), p.proof.siblings[1]] } }),
  "another sum of the sibling": (p) => ({ ...p, proof: { ...p.proof, sumsNano: ["239", "0"] } }),
  "another sum of the root": (p) => ({ ...p, proof: { ...p.proof, header: { ...p.proof.header, receiptsSumNano: "479" } } }),
};

test("a true proof leads to the root", () => {
  const { vault, proof: truth } = proof();
  assert.equal(leadsToRoot(vault, truth), true);
});

for (const [name, change] of Object.entries(falsified)) {
  test(`a proof with ${name} does not lead to the root`, () => {
    const { vault, proof: truth } = proof();
    assert.equal(leadsToRoot(vault, change(truth)), false);
  });
}

test("what no tree can hold is refused", () => {
  const { vault, proof: truth } = proof();
  assert.throws(() => climb(vault, { ...truth, receipt: { ...truth.receipt, index: 2 } }), /no such place/);
  assert.throws(() => climb(vault, { ...truth, proof: { ...truth.proof, siblings: [] } }), /as long as the tree/);
  assert.throws(() => climb(vault, { ...truth, proof: { ...truth.proof, sumsNano: ["240", "1"] } }), /claims a sum/);
  assert.throws(() => leafOf(vault, { ...truth.receipt, debitNano: (2n ** 256n).toString() }), /does not fit/);
});

test("the call data has every word of the arguments", () => {
  const { proof: truth } = proof();
  const data = verifyCall(truth);
  assert.equal(data.slice(0, 10), selector(VERIFY));
  const words = 3 + 15 + 1 + truth.receipt.credits.length + 12 + 2 + 1 + 2 + 1 + 2;
  assert.equal(data.length, 10 + 64 * words);
});
