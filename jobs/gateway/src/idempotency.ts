import { createHash } from "node:crypto";
import { ApiError, Unheard, apiErrorOf } from "./errors.js";

const KEPT_MILLIS = 24 * 3600_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Of a key and what is known of it besides the answer. */
const ENTRY_BYTES = 1024;

interface Kept<T> {
  /** Of the request's body. */
  readonly digest: string;
  readonly untilMillis: number;
  answer: Promise<T>;
  /** Whether the first one was told that it may be answered later. */
  late: boolean;
  /** Whether it has its answer, and so may be forgotten to make room: what was asked and not answered may not. */
  ended: boolean;
  bytes: number;
}

/**
 * Answers by idempotency key: a repeat gets the first one's answer and is not charged; if there is none yet, it waits for that one.
 * Kept for a day, by this process, as far as there is room. A failure that costs nothing is not kept, so that a repeat tries again.
 */
export class Idempotency<T extends { readonly body: string }> {
  readonly #kept = new Map<string, Kept<T>>();
  #bytes = 0;

  /** @param lateMillis for which a repeat waits for an answer that is late */
  constructor(
    private readonly lateMillis: number, private readonly mostBytes = MOST_BYTES, private readonly now: () => number = Date.now,
  ) {}

  /**
   * @param caller of the key: others' keys are their own
   * @param body of the request; a key stands for one
   * @throws ApiError 409 if the key was used for another body
   */
  once(caller: string, key: string, body: string, run: () => Promise<T>): Promise<T> {
    this.#forgetOld();
    const id = `${caller}\n${key}`;
    const digest = createHash("sha256").update(body).digest("base64");
    const before = this.#kept.get(id);
    if (before !== undefined) {
      if (before.digest !== digest) {
        throw new ApiError(409, "invalid_request_error", "idempotency_key_in_use", "this Idempotency-Key was used for another request");
      }
      return before.late ? this.#within(before.answer) : before.answer;
    }
    const answer = run();
    const kept = { digest, answer, late: false, ended: false, untilMillis: this.now() + KEPT_MILLIS, bytes: ENTRY_BYTES };
    this.#kept.set(id, kept);
    this.#bytes += kept.bytes;
    this.#follow(id, kept);
    return answer;
  }

  #follow(id: string, kept: Kept<T>): void {
    kept.answer.then(
      ({ body }) => {
        kept.ended = true;
        if (this.#kept.get(id) !== kept) return;
        const bytes = Buffer.byteLength(body);
        kept.bytes += bytes;
        this.#bytes += bytes;
        this.#forgetOld();
      },
      (failure: unknown) => {
        if (failure instanceof Unheard) {
          kept.answer = failure.later as Promise<T>;
          kept.late = true;
          this.#follow(id, kept);
        } else if (apiErrorOf(failure).status !== 504) {
          this.#forget(id, kept);
        }
      },
    );
  }

  /** Of what is late, or a 504 again. */
  async #within(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout;
    const late = new Promise<never>((_, reject) => {
      const error = new ApiError(504, "server_error", "timeout", "the first request with this Idempotency-Key is not answered yet");
      timer = setTimeout(() => reject(error), this.lateMillis);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  /** They are in the order in which they end. */
  #forgetOld(): void {
    for (const [id, kept] of this.#kept) {
      const old = kept.untilMillis <= this.now();
      if (!old && this.#bytes <= this.mostBytes) return;
      if (old || kept.ended) this.#forget(id, kept);
    }
  }

  #forget(id: string, kept: Kept<T>): void {
    if (this.#kept.get(id) === kept) {
      this.#kept.delete(id);
      this.#bytes -= kept.bytes;
    }
  }
}
