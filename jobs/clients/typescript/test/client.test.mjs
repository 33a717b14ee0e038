import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet } from "ethers";
import { MillraceClient } from "../dist/client.js";
import { NoAnswerYet } from "../dist/errors.js";

const HOUR = 3600_000;
const deployment = { chainId: 1, vault: `0x${"11".repeat(20)}`, model: `0x${"22".repeat(32)}` };

test("what was not heard of is waited for as long as anyone asks, and forgotten a day later", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const forgotten = [];
  const stream = { ask: async () => undefined, end: async () => undefined, forget: (id) => forgotten.push(id) };
  const client = new MillraceClient(deployment, Wallet.createRandom(), undefined, stream, undefined);
  const ask = () => client.ask("a", { maxFeeNano: 1n, deadlineMillis: HOUR }).then(assert.fail, (error) => {
    assert.ok(error instanceof NoAnswerYet);
    return error.requestId;
  });
  const first = await ask();
  t.mock.timers.tick(20 * HOUR);
  const second = await ask();
  assert.deepEqual(forgotten, []);
  await assert.rejects(client.answerTo(first, 2 * HOUR), NoAnswerYet);
  t.mock.timers.tick(25 * HOUR);
  await ask();
  assert.deepEqual(forgotten, []);
  t.mock.timers.tick(2 * HOUR);
  await ask();
  assert.deepEqual(forgotten, [first, second]);
});
