// What becomes of requests whose way to Kafka, or whose way back, breaks. Kafka is a stand-in whose producer and consumer fail as told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NoAnswerYet, NotSent } from "../dist/errors.js";
import { RequestStream } from "../dist/stream.js";

const LONG = 60_000;

/** Its producers do as `send(messages, producer)` says; `read` and `crash` are what the consumer meets. */
function kafkaThat(send, connect = async () => {}) {
  const producers = [];
  const on = {};
  let eachMessage;
  return {
    producers,
    read: (end) => eachMessage({ topic: "inference.results", partition: 0, message: { value: Buffer.from(JSON.stringify(end)), offset: "0" } }),
    crash: (error) => on.crash({ payload: { error, restart: false } }),
    admin: () => ({ connect: async () => {}, disconnect: async () => {}, fetchTopicOffsets: async () => [{ partition: 0, high: "0" }] }),
    consumer: () => ({
      events: { GROUP_JOIN: "join", CRASH: "crash" },
      on: (event, listener) => { on[event] = listener; },
      connect: async () => {}, disconnect: async () => {}, subscribe: async () => {}, seek: () => {},
      run: async (config) => { eachMessage = config.eachMessage; on.join(); },
    }),
    producer: (options) => {
      const producer = { options, open: true, connect, disconnect: async () => { producer.open = false; } };
      producer.send = ({ messages, acks }) => { assert.equal(acks, -1); return send(messages.map(({ value }) => value), producer); };
      producers.push(producer);
      return producer;
    },
  };
}

const at = (baseOffset) => [{ partition: 0, baseOffset: String(baseOffset) }];
const answer = (id) => ({ id, status: "answered" });
const refusal = (offset) => ({ code: "DUPLICATE", partition: 0, offset });

async function open(send, connect) {
  const kafka = kafkaThat(send, connect);
  return { kafka, stream: await RequestStream.over(kafka) };
}

test("a retry of the producer's is stored once", async () => {
  const { kafka, stream } = await open(async () => at(0));
  assert.equal(kafka.producers[0].options.idempotent, true);
  assert.ok(kafka.producers[0].options.retry.retries > 0);
  await stream.close();
});

test("one batch is under way at a time, and the acknowledgement of one tells the places of all in it", async () => {
  const batches = [];
  const acknowledge = [];
  const { kafka, stream } = await open((values) => {
    batches.push(values);
    return new Promise((done) => acknowledge.push(done));
  });
  const ends = ["a", "b", "c"].map((id) => stream.ask(id, "k", id, LONG));
  const other = stream.ask("d", "another key", "d", LONG);
  await tick();
  assert.deepEqual(batches, [["a", "b", "c"]]);
  acknowledge[0](at(7));
  await tick();
  assert.deepEqual(batches.slice(1), [["d"]]);
  for (const offset of [8, 7, 9]) await kafka.read(refusal(offset));
  assert.deepEqual((await Promise.all(ends)).map(({ offset }) => offset), [7, 8, 9]);
  await kafka.read(answer("d"));
  assert.equal((await other).id, "d", "also without its acknowledgement");
  await stream.close();
});

test("a request that is not acknowledged may be answered all the same", async () => {
  let fails = true;
  const { kafka, stream } = await open(async () => {
    if (fails) throw new Error("Connection closed");
    return at(0);
  });
  await assert.rejects(stream.ask("a", "k", "a", LONG), (error) => error instanceof NoAnswerYet && /Connection closed/.test(error.message));
  const later = stream.end("a", LONG);
  await kafka.read(answer("a"));
  assert.equal((await later).id, "a");
  fails = false;
  const next = stream.ask("b", "k", "b", LONG);
  await tick();
  await kafka.read(refusal(0));
  assert.equal((await next).offset, 0);
  assert.deepEqual(kafka.producers.map(({ open: isOpen }) => isOpen), [false, true], "its numbers may be those of what was given up");
  await stream.close();
});

test("a place that the brokers do not tell is none", async () => {
  const { stream } = await open(async () => at(-1));
  await assert.rejects(stream.ask("a", "k", "a", LONG), NoAnswerYet);
  await stream.close();
});

test("what waits while no producer can be connected is not sent", async () => {
  let connects = 0;
  const sent = [];
  const { stream } = await open(async (values) => {
    sent.push(...values);
    throw new Error("Connection closed");
  }, async () => {
    if (++connects > 1) throw new Error("ECONNREFUSED");
  });
  await assert.rejects(stream.ask("a", "k", "a", LONG), NoAnswerYet);
  await assert.rejects(stream.ask("b", "k", "b", LONG), (error) => error instanceof NotSent && /ECONNREFUSED/.test(error.message));
  assert.deepEqual(sent, ["a"]);
  await stream.close();
});

test("once nothing is heard any more, nothing is sent, and what was sent may still be answered", async () => {
  const sent = [];
  const { kafka, stream } = await open(async (values) => { sent.push(...values); return at(0); });
  const before = stream.ask("a", "k", "a", LONG);
  await tick();
  assert.equal(stream.failure, undefined);
  kafka.crash(new Error("the group's coordinator refuses"));
  await assert.rejects(before, NoAnswerYet);
  await assert.rejects(stream.ask("b", "k", "b", LONG), NotSent);
  assert.deepEqual(sent, ["a"]);
  assert.match(stream.failure.message, /coordinator/);
  await stream.close();
});

test("who waits is told that the connection was closed", async () => {
  const { stream } = await open(async () => at(0));
  const end = stream.ask("a", "k", "a", LONG);
  await tick();
  const atOnce = stream.ask("b", "k", "b", LONG);
  await Promise.all([assert.rejects(end, NoAnswerYet), assert.rejects(atOnce, /the client was closed/), stream.close()]);
});

test("a producer that tries again after the close, or connects only then, is left all the same", async () => {
  let acknowledge, connected;
  let connects = 0;
  const { kafka, stream } = await open(
    () => new Promise((done, failed) => { acknowledge = { done, failed }; }),
    () => (++connects > 1 ? new Promise((done) => { connected = done; }) : Promise.resolve()),
  );
  const [first, second] = ["a", "b"].map((id) => stream.ask(id, id, id, LONG).catch(() => {}));
  await tick();
  acknowledge.failed(new Error("Connection closed"));
  await tick();
  await stream.close();
  kafka.producers[1].open = true; // as kafkajs connects again by itself
  connected();
  await Promise.all([first, second, tick()]);
  assert.deepEqual(kafka.producers.map(({ open: isOpen }) => isOpen), [false, false]);

  const other = await open(() => new Promise((done) => { acknowledge = { done }; }));
  const late = other.stream.ask("a", "k", "a", LONG).catch(() => {});
  await tick();
  await other.stream.close();
  other.kafka.producers[0].open = true;
  acknowledge.done(at(0));
  await Promise.all([late, tick()]);
  assert.equal(other.kafka.producers[0].open, false);
});

function tick() {
  return new Promise((resolve) => setImmediate(resolve));
}
