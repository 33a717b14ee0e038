// Writes ethereum.json, by ethers: calls and transactions that this package must encode the same. node vectors.mjs
// It takes ethers from the TypeScript package beside this one, after npm ci there.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Interface, Transaction, Wallet, encodeRlp } = createRequire(new URL("../../typescript/", import.meta.url))("ethers");
const hex = (byte, bytes = 32) => `0x${byte.repeat(bytes)}`;
const key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"; // anvil's first, known to everyone

const calls = [
  ["token()", []],
  ["deposit(uint256)", [(1n << 256n) - 1n]],
  ["approve(address,uint256)", [hex("a1", 20), 5_000_000n]],
  ["f(bool,uint64[],(bytes32,uint256[],uint8)[],uint8)", [true, [1n, (1n << 64n) - 1n], [[hex("0b"), [], 7n], [hex("0c"), [3n], 255n]], 9n]],
  ["g(uint64,(bytes32,uint256[]),((uint8,uint64),bytes32[],uint64[]))", [1n, [hex("01"), [2n, 3n]], [[4n, 5n], [hex("06")], [7n]]]],
];
const transactions = [
  { chainId: 1, nonce: 0, maxPriorityFeePerGas: 0, maxFeePerGas: 1, gasLimit: 21000, to: hex("00", 20), data: "0x" },
  { chainId: 31337, nonce: 127, maxPriorityFeePerGas: 1e9, maxFeePerGas: 3e9, gasLimit: 128, to: hex("7f", 20), data: "0x00" },
  { chainId: 42161, nonce: 128, maxPriorityFeePerGas: 1, maxFeePerGas: 256, gasLimit: 16777216, to: hex("ff", 20), data: hex("5a", 300) },
];
const items = ["0x", "0x00", "0x7f", "0x80", hex("aa", 55), hex("aa", 56), hex("aa", 1024), [], [[], [[]], ["0x01", []]], Array(60).fill("0x05")];
const text = (value) => JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `n${each}` : each));
const line = (list) => list.map((each) => `    ${text(each)}`).join(",\n");

writeFileSync(new URL("ethereum.json", import.meta.url), `{
  "calls": [
${line(calls.map(([signature, values]) => {
  const functions = new Interface([`function ${signature}`]);
  return { signature, values, data: functions.encodeFunctionData(functions.fragments[0], values) };
}))}
  ],
  "rlp": [
${line(items.map((item) => ({ item, encoded: encodeRlp(item) })))}
  ],
  "transactions": [
${line(await Promise.all(transactions.map(async (fields) => {
  const signed = await new Wallet(key).signTransaction({ type: 2, ...fields });
  const { unsignedHash, signature, from } = Transaction.from(signed);
  return { ...fields, digest: unsignedHash, signature: signature.serialized, from: from.toLowerCase(), signed };
})))}
  ]
}
`);
