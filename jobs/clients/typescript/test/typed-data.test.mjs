// Against the vectors that the contracts, the engine and the audit are held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { domainOf, headerDigest, inputHash, listOutputHash, outcomeDigest, outputHash, receiptDigest, requestDigest } from "../dist/typed-data.js";

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
  const { cases } = vectors("request-digest");
  assert.ok(cases.some(({ query }) => query));
  for (const { name, input, query, inputHash: expected } of cases) {
    assert.equal(inputHash(input, query), expected, name);
  }
});

test("outcome-digest: every vector has its hash", () => {
  const { cases } = vectors("outcome-digest");
  assert.ok(cases.some(({ embeddings }) => embeddings));
  for (const { name, embedding, embeddings, outputHash: expected } of cases) {
    const found = embeddings ? listOutputHash(embeddings.map((each) => each.map(Number))) : outputHash(embedding.map(Number));
    assert.equal(found, expected, name);
  }
});
