// solc-js in this process: forge would start it anew for every mutant.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const solc = createRequire(import.meta.url)("solc");
const read = (path) => readFileSync(path.startsWith("@") ? `node_modules/${path}` : path, "utf8");

function compile(files, outputSelection, settings, changed) {
  const sources = Object.fromEntries(files.map((file) => [file, { content: changed[file] ?? read(file) }]));
  const input = { language: "Solidity", sources, settings: { evmVersion: "cancun", outputSelection, ...settings } };
  const imports = (path) => ({ contents: changed[path] ?? read(path) });
  return JSON.parse(solc.compile(JSON.stringify(input), { import: imports }));
}

/** By path: the syntax tree of every file that `files` reach. */
export function syntaxTrees(files) {
  const { sources } = compile(files, { "*": { "": ["ast"] } }, {}, {});
  return Object.fromEntries(Object.entries(sources).map(([file, { ast }]) => [file, ast]));
}

/**
 * @param changed  sources by path that stand in for the files
 * @param optimize as the shipped contract is; otherwise as fast as it goes
 * @returns creation code without metadata, or undefined if it does not compile
 */
export function creationCode(file, contract, changed, optimize = false) {
  const optimizer = optimize ? { enabled: true, runs: 300 } : { enabled: false };
  const settings = { viaIR: optimize, optimizer, metadata: { appendCBOR: false } };
  const { contracts } = compile([file], { [file]: { [contract]: ["evm.bytecode.object"] } }, settings, changed);
  const code = contracts?.[file]?.[contract]?.evm.bytecode.object;
  return code ? `0x${code}` : undefined;
}
