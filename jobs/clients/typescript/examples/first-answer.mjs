// node examples/first-answer.mjs STACK_FOLDER [TEXT]
import { readFileSync } from "node:fs";
import { MillraceClient, readStack } from "@millrace/client";

const [folder, text = "Call me Ishmael."] = process.argv.slice(2);
const client = await MillraceClient.connect(readStack(folder), readFileSync(`${folder}/keys/requester-1`, "utf8").trim());
const answer = await client.ask(text, { maxFeeNano: 10_000n });
console.log(answer.embedding.slice(0, 4), `${answer.debitNano} nano-USD`, "signed by its provider:", await client.isSignedByProvider(answer));
await client.close();
