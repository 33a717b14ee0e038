// The tests with many more runs, and the number of calls that the invariants made: at least a million.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const LEAST_CALLS = 1_000_000;

function forge(settings, ...options) {
  const env = { ...process.env, FOUNDRY_PROFILE: "test", NO_COLOR: "1", ...settings };
  return spawn("node_modules/.bin/forge", ["test", ...options], { env, stdio: ["ignore", "pipe", "inherit"] });
}

async function calls(run) {
  let sum = 0;
  for await (const line of createInterface({ input: run.stdout })) {
    const campaign = line.match(/^\[PASS\] (invariant_\w+)\(\) \(runs: (\d+), calls: (\d+)/);
    if (campaign) sum += Number(campaign[3]);
    if (/^(\[|Suite result|Ran )/.test(line)) console.log(line);
  }
  const status = run.exitCode ?? (await new Promise((done) => run.once("exit", done)));
  if (status !== 0) throw new Error(`forge test ended with status ${status}: the failing sequence is printed above`);
  return sum;
}

const start = Date.now();
await calls(forge({ FOUNDRY_FUZZ_RUNS: "20000" }, "--no-match-path", "test/{gas,invariant}/*"));
// Every campaign is as long: what the vault keeps for ever (headers, accounts) grows along a sequence, so depth counts.
const sum = await calls(
  forge({ FOUNDRY_INVARIANT_RUNS: "400", FOUNDRY_INVARIANT_DEPTH: "200" }, "--match-path", "test/invariant/*"));
console.log(`${sum} calls of the invariants' handlers, ${Math.round((Date.now() - start) / 1000)} s`);
if (sum < LEAST_CALLS) throw new Error(`fewer than ${LEAST_CALLS} calls: raise FOUNDRY_INVARIANT_RUNS here`);
