// node dist/main.js CONFIG.yaml…
import { MillraceClient } from "@millrace/client";
import { Wallet } from "ethers";
import { pino } from "pino";
import { readFileSync } from "node:fs";
import { Budget } from "./budget.js";
import { kafkaLogin, readConfig, readSecret } from "./config.js";
import { serverOf } from "./server.js";

const [file, ...more] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node dist/main.js CONFIG.yaml…");
  process.exit(2);
}

try {
  await run(file, more);
} catch (error) {
  console.error(`millrace-gateway: ${error instanceof Error ? error.message : error}`);
  process.exit(3);
}

async function run(first: string, more: string[]): Promise<void> {
  const config = readConfig(first, ...more);
  const { keystore, passphraseFile } = config.key;
  const wallet = await Wallet.fromEncryptedJson(readFileSync(keystore, "utf8"), readSecret(passphraseFile));
  const budget = await Budget.open(config.journal);
  const [model] = Object.values(config.models);
  const { brokers, rpcUrl, chainId, vault } = config.engine;
  const engine = { brokers, kafka: kafkaLogin(config.engine), rpcUrl, chainId, vault, model: model!.id };
  const client = await MillraceClient.connect(engine, wallet.privateKey);
  const server = serverOf(config, client, budget, pino());
  const end = async () => {
    await server.close(); // takes no more, and waits for what it has taken
    await client.close();
    await budget.close();
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void end());
  const address = await server.listen(config.listen);
  console.log(`millrace-gateway: ${address}/v1 spends from ${client.address}`);
}
