// Reads topics once, from a point in time to where they end.
import { randomUUID } from "node:crypto";
import type { Admin } from "kafkajs";
import type { KafkaAccess } from "./deployment.js";
import { kafkaAt } from "./stream.js";

const FETCH_MILLIS = 250;

/**
 * Hands every record of `topics` to `take`, one after the other, until that says true or throws, or there are no more.
 *
 * @param sinceMillis append time of the oldest that are of interest; 0 for all
 */
export async function scan(
  access: KafkaAccess, topics: readonly string[], sinceMillis: number, take: (topic: string, value: string) => Promise<boolean>,
): Promise<void> {
  const kafka = kafkaAt(access);
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `millrace-client-${randomUUID()}`, maxWaitTimeInMs: FETCH_MILLIS });
  try {
    await Promise.all([admin.connect(), consumer.connect()]);
    const from = await positions(admin, topics, sinceMillis);
    const nodes = (await admin.describeCluster()).brokers.length;
    await new Promise<void>((resolve, reject) => {
      // At each join anew: kafkajs makes a new group where a broker was not ready. Records that come twice are one to `take`.
      consumer.on(consumer.events.GROUP_JOIN, () => from.forEach((position) => consumer.seek(position)));
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      // A partition may end in markers of transactions, which no handler sees: it has ended once fetches bring nothing.
      let empty = 0;
      let taking = false;
      consumer.on(consumer.events.FETCH, ({ payload }) => {
        empty = payload.numberOfBatches === 0 && !taking ? empty + 1 : 0;
        if (empty > 2 * nodes) resolve();
      });
      consumer
        .subscribe({ topics: [...topics], fromBeginning: true })
        .then(() => consumer.run({
          autoCommit: false,
          eachMessage: async ({ topic, message }) => {
            if (message.value === null) return;
            taking = true;
            try {
              if (await take(topic, message.value.toString("utf8"))) resolve();
            } catch (error) {
              reject(error); // else kafkajs hands the record over again, for ever
            } finally {
              taking = false;
            }
          },
        }))
        .catch(reject);
    });
  } finally {
    await Promise.all([admin.disconnect(), consumer.disconnect()]);
  }
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

async function positions(admin: Admin, topics: readonly string[], sinceMillis: number): Promise<Position[]> {
  if (sinceMillis === 0) return [];
  const found = await Promise.all(topics.map(async (topic) => {
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMillis);
    return offsets.map(({ partition, offset }) => ({ topic, partition, offset }));
  }));
  return found.flat().filter(({ offset }) => offset !== "-1");
}
