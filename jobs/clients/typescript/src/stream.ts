// Requests to Kafka, and what becomes of them from it.
import { randomUUID } from "node:crypto";
import { type Admin, type Consumer, Kafka, Partitioners, type Producer, logLevel } from "kafkajs";
import type { KafkaAccess } from "./deployment.js";
import { Ends, type End } from "./ends.js";
import { parseRecord } from "./json.js";

const REQUESTS = "inference.requests";
const ENDS = ["inference.results", "inference.rejections"];
const JOIN_MILLIS = 60_000;

/** One connection for any number of requests at a time. */
export class RequestStream {
  readonly #ends = new Ends();
  readonly #waiting = new Map<string, () => void>();
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  #failure: Error | undefined;

  private constructor(kafka: Kafka) {
    this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    this.#consumer = kafka.consumer({ groupId: `millrace-client-${randomUUID()}` });
  }

  /** Connects, and from then on hears what becomes of requests that are sent. */
  static async open(access: KafkaAccess): Promise<RequestStream> {
    const kafka = kafkaAt(access);
    const stream = new RequestStream(kafka);
    const admin = kafka.admin();
    try {
      await Promise.all([stream.#producer.connect(), stream.#consumer.connect(), admin.connect()]);
      await stream.#listen(admin);
    } catch (error) {
      await stream.close();
      throw error;
    } finally {
      await admin.disconnect();
    }
    return stream;
  }

  /** From the end of each partition as it is now: what was there before is no answer to what comes. */
  async #listen(admin: Admin): Promise<void> {
    const positions = new Map<string, Map<number, string>>();
    for (const topic of ENDS) {
      const partitions = await admin.fetchTopicOffsets(topic);
      positions.set(topic, new Map(partitions.map(({ partition, high }) => [partition, high])));
    }
    await this.#consumer.subscribe({ topics: ENDS, fromBeginning: true });
    const joined = this.#joins(positions);
    const run = this.#consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        if (message.value !== null) {
          const id = this.#ends.take(parseRecord<End>(message.value.toString("utf8")));
          if (id !== undefined) this.#waiting.get(id)?.();
        }
        positions.get(topic)!.set(partition, (BigInt(message.offset) + 1n).toString());
      },
    });
    await Promise.all([joined, run]);
  }

  /**
   * Ends with the first join of the consumer's group. A broker that has just started may still be loading its group coordinator,
   * and one may go away later: kafkajs then makes a new group and joins again by itself, and each time it has to be told anew where
   * to go on. The event comes before the first fetch of the group.
   */
  #joins(positions: ReadonlyMap<string, ReadonlyMap<number, string>>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no consumer group could be joined in ${JOIN_MILLIS / 1000} s`)), JOIN_MILLIS);
      this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => {
        for (const [topic, partitions] of positions) {
          for (const [partition, offset] of partitions) this.#consumer.seek({ topic, partition, offset });
        }
        clearTimeout(late);
        resolve();
      });
      this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
        if (payload.restart) return;
        this.#failure = payload.error;
        clearTimeout(late);
        reject(payload.error);
        this.#waiting.forEach((wake) => wake());
      });
    });
  }

  /**
   * Sends a request and waits for its end.
   *
   * @returns undefined if none has come in `millis`
   */
  async ask(requestId: string, key: string, value: string, millis: number): Promise<End | undefined> {
    this.#ends.expect(requestId);
    try {
      const [acknowledged] = await this.#producer.send({ topic: REQUESTS, messages: [{ key, value }], acks: -1 });
      this.#ends.placed(requestId, acknowledged!.partition, acknowledged!.baseOffset!);
    } catch (error) {
      this.#ends.forget(requestId);
      throw error;
    }
    return this.end(requestId, millis);
  }

  /** Waits, again, for the end of a request that was sent here. */
  async end(requestId: string, millis: number): Promise<End | undefined> {
    const until = Date.now() + millis;
    let end = this.#ends.of(requestId);
    while (end === undefined && Date.now() < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now());
        this.#waiting.set(requestId, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      if (this.#failure) throw this.#failure;
      end = this.#ends.of(requestId);
    }
    this.#waiting.delete(requestId);
    if (end !== undefined) this.#ends.forget(requestId);
    return end;
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#consumer.disconnect()]);
  }
}

/** kafkajs without its own log: what goes wrong is thrown. */
export function kafkaAt({ brokers, kafka }: KafkaAccess): Kafka {
  return new Kafka({ ...kafka, clientId: "millrace-client", brokers: [...brokers], logLevel: logLevel.NOTHING });
}
