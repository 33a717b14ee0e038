// A client written only from operators/README.md: signs one text as a request, sends it, waits for what becomes of it.
// node client.mjs STACK_FOLDER TEXT [MAX_FEE_NANO [KEY_FILE]]   prints the result or the rejection, one line of JSON
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { TypedDataEncoder, Wallet, ZeroHash, keccak256, toUtf8Bytes } from "ethers";
import { Kafka, Partitioners, logLevel } from "kafkajs";
import { Ends } from "./ends.mjs";

const PATIENCE_MILLIS = 120_000;

const [folder, input, maxFeeNano = "10000", keyFile] = process.argv.slice(2);
const stack = JSON.parse(readFileSync(`${folder}/stack.json`, "utf8"));
const wallet = new Wallet(readFileSync(keyFile ?? stack.requesters[0].keyFile, "utf8").trim());

const domain = { name: "Millrace", version: "1", chainId: stack.chainId, verifyingContract: stack.vault };
const types = {
  InferenceRequest: [
    { name: "requester", type: "address" },
    { name: "model", type: "bytes32" },
    { name: "inputHash", type: "bytes32" },
    { name: "optionsHash", type: "bytes32" },
    { name: "maxFeeNano", type: "uint64" },
    { name: "deadline", type: "uint64" },
    { name: "nonce", type: "uint64" },
  ],
};
const terms = {
  requester: wallet.address.toLowerCase(),
  model: stack.model,
  maxFeeNano, // both uint64 as decimal strings: a number of JavaScript carries 53 bits
  deadline: Date.now() + 10 * 60_000,
  nonce: randomBytes(8).readBigUInt64BE().toString(),
};
const struct = { ...terms, inputHash: keccak256(toUtf8Bytes(input)), optionsHash: ZeroHash };
const requestId = TypedDataEncoder.hash(domain, types, struct);
const request = { ...terms, input, signature: await wallet.signTypedData(domain, types, struct) };

const kafka = new Kafka({ clientId: "js-client", brokers: [stack.bootstrapServers], logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const consumer = kafka.consumer({ groupId: `js-client-${requestId}` });
await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topics: ["inference.results", "inference.rejections"], fromBeginning: true });

const ends = new Ends();
let sent;
const place = new Promise((resolve) => (sent = resolve));

const ended = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`no answer to ${requestId} in ${PATIENCE_MILLIS} ms`)), PATIENCE_MILLIS).unref();
  // A broker that has just started may still be loading its group coordinator: then kafkajs joins again by itself.
  consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
  consumer.run({
    eachMessage: async ({ message }) => {
      const record = JSON.parse(message.value.toString("utf8"));
      await place;
      if (ends.take(record) === requestId) resolve(record);
    },
  });
});
const [acknowledged] = await producer.send({
  topic: "inference.requests",
  messages: [{ key: terms.requester, value: JSON.stringify(request) }],
});
ends.sent(requestId, acknowledged);
sent();
console.log(JSON.stringify(await ended));
await Promise.all([producer.disconnect(), consumer.disconnect()]);
