import { ApiError } from "./errors.js";

const KEPT_MILLIS = 24 * 3600_000;
const MOST = 100_000;

interface Kept<T> {
  readonly body: string;
  readonly answer: Promise<T>;
  readonly until: number;
}

/**
 * Answers by idempotency key: a repeat gets the first one's answer and is not charged. Kept for a day, by this process; a failure is
 * not kept, so that a repeat tries again.
 */
export class Idempotency<T> {
  readonly #kept = new Map<string, Kept<T>>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * @param caller of the key: others' keys are their own
   * @param body of the request; a key stands for one
   * @throws ApiError 409 if the key was used for another body
   */
  once(caller: string, key: string, body: string, run: () => Promise<T>): Promise<T> {
    this.#forgetOld();
    const id = `${caller}\n${key}`;
    const before = this.#kept.get(id);
    if (before !== undefined) {
      if (before.body !== body) {
        throw new ApiError(409, "invalid_request_error", "idempotency_key_in_use", "this Idempotency-Key was used for another request");
      }
      return before.answer;
    }
    const answer = run();
    this.#kept.set(id, { body, answer, until: this.now() + KEPT_MILLIS });
    answer.catch(() => this.#kept.delete(id));
    return answer;
  }

  /** They are in the order in which they end. */
  #forgetOld(): void {
    for (const [id, { until }] of this.#kept) {
      if (until > this.now() && this.#kept.size < MOST) return;
      this.#kept.delete(id);
    }
  }
}
