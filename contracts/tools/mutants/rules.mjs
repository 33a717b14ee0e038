// The named mutants of test/mutants/rules: each breaks one money rule, and the tests it cites must fail.
import { readdirSync, readFileSync } from "node:fs";
import { Workspace } from "./workspace.mjs";

const FOLDER = "test/mutants/rules";

/** A patch: `name: value` lines, then a unified diff of one hunk; its lines count, its line numbers do not. */
function read(name) {
  const [head, hunk] = readFileSync(`${FOLDER}/${name}`, "utf8").split(/^@@.*@@\n/m);
  const values = (key) => [...head.matchAll(new RegExp(`^${key}: (.+)$`, "gm"))].map(([, value]) => value);
  const lines = hunk.replace(/\n$/, "").split("\n");
  const side = (other) => lines.filter((line) => line[0] !== other).map((line) => `${line.slice(1)}\n`).join("");
  const file = head.match(/^--- a\/contracts\/(.+)$/m)[1];
  const source = readFileSync(file, "utf8");
  const [before, after, ...more] = source.split(side("+"));
  if (after === undefined || more.length !== 0) {
    throw new Error(`${name} does not fit ${file}: its old lines must be there once; write the patch anew`);
  }
  return { name, rule: values("rule")[0], breaks: values("breaks")[0], tests: values("killed by"), file, changed: before + side("-") + after };
}

/** Prints a table; false if a cited test passes with its mutant. */
export function runRules(names) {
  const patches = readdirSync(FOLDER).filter((name) => name.endsWith(".patch")).map(read);
  const chosen = patches.filter(({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)));
  const workspace = new Workspace();
  let survivors = 0;
  try {
    const cited = new Set(chosen.flatMap(({ tests }) => tests));
    workspace.requireGreen(["--match-test", `^(${[...cited].join("|")})\\(`]);
    for (const { name, rule, breaks, tests, file, changed } of chosen) {
      for (const test of tests) {
        const { verdict } = workspace.judge(file, changed, { only: ["--match-test", `^${test}\\(`] });
        if (verdict !== "killed") survivors += 1;
        console.log(`${rule.padEnd(4)} ${verdict.padEnd(8)} ${name.replace(".patch", "")}: ${breaks}\n       ${test}`);
      }
    }
  } finally {
    workspace.close();
  }
  console.log(`${chosen.length} mutants, ${survivors} survive`);
  return survivors === 0;
}
