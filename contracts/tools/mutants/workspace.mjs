// A copy of the project in which artifacts are swapped and tests run, so that the real one never holds a mutant.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { creationCode } from "./compiler.mjs";

const VAULT = { file: "src/SettlementVault.sol", contract: "SettlementVault" };
const REGISTRY = { file: "src/ModelRegistry.sol", contract: "ModelRegistry" };
const PROVIDERS = { file: "src/ProviderRegistry.sol", contract: "ProviderRegistry" };
const TRIBUNAL = { file: "src/Tribunal.sol", contract: "Tribunal" };
const LIBRARIES = { file: "test/harness/LibraryHarness.sol", contract: "LibraryHarness" };
const LIBRARY_TESTS = "test/unit/{merkleSum,packedWords,vectors}/*";
const INVARIANTS = "test/invariant/vaultInvariants.t.sol";
const TRIBUNAL_TESTS = "test/unit/tribunal/*";
const OTHER_TESTS = "test/{gas/*,unit/{modelRegistry,providerRegistry,tribunal}/*,invariant/*}";

const VAULT_STEPS = [
  { built: [VAULT], tests: ["--no-match-path", OTHER_TESTS] },
  { built: [], tests: ["--match-path", INVARIANTS] },
];

const TRIBUNAL_STEPS = [{ built: [TRIBUNAL], tests: ["--match-path", TRIBUNAL_TESTS] }];

/** The tests that are about a file go first, without the fuzzing of whole epochs: most mutants meet no others. */
const first = (built, path, steps) => [{ built: [built], tests: ["--match-path", path] }, ...steps];
const ofUnits = (names, steps) => first(VAULT, `test/unit/{${names}}/*`, steps);
const ofTribunal = (names) => first(TRIBUNAL, `test/unit/tribunal/{${names}}.t.sol`, TRIBUNAL_STEPS);
const RARE_UNITS = "escape,requestWithdrawal,cancelRequest,takeReleased,withdrawEarnings,openEarningAccount,earningOwner,migrate,"
  + "pause,voidRemainder,rareCalls,constructor";
const COURT = "accuse,answer*,challenge,conclude,prove*,rotation,takeDeposits,tribunalConstructor";

/** What a mutant in a file is compiled into, and the tests of that, the quick ones first. */
const STEPS = {
  "src/ModelRegistry.sol": [{ built: [REGISTRY], tests: ["--match-path", "test/unit/modelRegistry/*"] }],
  "src/ProviderRegistry.sol": [{ built: [PROVIDERS], tests: ["--match-path", "test/unit/providerRegistry/*"] }],
  "src/SettlementVault.sol": ofUnits("settle,verifyReceipt,announceSettler,voidRemainder,constructor", VAULT_STEPS),
  "src/VaultAccounts.sol": ofUnits(`deposit,settle,${RARE_UNITS}`, VAULT_STEPS),
  "src/VaultBooks.sol": ofUnits(RARE_UNITS, VAULT_STEPS),
  "src/RareCalls.sol": ofUnits(RARE_UNITS, VAULT_STEPS),
  "src/SettlerBonds.sol": ofUnits("settlerBonds", VAULT_STEPS),
  "src/Tribunal.sol": ofTribunal(COURT),
  "src/EarningsClaims.sol": ofTribunal("proveUnderpaid*,provePair"),
  "src/libraries/ChargeRules.sol": ofTribunal("prove*"),
  "src/libraries/EpochPaths.sol": ofTribunal("accuse,answer*,prove*"),
  "src/libraries/EarnedTotals.sol": ofTribunal("prove*"),
  "src/libraries/SignedStructs.sol": TRIBUNAL_STEPS,
  library: [{ built: [LIBRARIES], tests: ["--match-path", LIBRARY_TESTS] }, ...VAULT_STEPS],
};

const stepsOf = (file) => STEPS[file] ?? STEPS.library;

export class Workspace {
  #folder = mkdtempSync(join(tmpdir(), "millrace-mutants-"));
  #originals = new Map();
  #shipped = new Map();
  #replaced = new Set();

  /** @param prepared folder of another workspace, whose compiled tests serve here too */
  constructor(prepared) {
    for (const part of ["foundry.toml", "src", "script", "test"]) this.#copy(".", part);
    // the tests as they were compiled last, if they ever were
    const compiled = prepared ?? ".";
    for (const part of ["out/test", "cache/test"]) if (existsSync(join(compiled, part))) this.#copy(compiled, part);
    symlinkSync(resolve("node_modules"), join(this.#folder, "node_modules"));
    this.#writeCompiler();
    for (const target of [VAULT, REGISTRY, PROVIDERS, TRIBUNAL, LIBRARIES]) {
      this.#originals.set(target, creationCode(target.file, target.contract, {}));
      this.#write(target, this.#originals.get(target));
    }
  }

  /** forge asks for the version on every run: answered without starting solc-js. */
  #writeCompiler() {
    const version = spawnSync("tools/solc", ["--version"], { encoding: "utf8" }).stdout;
    mkdirSync(join(this.#folder, "tools"));
    writeFileSync(
      join(this.#folder, "tools/solc"),
      `#!/bin/sh\nif [ "$1" = --version ]; then\ncat <<'END'\n${version}END\nelse\nexec ${resolve("tools/solc")} "$@"\nfi\n`,
      { mode: 0o755 },
    );
  }

  get folder() {
    return this.#folder;
  }

  #copy(from, part) {
    cpSync(join(from, part), join(this.#folder, part), { recursive: true, preserveTimestamps: true });
  }

  #write({ contract }, code) {
    const folder = join(this.#folder, `out/${contract}.sol`);
    mkdirSync(folder, { recursive: true });
    const artifact = { abi: [], bytecode: { object: code, linkReferences: {} }, deployedBytecode: { object: "0x" } };
    writeFileSync(join(folder, `${contract}.json`), JSON.stringify(artifact));
  }

  #run(command, ...rest) {
    return spawnSync(resolve("node_modules/.bin/forge"), [command, "--root", this.#folder, ...rest], {
      encoding: "utf8",
      timeout: 300_000,
      killSignal: "SIGKILL",
      env: {
        ...process.env, FOUNDRY_PROFILE: "test", FOUNDRY_FUZZ_RUNS: "64", FOUNDRY_INVARIANT_RUNS: "4",
        // an endless loop ends here
        FOUNDRY_GAS_LIMIT: "4000000000", NO_COLOR: "1",
      },
    });
  }

  /** @param mayBeNone whether there may be no such test */
  #test(tests, mayBeNone = false) {
    const run = this.#run("test", "--fail-fast", "-j", "1", ...tests);
    if (run.error?.code === "ETIMEDOUT") return { verdict: "killed", by: "time" };
    if (run.status === 0) {
      // forge is content to find no test at all
      if (!mayBeNone && !/ [1-9]\d* tests passed/.test(run.stdout)) throw new Error(`no test was run by ${tests.join(" ")}:\n${run.stdout}`);
      return { verdict: "survived" };
    }
    const failed = run.stdout.match(/\[FAIL.*?\] (\w+)/)?.[1] ?? run.stdout.match(/\[FAIL[^\n]*\n(?:[^\n]*\n)*? (\w+)\(/)?.[1];
    if (failed === undefined) throw new Error(`forge failed without a failing test:\n${run.stdout}\n${run.stderr}`);
    return { verdict: "killed", by: failed };
  }

  /** Fails unless every test passes without a mutant: otherwise any mutant would seem killed. */
  requireGreen(tests = ["--no-match-path", "test/{gas,invariant}/*"]) {
    this.#run("build");
    const { verdict, by } = this.#test(tests);
    if (verdict !== "survived") throw new Error(`${by} fails without any mutant: mend that first`);
  }

  /** Swaps in `targets` made of `changed`; false if one does not compile. */
  #build(targets, file, changed) {
    for (const target of targets.filter((target) => !this.#replaced.has(target))) {
      const code = creationCode(target.file, target.contract, { [file]: changed });
      if (code === undefined) return false;
      this.#replaced.add(target);
      this.#write(target, code);
    }
    return true;
  }

  /**
   * @param changed the source of `file` with a mutant in it
   * @param only    forge's arguments that choose the tests; otherwise all that can notice
   * @param killer  {step, by} of the last time: its test goes first, and says nothing if it passes
   */
  judge(file, changed, { only, killer } = {}) {
    for (const target of this.#replaced) this.#write(target, this.#originals.get(target));
    this.#replaced.clear();
    const steps = only ? [{ built: stepsOf(file).flatMap(({ built }) => built), tests: only }] : stepsOf(file);
    if (/^(test|invariant)/.test(killer?.by) && killer.step < steps.length) {
      const targets = steps.slice(0, killer.step + 1).flatMap(({ built }) => built);
      if (!this.#build(targets, file, changed)) return { verdict: "does not compile" };
      const { verdict, by } = this.#test([...steps[killer.step].tests, "--match-test", `^${killer.by}\\(`], true);
      if (verdict === "killed") return { verdict, by, step: killer.step };
    }
    for (const [step, { built, tests }] of steps.entries()) {
      if (!this.#build(built, file, changed)) return { verdict: "does not compile" };
      const { verdict, by } = this.#test(tests);
      if (verdict === "killed") return { verdict, by, step };
    }
    return { verdict: "survived" };
  }

  /** Whether the optimizer makes the same code of the mutant as of the original. */
  isSameCode(file, changed) {
    const target = stepsOf(file).flatMap(({ built }) => built).at(-1);
    if (!this.#shipped.has(target)) this.#shipped.set(target, creationCode(target.file, target.contract, {}, true));
    return this.#shipped.get(target) === creationCode(target.file, target.contract, { [file]: changed }, true);
  }

  close() {
    rmSync(this.#folder, { recursive: true });
  }
}
