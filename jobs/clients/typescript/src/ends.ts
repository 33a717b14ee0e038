import type { Rejection, Result } from "./records.js";

/** What becomes of a request in the end. */
export type End = Result | Rejection;

export const isResult = (end: End): end is Result => "id" in end;

/**
 * Ends of requests that were sent: each has one, however often one is read. An answer may be published again after a crash,
 * perhaps another one; the last counts. And kafkajs 2.2.4 hands out records of aborted transactions: so a refusal that a crash
 * has aborted may be read too, and an answer replaces it.
 */
export class Ends {
  readonly #ends = new Map<string, End | undefined>();
  readonly #places = new Map<string, string>();
  readonly #placeOf = new Map<string, string>();
  readonly #unplaced = new Set<string>();
  /** Refusals that came before the acknowledgements that say whose they are. */
  readonly #strays = new Map<string, Rejection>();

  /** From now on the end of this request is of interest. */
  expect(requestId: string): void {
    this.#ends.set(requestId, undefined);
    this.#unplaced.add(requestId);
  }

  /** Where the request lies, as the producer's acknowledgement tells; the refusal may have been there first. */
  placed(requestId: string, partition: number, offset: string): void {
    const place = `${partition}@${offset}`;
    if (this.#ends.has(requestId)) {
      this.#places.set(place, requestId);
      this.#placeOf.set(requestId, place);
      const stray = this.#strays.get(place);
      if (stray !== undefined) this.take(stray);
    }
    this.unacknowledged(requestId);
  }

  /** No acknowledgement will come, or none any more. */
  unacknowledged(requestId: string): void {
    this.#unplaced.delete(requestId);
    if (this.#unplaced.size === 0) this.#strays.clear();
  }

  /** Takes a record that was read, and returns the id of the request whose end it is now, if any. */
  take(end: End): string | undefined {
    // By its place a refusal is known even if the request was not read so far as to have an id.
    const place = isResult(end) ? undefined : `${end.partition}@${end.offset}`;
    const id = isResult(end) ? end.id : this.#places.get(place!);
    if (id === undefined) {
      if (!isResult(end) && this.#unplaced.size > 0) this.#strays.set(place!, end);
      return undefined;
    }
    const before = this.#ends.get(id);
    if (!this.#ends.has(id) || (before !== undefined && isResult(before) && !isResult(end))) return undefined;
    this.#ends.set(id, end);
    return id;
  }

  of(requestId: string): End | undefined {
    return this.#ends.get(requestId);
  }

  forget(requestId: string): void {
    this.#ends.delete(requestId);
    this.unacknowledged(requestId);
    const place = this.#placeOf.get(requestId);
    if (place !== undefined) this.#places.delete(place);
    this.#placeOf.delete(requestId);
  }
}
