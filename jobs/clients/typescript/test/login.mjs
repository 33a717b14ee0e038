// One answer from brokers with TLS and a login, and its proof: node test/login.mjs DOOR.json KEY_FILE
import { readFileSync } from "node:fs";
import { MillraceClient } from "@millrace/client";

const [file, key] = process.argv.slice(2);
const { brokers, ca, username, password, ...engine } = JSON.parse(readFileSync(file, "utf8"));
const kafka = { ssl: { ca: [readFileSync(ca, "utf8")] }, sasl: { mechanism: "plain", username, password } };
const client = await MillraceClient.connect({ ...engine, brokers, kafka }, readFileSync(key, "utf8").trim());
const answer = await client.ask("Call me Ishmael.", { maxFeeNano: 10_000n });
for (const end = Date.now() + 120_000; ;) {
  const proof = await client.receipt(answer);
  if (proof !== undefined && (await client.verify(answer, proof))) break;
  if (Date.now() > end) throw new Error(`${answer.requestId} is not settled after two minutes`);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log("verified");
await client.close();
