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
