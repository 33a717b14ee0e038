// Requests to Kafka, and what becomes of them from it.
import { randomUUID } from "node:crypto";
import { type Admin, type Consumer, Kafka, Partitioners, logLevel } from "kafkajs";
import type { KafkaAccess } from "./deployment.js";
import { Ends, type End } from "./ends.js";
import { NoAnswerYet, NotSent } from "./errors.js";
import { parseRecord } from "./json.js";
import { Outbox } from "./outbox.js";

const ENDS = ["inference.results", "inference.rejections"];
const JOIN_MILLIS = 60_000;
/** Of a batch of requests: some 20 s, in which a partition has a new leader. */
const RETRIES = 6;

/** One connection for any number of requests at a time. */
export class RequestStream {
  readonly #ends = new Ends();
  readonly #waiting = new Map<string, () => void>();
  /** Why requests were not acknowledged, until who waits for them is told. */
  readonly #troubles = new Map<string, NoAnswerYet | NotSent>();
  readonly #outbox: Outbox;
  readonly #consumer: Consumer;
  #failure: Error | undefined;

  private constructor(kafka: Kafka) {
    // A retry after a lost acknowledgement is stored once: of two copies the second is refused, and that looks like the request's end.
    const settings = { createPartitioner: Partitioners.DefaultPartitioner, idempotent: true, maxInFlightRequests: 1, retry: { retries: RETRIES } };
    this.#outbox = new Outbox(() => kafka.producer(settings));
    this.#consumer = kafka.consumer({ groupId: `millrace-client-${randomUUID()}` });
  }

  /** Connects, and from then on hears what becomes of requests that are sent. */
  static open(access: KafkaAccess): Promise<RequestStream> {
    return RequestStream.over(kafkaAt(access));
  }

  static async over(kafka: Kafka): Promise<RequestStream> {
    const stream = new RequestStream(kafka);
    const admin = kafka.admin();
    try {
      await Promise.all([stream.#outbox.connect(), stream.#consumer.connect(), admin.connect()]);
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
        clearTimeout(late);
        reject(payload.error);
        this.#fail(payload.error);
      });
    });
  }

  /** Why nothing can be asked any more, if so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Sends a request and waits for its end.
   *
   * @returns undefined if none has come in `millis`
   * @throws NotSent
   * @throws NoAnswerYet if it may lie in the topic, and its acknowledgement or its end will not come
   */
  async ask(requestId: string, key: string, value: string, millis: number): Promise<End | undefined> {
    if (this.#failure !== undefined) throw new NotSent(this.#failure);
    this.#ends.expect(requestId);
    this.#outbox.send(key, value).then(
      ({ partition, offset }) => this.#ends.placed(requestId, partition, offset),
      (error: Error) => {
        this.#ends.unacknowledged(requestId);
        this.#troubles.set(requestId, error instanceof NotSent ? error : new NoAnswerYet(requestId, `Kafka did not confirm it, ${error.message}`, error));
      },
    ).finally(() => this.#waiting.get(requestId)?.());
    return this.end(requestId, millis);
  }

  /** Waits, again, for the end of a request that was sent here; throws as `ask` does. */
  async end(requestId: string, millis: number): Promise<End | undefined> {
    const until = Date.now() + millis;
    let end = this.#ends.of(requestId);
    while (end === undefined && Date.now() < until) {
      this.#raise(requestId);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now());
        this.#waiting.set(requestId, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.#waiting.delete(requestId);
      end = this.#ends.of(requestId);
    }
    if (end !== undefined) this.forget(requestId);
    return end;
  }

  /** Nobody will wait for its end any more. */
  forget(requestId: string): void {
    this.#ends.forget(requestId);
    this.#troubles.delete(requestId);
  }

  async close(): Promise<void> {
    this.#fail(new Error("the client was closed"));
    await Promise.all([this.#outbox.close(), this.#consumer.disconnect()]);
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#waiting.forEach((wake) => wake());
  }

  #raise(requestId: string): void {
    const trouble = this.#troubles.get(requestId);
    this.#troubles.delete(requestId);
    if (trouble instanceof NotSent) this.forget(requestId);
    if (trouble !== undefined) throw trouble;
    if (this.#failure !== undefined) throw new NoAnswerYet(requestId, `nothing more is heard from Kafka, ${this.#failure.message}`, this.#failure);
  }
}

/** kafkajs without its own log: what goes wrong is thrown. */
export function kafkaAt({ brokers, kafka }: KafkaAccess): Kafka {
  return new Kafka({ ...kafka, clientId: "millrace-client", brokers: [...brokers], logLevel: logLevel.NOTHING });
}
