// Every mutant of a source file, found on solc's syntax tree.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { syntaxTrees } from "./compiler.mjs";
import { mutationsOf } from "./mutations.mjs";

export const SOURCES = [
  "src/SettlementVault.sol",
  "src/VaultAccounts.sol",
  "src/VaultBooks.sol",
  "src/RareCalls.sol",
  "src/SettlerBonds.sol",
  "src/libraries/PackedWords.sol",
  "src/libraries/MerkleSum.sol",
  "src/libraries/StructHash.sol",
  "src/ModelRegistry.sol",
  "src/ProviderRegistry.sol",
  "src/Tribunal.sol",
  "src/EarningsClaims.sol",
  "src/libraries/ChargeRules.sol",
  "src/libraries/EpochPaths.sol",
  "src/libraries/EarnedTotals.sol",
  "src/libraries/SignedStructs.sol",
];

/** Declarations of one kind and type, by each one's id: a slip of the pen takes the next for it. */
function indexSiblings(trees) {
  const groups = new Map();
  const declare = (declarations) => {
    for (const it of declarations) {
      const alike = declarations.filter((other) => other.mutability === it.mutability
        && other.typeDescriptions?.typeString === it.typeDescriptions?.typeString);
      const next = alike[(alike.indexOf(it) + 1) % alike.length];
      groups.set(it.id, next.name !== it.name && next.name ? [next.name] : []);
    }
  };
  const walk = (node) => {
    if (node === null || typeof node !== "object") return;
    if (node.nodeType === "ContractDefinition") declare(node.nodes.filter((it) => it.nodeType === "VariableDeclaration"));
    if (node.nodeType === "StructDefinition") declare(node.members);
    if (node.nodeType === "FunctionDefinition") declare(node.parameters.parameters);
    Object.values(node).forEach(walk);
  };
  Object.values(trees).forEach(walk);
  return (id) => groups.get(id) ?? [];
}

function collect(file, tree, siblings) {
  const source = readFileSync(file);
  const textAt = (node) => {
    const [start, length] = (node.nativeSrc ?? node.src).split(":").map(Number);
    return source.toString("utf8", start, start + length);
  };
  const found = [];
  const seen = new Map();
  const visit = (node, scope) => {
    // what an error says moves no money
    if (node === null || typeof node !== "object" || node.nodeType === "RevertStatement") return;
    if (node.nodeType === "FunctionDefinition") scope = node.name || node.kind;
    if (node.nodeType !== undefined && scope !== undefined) {
      const text = textAt(node);
      const start = Number((node.nativeSrc ?? node.src).split(":")[0]);
      for (const [kind, mutant] of mutationsOf(node, text, textAt, siblings)) {
        const what = [file, scope, kind, text, mutant].join("\0");
        const nth = seen.get(what) ?? 0;
        seen.set(what, nth + 1);
        const id = createHash("sha256").update(`${what}\0${nth}`).digest("hex").slice(0, 10);
        const line = source.subarray(0, start).filter((byte) => byte === 10).length + 1;
        found.push({ id, file, line, scope, kind, original: text, mutant, start, length: Buffer.byteLength(text) });
      }
    }
    Object.values(node).forEach((child) => visit(child, scope));
  };
  for (const contract of tree.nodes.filter((node) => node.nodeType === "ContractDefinition")) {
    for (const part of contract.nodes) {
      if (part.nodeType === "FunctionDefinition") visit(part, undefined);
      if (part.nodeType === "VariableDeclaration" && part.value) visit(part.value, part.name);
    }
  }
  return found;
}

/** All of them, in source order; ids outlast edits elsewhere in the file. */
export function allMutants() {
  const trees = syntaxTrees(SOURCES);
  const siblings = indexSiblings(trees);
  return SOURCES.flatMap((file) => collect(file, trees[file], siblings));
}

/** The source of `mutant`'s file with the mutant in it. */
export function mutatedSource({ file, start, length, mutant }) {
  const source = readFileSync(file);
  return Buffer.concat([source.subarray(0, start), Buffer.from(mutant), source.subarray(start + length)]).toString("utf8");
}
