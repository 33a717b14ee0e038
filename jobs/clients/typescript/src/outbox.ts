// Requests on their way to Kafka.
import type { Producer } from "kafkajs";
import { NotSent } from "./errors.js";

const REQUESTS = "inference.requests";
/** Of one batch; the topic takes a megabyte. */
const BATCH_BYTES = 512 * 1024;
const CLOSED = "the client was closed";

/** Where a request lies in its topic. */
export interface Place {
  readonly partition: number;
  readonly offset: string;
}

interface Letter {
  readonly key: string;
  readonly value: string;
  readonly placed: (place: Place) => void;
  readonly failed: (error: Error) => void;
}

/**
 * Sends one batch after the other, through an idempotent producer. One at a time, since kafkajs 2.2.4 gives the number of a batch back
 * before it tries it again: another batch in between would take the number, and the broker that one for a copy of the first. For the
 * same reason a batch that was given up, and may lie in the topic all the same, takes its producer with it.
 */
export class Outbox {
  readonly #letters: Letter[] = [];
  #producer: Producer | undefined;
  #sending = false;
  #closed = false;

  /** @param newProducer makes one that is idempotent */
  constructor(private readonly newProducer: () => Producer) {}

  async connect(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.newProducer();
    try {
      await producer.connect();
      if (this.#closed) throw new Error(CLOSED);
    } catch (error) {
      void leave(producer);
      throw error;
    }
    return (this.#producer = producer);
  }

  /**
   * Resolves once the brokers have it.
   *
   * @throws NotSent if it surely does not lie in the topic; after any other error it may
   */
  send(key: string, value: string): Promise<Place> {
    return new Promise((placed, failed) => {
      this.#letters.push({ key, value, placed, failed });
      if (!this.#sending) void this.#sendAll();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refuse(new Error(CLOSED));
    await this.#producer?.disconnect();
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#letters.length > 0) {
      await this.connect().then((producer) => this.#sendBatch(producer), (error: Error) => this.#refuse(error));
    }
    this.#sending = false;
  }

  async #sendBatch(producer: Producer): Promise<void> {
    const batch = this.#nextBatch();
    if (batch.length === 0) return; // closed meanwhile
    try {
      const messages = batch.map(({ key, value }) => ({ key, value }));
      const [first] = await producer.send({ topic: REQUESTS, messages, acks: -1 });
      const { partition, baseOffset } = first!;
      if (baseOffset === undefined || BigInt(baseOffset) < 0n) throw new Error("the brokers had it already and do not say where");
      batch.forEach(({ placed }, i) => placed({ partition, offset: (BigInt(baseOffset) + BigInt(i)).toString() }));
    } catch (error) {
      this.#producer = undefined;
      void leave(producer);
      batch.forEach(({ failed }) => failed(error as Error));
    }
    if (this.#closed) void leave(producer); // for another attempt kafkajs connects again by itself
  }

  /** The next ones of one key, which therefore lie one after the other in one partition. */
  #nextBatch(): Letter[] {
    const key = this.#letters[0]?.key;
    let bytes = 0;
    const end = this.#letters.findIndex((letter, i) => {
      bytes += Buffer.byteLength(letter.value);
      return i > 0 && (letter.key !== key || bytes > BATCH_BYTES);
    });
    return this.#letters.splice(0, end === -1 ? this.#letters.length : end);
  }

  #refuse(cause: Error): void {
    this.#letters.splice(0).forEach(({ failed }) => failed(new NotSent(cause)));
  }
}

async function leave(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => undefined); // it is not used any more, whatever became of its connections
}
