// Reads the topics of answers and refusals with kafkajs up to one sentinel each, as read_committed as it can.
// node reread.mjs BROKER SENT   SENT: JSON list of {id, partition, baseOffset}; prints {"read": records, "ends": {id: record}}
import { Kafka, logLevel } from "kafkajs";
import { Ends } from "./ends.mjs";

const [broker, sent] = process.argv.slice(2);
const topics = ["inference.results", "inference.rejections"];
const ends = new Ends();
JSON.parse(sent).forEach(({ id, ...place }) => ends.sent(id, place));

const consumer = new Kafka({ clientId: "reread", brokers: [broker], logLevel: logLevel.ERROR }).consumer({ groupId: `reread-${process.pid}` });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
const open = new Set(topics);
let read = 0;
await new Promise((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
  consumer.run({
    eachMessage: async ({ topic, message }) => {
      const record = JSON.parse(message.value.toString("utf8"));
      if (record.sentinel) open.delete(topic);
      else {
        read++;
        ends.take(record);
      }
      if (open.size === 0) resolve();
    },
  });
});
console.log(JSON.stringify({ read, ends: ends.all() }));
await consumer.disconnect();
