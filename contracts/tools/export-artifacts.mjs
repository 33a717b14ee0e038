// Cuts ABI and creation code out of forge's artifacts, in the two files per contract that web3j's generator reads.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const [target, ...contracts] = process.argv.slice(2);
mkdirSync(target, { recursive: true });
for (const contract of contracts) {
  const { abi, bytecode } = JSON.parse(readFileSync(`out/${contract}.sol/${contract}.json`, "utf8"));
  writeFileSync(`${target}/${contract}.abi`, JSON.stringify(abi));
  writeFileSync(`${target}/${contract}.bin`, bytecode.object.replace(/^0x/, ""));
}
