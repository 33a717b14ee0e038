// A requester's whole way, from a new key to its money back: node test/tour.mjs STACK_FOLDER KEY_FILE
// Fails at the first thing that is not as it should be; prints what was charged, and the vector of the first answer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MillraceClient, RequestRefused, readStack } from "@millrace/client";

const DEPOSIT = 5_000_000_000n;
const FEE = 10_000n;
const MILLIS = 120_000;
const [folder, keyFile] = process.argv.slice(2);
const client = await MillraceClient.connect(readStack(folder), readFileSync(keyFile, "utf8").trim());

/** Until it gives something. */
async function until(what, look) {
  for (const end = Date.now() + MILLIS; Date.now() < end;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no ${what} in ${MILLIS} ms`);
}

async function refused(code, ...request) {
  const error = await client.ask(...request).then(() => assert.fail(`${code} expected`), (failure) => failure);
  assert.ok(error instanceof RequestRefused, String(error));
  assert.equal(error.code, code);
  return error;
}

assert.equal(await client.balance(), 0n, "a new key");
await assert.rejects(client.deposit(DEPOSIT + 1n), RangeError, "no whole amount of the token");
await client.deposit(DEPOSIT);
assert.equal(await client.balance(), DEPOSIT);

// the engine hears of a deposit a moment after it is final
const first = await until("answer", () =>
  client.ask("Call me Ishmael.", { maxFeeNano: FEE }).catch((error) => {
    assert.equal(error.code, "UNKNOWN_ACCOUNT");
    return undefined;
  }));
assert.ok(first.debitNano > 0n && first.debitNano <= FEE);
assert.ok(await client.isSignedByProvider(first));
assert.ok(!(await client.isSignedByProvider({ ...first, embedding: first.embedding.map((component) => -component) })), "another vector");
assert.ok(!(await client.isSignedByProvider({ ...first, requestId: `0x${"11".repeat(32)}` })), "another request");

await refused("FEE_CAP_TOO_LOW", "There now is your insular city.", { maxFeeNano: 1n });
const unread = await refused("SCHEMA", "", { maxFeeNano: FEE });
assert.equal(unread.rejection.requestId, null, "known by where it lies");
await refused("SCHEMA", [], { maxFeeNano: FEE });
await refused("TOO_MANY_TEXTS", Array(129).fill("a"), { maxFeeNano: FEE });
await refused("UNKNOWN_MODEL", "a", { maxFeeNano: FEE, model: `0x${"11".repeat(32)}` });

// a list gives what its texts give, bit for bit
const texts = ["Call me Ishmael.", ...Array.from({ length: 127 }, (_, i) => `sea number ${i}`)];
const list = await client.ask(texts, { maxFeeNano: 128n * FEE });
assert.equal(list.embeddings.length, 128);
assert.deepEqual(list.embeddings[0], first.embedding);
assert.ok(await client.isSignedByProvider(list));
assert.ok(!(await client.isSignedByProvider({ ...list, embeddings: list.embeddings.toReversed() })), "in another order");
assert.ok(!(await client.isSignedByProvider({ ...list, embeddings: list.embeddings.slice(1) })), "one is missing");
const one = await client.ask(texts.slice(0, 1), { maxFeeNano: FEE });
assert.deepEqual(one.embeddings, [first.embedding]);
assert.ok((await client.isSignedByProvider(one)) && !(await client.isSignedByProvider({ ...one, list: false })), "a list of one is no text");

const more = await Promise.all(Array.from({ length: 20 }, (_, i) => client.ask(`whale number ${i}`, { maxFeeNano: FEE })));
assert.equal(new Set(more.map(({ requestId }) => requestId)).size, 20);
assert.ok((await Promise.all(more.map((answer) => client.isSignedByProvider(answer)))).every(Boolean));

const ofList = await until("receipt of the list", () => client.receipt(list));
await until("settlement of the list", () => client.verify(list, ofList));
const proof = await until("receipt", () => client.receipt(first));
await until("settlement", () => client.verify(first, proof));
assert.ok(await client.vault.verifyReceipt(proof), "the vault finds the same");
assert.deepEqual([...ofList.wrongTotals, ...proof.wrongTotals], [], "each leaf of the shard carries on what was earned before it");
const account = proof.receipt.providerAccount;
const owner = (await client.vault.earningOwnerOf(account)).toLowerCase();
assert.notEqual(owner, first.result.provider.address, "the key that signs is not the owner's");
assert.equal(await client.vault.signsUntil(account, first.result.provider.address), 2n ** 64n - 1n, "and signs for it");
assert.equal(await client.vault.signsUntil(account, client.address), 0n, "another does not");
const dearer = { ...proof, receipt: { ...proof.receipt, debitNano: BigInt(proof.receipt.debitNano) + 1n } };
assert.ok(!(await client.verify(first, dearer)), "a charge of another amount");
assert.ok(!(await client.verify({ ...first, debitNano: first.debitNano + 1n }, dearer)), "the same, and an answer that agrees");
assert.ok(!(await client.vault.verifyReceipt(dearer)));
assert.ok(!(await client.verify(more[0], proof)), "another answer's");
assert.ok(!(await client.verify(first, { ...proof, header: { ...proof.header, l2Block: 1 } })), "a header that was not settled");

const charged = [first, list, one, ...more].reduce((sum, { debitNano }) => sum + debitNano, 0n);
await until("end of what was charged", async () => (await client.balance()) === DEPOSIT - charged);
const left = await client.balance();
assert.equal(await client.withdraw(left), left - (left % 1000n), "all of it, in whole units of the token");
assert.equal(await client.cancelWithdrawal(), 0n, "all was released");

const PUT_BACK = 1_000_000n;
await client.deposit(PUT_BACK);
await client.vault.requestWithdrawal(PUT_BACK);
// an epoch may have been faster
const cancelled = await client.cancelWithdrawal();
assert.ok([0n, PUT_BACK].includes(cancelled), "all or nothing is open");
assert.equal(await client.balance(), cancelled, "what was not released stays");
await client.close();
console.log(JSON.stringify({ chargedNano: String(charged), embedding: first.embedding }));
