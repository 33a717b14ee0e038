// npm run --silent keystore KEY_FILE PASSPHRASE_FILE > keystore.json: a private key, encrypted (Web3 Secret Storage, version 3).
import { Wallet } from "ethers";
import { readSecret } from "../config.js";

const [keyFile, passphraseFile] = process.argv.slice(2);
if (keyFile === undefined || passphraseFile === undefined) {
  console.error("usage: npm run --silent keystore KEY_FILE PASSPHRASE_FILE > keystore.json");
  process.exit(2);
}
try {
  console.log(await new Wallet(readSecret(keyFile)).encrypt(readSecret(passphraseFile)));
} catch (error) {
  console.error(`keystore: ${error instanceof Error ? error.message : error}`);
  process.exit(3);
}
