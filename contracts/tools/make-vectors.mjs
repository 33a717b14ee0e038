// Writes test/vectors/*.json, which the Solidity and the Java tests read; --check only compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { chargeRules } from "./vectors/charge-rules.mjs";
import { merkleSums } from "./vectors/merkle-sum.mjs";
import { packedWords } from "./vectors/packed-words.mjs";
import { epochHeaders, outcomeDigests, receiptLeaves, requestDigests } from "./vectors/typed-data.mjs";

const folder = new URL("../test/vectors/", import.meta.url);
const vectors = {
  "request-digest": requestDigests(),
  "outcome-digest": outcomeDigests(),
  "receipt-leaf": receiptLeaves(),
  "epoch-header": epochHeaders(),
  "merkle-sum": merkleSums(),
  "packed-words": packedWords(),
  "charge-rules": chargeRules(),
};

const check = process.argv.includes("--check");
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(vectors)) {
  const file = new URL(`${name}.json`, folder);
  const text = JSON.stringify(content, null, 2) + "\n";
  if (!check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`test/vectors/${name}.json is not what tools/make-vectors.mjs makes: run "npm run vectors" and read the difference`);
    process.exitCode = 1;
  }
}
