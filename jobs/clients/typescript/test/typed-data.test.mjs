// Against the vectors that the contracts, the engine and the audit are held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { domainOf, headerDigest, inputHash, outcomeDigest, outputHash, receiptDigest, requestDigest } from "../dist/typed-data.js";

const vectors = (name) => JSON.parse(readFileSync(`../../../contracts/test/vectors/${name}.json`, "utf8"));

for (const [file, digest] of [
  ["request-digest", requestDigest],
  ["outcome-digest", outcomeDigest],
  ["receipt-leaf", receiptDigest],
  ["epoch-header", headerDigest],
]) {
  test(`${file}: every case has its digest`, () => {
    const { domain, cases } = vectors(file);
    assert.ok(cases.length > 0);
    for (const it of cases) {
      assert.equal(digest(domainOf(domain.chainId, domain.verifyingContract), it), it.digest, it.name);
    }
  });
}

test("request-digest: every input has its hash", () => {
  for (const { name, input, inputHash: expected } of vectors("request-digest").cases) {
    assert.equal(inputHash(input), expected, name);
  }
});

test("outcome-digest: every vector has its hash", () => {
  for (const { name, embedding, outputHash: expected } of vectors("outcome-digest").cases) {
    assert.equal(outputHash(embedding.map(Number)), expected, name);
  }
});
