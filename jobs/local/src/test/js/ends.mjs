// What becomes of requests that were sent: each ends once, however often an end of it is read.
//
// An answer may be published again after a crash, perhaps another one; the last counts. And kafkajs 2.2.4 hands out records of aborted
// transactions: it takes the broker's list of them for sorted by first offset, which it is not. So a refusal that a crash has
// aborted may be read too; an answer replaces it.
export class Ends {
  #ids = new Set();
  #places = new Map();
  #ends = new Map();

  /** A request whose end is waited for, and what the producer's acknowledgement says: where it lies. */
  sent(requestId, { partition, baseOffset }) {
    this.#ids.add(requestId);
    this.#places.set(`${partition}@${baseOffset}`, requestId);
  }

  /** Takes a result or rejection, and returns the id of the request whose end it is now, if any. */
  take(record) {
    // By its place a rejection is known even if the request was not read so far as to have an id.
    const id = record.id ?? this.#places.get(`${record.partition}@${record.offset}`);
    if (!this.#ids.has(id) || (this.#ends.get(id)?.id && !record.id)) return undefined;
    this.#ends.set(id, record);
    return id;
  }

  /** Result or rejection by request id. */
  all() {
    return Object.fromEntries(this.#ends);
  }
}
