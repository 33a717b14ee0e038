// Proofs of made-up epochs, and the leaves of records against the vectors that the contracts, the engine and the audit are held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { depthOf, raised, SumTree } from "../dist/merkle-sum.js";
import { SealedCharge, leadsToItsHeader, proofOf, structOf, wrongTotals } from "../dist/receipts.js";
import { domainOf, headerDigest, receiptDigest } from "../dist/typed-data.js";

const DOMAIN = domainOf(31337, `0x${"aa".repeat(20)}`);
const SHARD_DEPTH = 1;
const PROVIDER = 7;
const identity = (number) => `0x${number.toString(16).padStart(64, "0")}`;

/** Each provider's share is 95 nano-USD, the treasury's 5. */
function receiptOf(shard, index) {
  const charge = {
    requestId: identity(100 * shard + index), requesterAccount: 1, sequence: index + 1, providerAccount: PROVIDER, model: identity(5),
    units: 8, price: { nanoPerMillion: 12_500_000, version: 1, feeBasisPoints: 500 }, debitNano: 100, creditNano: 95, feeNano: 5,
    outcome: identity(6), admittedMillis: 1,
  };
  return { epoch: 3, cut: 1, shard, index, earnedBefore: { providerNano: 95 * index, treasuryNano: 5 * index }, charge };
}

function sealed(shards) {
  const levels = Math.max(...shards.map((receipts) => depthOf(receipts.length)));
  const trees = shards.map((receipts) => {
    const leaves = receipts.map((receipt) => ({ hash: receiptDigest(DOMAIN, structOf(receipt)), sumNano: 100n }));
    return new SumTree(leaves, depthOf(leaves.length));
  });
  const sources = trees.map(({ root }, shard) => ({ shard, root: root.hash, sumNano: Number(root.sumNano), receipts: shards[shard].length }));
  const roots = trees.map(({ root }, shard) => raised(root, levels - depthOf(shards[shard].length)));
  const { hash, sumNano } = new SumTree(roots, SHARD_DEPTH).root;
  return { header: { levels: levels + SHARD_DEPTH, receiptsRoot: hash, receiptsSumNano: Number(sumNano) }, sources };
}

const shardOf = (shard, count) => Array.from({ length: count }, (_, index) => receiptOf(shard, index));
const proofIn = (shards, shard, index) =>
  proofOf(shards[shard][index], shards[shard].toReversed(), sealed(shards), DOMAIN, SHARD_DEPTH);

test("every receipt leads to its header, and its shard's totals carry on", () => {
  const shards = [shardOf(0, 5), shardOf(1, 2)];
  for (const { shard, index } of shards.flat()) {
    const proof = proofIn(shards, shard, index);
    assert.equal(leadsToItsHeader(proof, DOMAIN, SHARD_DEPTH), true);
    assert.deepEqual(proof.wrongTotals, []);
    const claims = proof.receipt.credits.map((line) => line + (1n << 96n));
    assert.equal(leadsToItsHeader({ ...proof, receipt: { ...proof.receipt, credits: claims } }, DOMAIN, SHARD_DEPTH), false, "another total");
  }
});

test("a leaf that does not carry on is named in the proofs of its shard", () => {
  const shards = [shardOf(0, 5), shardOf(1, 2)];
  shards[0][2].earnedBefore.providerNano -= 1;
  for (const { shard, index } of shards.flat()) {
    const proof = proofIn(shards, shard, index);
    assert.equal(leadsToItsHeader(proof, DOMAIN, SHARD_DEPTH), true, "the requester's charge is proven all the same");
    assert.deepEqual(proof.wrongTotals, shard === 0 ? [identity(2)] : []);
  }
});

const TAKEN = { epochs: "settlement.epochs", receipts: "settlement.receipts" };
const WANTED = identity(1);
/** One shard's leaves of epoch 3, in an order of the requests; what an attempt gives that seals them at a checkpoint. */
function attempt(cut, requests) {
  const receipts = requests.map((request, index) => {
    const receipt = receiptOf(0, index);
    return { ...receipt, cut, charge: { ...receipt.charge, requestId: identity(request) } };
  });
  const { header, sources: [source] } = sealed([receipts, []]);
  const whole = {
    ...header, previousHeader: identity(0), epoch: 3, part: 0, parts: 1, receiptsCount: receipts.length, partSumNano: 0,
    wordsHash: identity(0), cutDigest: identity(cut), l2Block: 9,
  };
  return { receipts, part: { hash: headerDigest(DOMAIN, whole), header: whole, sources: [{ ...source, cut }] } };
}

/** The charge as a reader sees it that was given all these records, in their order, by a vault that settled `settled`. */
async function read(settled, records) {
  const asked = [];
  const charge = new SealedCharge(WANTED, DOMAIN, SHARD_DEPTH, async (header) => {
    asked.push(header);
    return settled?.hash ?? identity(0);
  });
  let early;
  for (const record of records) early ??= await charge.take("header" in record ? TAKEN.epochs : TAKEN.receipts, record);
  return { early, proof: early ?? (await charge.proof()), asked };
}

const recordsOf = ({ receipts, part }) => [...receipts, part];
const isProofOf = ({ proof }, { part }) => {
  assert.ok(proof, "nothing is proven");
  assert.equal(headerDigest(DOMAIN, proof.header), part.hash);
  assert.equal(proof.receipt.requestId, WANTED);
  assert.ok(leadsToItsHeader(proof, DOMAIN, SHARD_DEPTH));
};

// A crash aborts the transaction of an epoch, and kafkajs gives its records all the same: the requester would wait for ever.
test("a replay that seals fewer receipts under the number of an aborted epoch is proven", async () => {
  for (const [before, after] of [[7, 9], [7, 7]]) {
    const aborted = attempt(before, [0, 1, 2, 3, 4, 5, 6, 7]);
    const replay = attempt(after, [0, 1, 2, 3, 4]);
    const found = await read(replay.part, [...aborted.receipts, ...recordsOf(replay)]);
    isProofOf(found, replay);
    assert.ok(found.early, "the scan need not read on");
  }
});

// Else the requester would be shown, each time it asks, what its vault denies.
test("an aborted epoch that is whole by itself does not end the search for the one that was settled", async () => {
  for (const [before, after] of [[7, 9], [7, 7]]) {
    const aborted = attempt(before, [0, 1, 2]);
    const replay = attempt(after, [2, 0, 1, 3]);
    isProofOf(await read(replay.part, [...recordsOf(aborted), ...recordsOf(replay)]), replay);
    isProofOf(await read(replay.part, [aborted.part, replay.part, ...aborted.receipts, ...replay.receipts]), replay);
  }
});

test("a replay of the same receipts in another order at the same checkpoint is proven", async () => {
  const aborted = attempt(7, [0, 1, 2, 3]);
  const replay = attempt(7, [3, 2, 1, 0]);
  isProofOf(await read(replay.part, [replay.part, ...aborted.receipts, ...replay.receipts]), replay);
});

test("records that come twice change nothing", async () => {
  const aborted = attempt(7, [0, 1, 2, 3]);
  const replay = attempt(9, [1, 2]);
  const once = [...recordsOf(aborted), ...recordsOf(replay)];
  isProofOf(await read(replay.part, [...once.slice(0, -1), ...once]), replay);
});

test("what the vault does not hold yet is not proven, and the vault is asked once for each part", async () => {
  const sealedOnly = attempt(7, [0, 1, 2]);
  const { proof, asked } = await read(undefined, [...recordsOf(sealedOnly), ...recordsOf(sealedOnly)]);
  assert.equal(proof, undefined);
  assert.equal(asked.length, 2, "while it was read, and at the end");
});

test("without one of its shard's receipts, or without its part, a charge is not proven", async () => {
  const whole = attempt(7, [0, 1, 2]);
  for (const missing of recordsOf(whole)) {
    const { proof } = await read(whole.part, recordsOf(whole).filter((record) => record !== missing));
    assert.equal(proof, undefined);
  }
});

/** Leaves of one shard: of each the total before, the account and the amount of its lines. */
const inShard = (...leaves) => leaves.map((lines, index) => ({
  requestId: identity(index),
  credits: lines.map(([before, account, amount]) => (before << 96n) | (account << 64n) | amount),
}));

test("every account has its total", () => {
  const right = [[[0n, 7n, 95n], [0n, 0n, 5n]], [[0n, 8n, 38n], [5n, 0n, 2n]], [], [[95n, 7n, 19n]], [[38n, 8n, 1n], [7n, 0n, 1n]]];
  assert.deepEqual(wrongTotals(inShard(...right)), []);
  for (const [index, line] of [[0, 0], [0, 1], [1, 0], [1, 1], [3, 0], [4, 1]]) {
    const wrong = structuredClone(right);
    wrong[index][line][0] += 1n;
    assert.deepEqual(wrongTotals(inShard(...wrong)), [identity(index)], `line ${line} of leaf ${index}`);
  }
});

test("the treasury as provider earns its fee after its share", () => {
  assert.deepEqual(wrongTotals(inShard([[0n, 0n, 95n], [95n, 0n, 5n]], [[100n, 0n, 9n]])), []);
  assert.deepEqual(wrongTotals(inShard([[0n, 0n, 95n], [0n, 0n, 5n]], [[100n, 0n, 9n]])), [identity(0)]);
});

test("what is no total of 64 bits is wrong", () => {
  assert.deepEqual(wrongTotals(inShard([[0n, 7n, 1n]], [[2n ** 64n + 1n, 7n, 1n]])), [identity(1)]);
});

test("the leaf of a record is the one that the contracts know", () => {
  const { domain, cases } = JSON.parse(readFileSync("../../../contracts/test/vectors/receipt-leaf.json", "utf8"));
  const tested = cases.filter((vector) => {
    const [provider, treasury, ...others] = [...vector.credits, 0, 0].map((line) => ({ before: BigInt(line) >> 96n, amount: BigInt.asUintN(64, BigInt(line)) }));
    const isCharge = provider.amount + treasury.amount === BigInt(vector.debitNano) && others.every(({ amount }) => amount === 0n);
    if (!isCharge || BigInt(vector.allocation) !== 0n) return false;
    const price = { nanoPerMillion: vector.priceNanoPerMillion, version: vector.priceVersion };
    const charge = { ...vector, price, creditNano: provider.amount, feeNano: treasury.amount };
    const earnedBefore = { providerNano: provider.before, treasuryNano: treasury.before };
    const struct = structOf({ shard: vector.shard, index: vector.index, earnedBefore, charge });
    assert.equal(receiptDigest(domainOf(domain.chainId, domain.verifyingContract), struct), vector.digest, vector.name);
    return true;
  });
  assert.ok(tested.some(({ name }) => name === "after others"));
});
