import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Budget } from "../dist/budget.js";

const caller = { name: "t", config: { budgetNano: 1_000n } };
let folder, path;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-budget-"));
  path = join(folder, "journal");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function opened(use) {
  const budget = await Budget.open(path);
  try {
    return await use(budget);
  } finally {
    await budget.close();
  }
}

test("what is spent outlives the process, and what was held when it ended counts as spent", async () => {
  await opened(async (budget) => {
    await (await budget.hold(caller, 100n)).settle(30n);
    await budget.hold(caller, 200n);
  });
  await opened(async (budget) => {
    assert.equal(budget.spentNano("t"), 230n);
    await (await budget.hold(caller, 100n)).settle(0n);
  });
  await opened((budget) => assert.equal(budget.spentNano("t"), 230n));
});

test("each state that a crash can leave counts at least what was charged", async () => {
  await opened(async (budget) => {
    for (const nano of [10n, 20n, 30n]) await (await budget.hold(caller, 100n)).settle(nano);
  });
  const whole = readFileSync(path);
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const lines = whole.subarray(0, length).toString().split("\n").slice(0, -1).map((line) => JSON.parse(line));
    const charged = lines.filter(({ kind }) => kind === "spent").reduce((sum, { nano }) => sum + BigInt(nano), 0n);
    const open = lines.filter(({ kind }) => kind === "held").length - lines.filter(({ kind }) => kind === "spent").length;
    await opened((budget) => assert.equal(budget.spentNano("t"), charged + 100n * BigInt(open), `${length} bytes`));
  }
});

test("many at a time are all written", async () => {
  await opened(async (budget) => {
    const holds = await Promise.all(Array.from({ length: 100 }, () => budget.hold({ name: "u", config: { budgetNano: 10_000n } }, 100n)));
    await assert.rejects(budget.hold({ name: "u", config: { budgetNano: 10_000n } }, 1n), { status: 429 });
    await Promise.all(holds.map((hold, i) => hold.settle(BigInt(i))));
  });
  await opened((budget) => assert.equal(budget.spentNano("u"), 4950n));
});

test("a journal that is damaged is not guessed at", async () => {
  await opened(async (budget) => (await budget.hold(caller, 100n)).settle(30n));
  appendFileSync(path, "rubbish\n{}\n");
  await assert.rejects(Budget.open(path), /line 3 is damaged/);
});

const linesOf = () => readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line));

test("a journal is written anew while it grows, with what is spent and what is held", async () => {
  const rich = { name: "u", config: { budgetNano: 1_000_000n } };
  const budget = await Budget.open(path, 50);
  const open = [await budget.hold(caller, 70n), await budget.hold(rich, 40n)];
  for (let i = 0; i < 100; i++) {
    await Promise.all(Array.from({ length: 10 }, async () => (await budget.hold(rich, 100n)).settle(1n)));
    assert.ok(linesOf().length <= 50);
  }
  await open[0].settle(7n);
  await budget.close();
  await opened((reopened) => {
    assert.equal(reopened.spentNano("t"), 7n);
    assert.equal(reopened.spentNano("u"), 1_040n);
  });
});

test("with more held than a journal is long, it is not written anew with each line", async () => {
  const rich = { name: "u", config: { budgetNano: 1_000_000n } };
  const budget = await Budget.open(path, 5);
  const holds = [];
  for (let i = 0; i < 100; i++) holds.push(await budget.hold(rich, 1n));
  assert.equal(linesOf().length, 101 - (linesOf()[0].kind === "total" ? 0 : 1));
  for (const hold of holds) await hold.settle(0n);
  assert.ok(linesOf().length <= 5, `${linesOf().length} lines`);
  await budget.close();
});

test("a journal that cannot be written takes no more holds, and says so", async () => {
  const budget = await Budget.open(path);
  const hold = await budget.hold(caller, 100n);
  assert.equal(budget.failure, undefined);
  await budget.close(); // whatever is written now fails
  await assert.rejects(budget.hold(caller, 100n), { status: 503, code: "journal_failed" });
  await assert.rejects(hold.settle(1n), /journal cannot be written/);
  assert.match(budget.failure.message, /journal cannot be written/);
  await opened((reopened) => assert.equal(reopened.spentNano("t"), 100n));
});

test("a journal is read piece by piece", async () => {
  const lines = Array.from({ length: 20_000 }, (_, id) => [{ kind: "held", id, name: "t\u00fc", nano: "5" }, { kind: "spent", id, nano: "2" }]);
  writeFileSync(path, `${lines.flat().map((entry) => JSON.stringify(entry)).join("\n")}\n`);
  await opened((budget) => assert.equal(budget.spentNano("t\u00fc"), 40_000n));
});
