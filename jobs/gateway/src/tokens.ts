import { createHash } from "node:crypto";
import type { TokenConfig } from "./config.js";
import { ApiError, tooMany } from "./errors.js";

const MINUTE_MILLIS = 60_000;

/** Who calls, by bearer token; and how often. */
export class Tokens {
  readonly #byDigest: Map<string, Caller>;

  constructor(tokens: readonly TokenConfig[], now: () => number = Date.now) {
    this.#byDigest = new Map(tokens.map((token) => [token.sha256, new Caller(token, now)]));
  }

  /** @throws ApiError 401 if the header names no token that there is */
  caller(authorization: string | undefined): Caller {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    // Found by its digest, so that how long the search takes says nothing about the token.
    const caller = token === undefined ? undefined : this.#byDigest.get(createHash("sha256").update(token).digest("hex"));
    if (caller === undefined) {
      throw new ApiError(401, "invalid_request_error", "invalid_api_key", "no such token; send it as 'Authorization: Bearer TOKEN'");
    }
    return caller;
  }
}

/** The holder of a token. Its requests fill up evenly over a minute, up to a minute's worth. */
export class Caller {
  #tokens: number;
  #at: number;

  constructor(readonly config: TokenConfig, private readonly now: () => number) {
    this.#tokens = config.requestsPerMinute;
    this.#at = now();
  }

  get name(): string {
    return this.config.name;
  }

  /** @throws ApiError 429 with the time until another request may come */
  countRequest(): void {
    const { requestsPerMinute } = this.config;
    const now = this.now();
    this.#tokens = Math.min(requestsPerMinute, this.#tokens + ((now - this.#at) * requestsPerMinute) / MINUTE_MILLIS);
    this.#at = now;
    if (this.#tokens < 1) {
      throw tooMany(
        "rate_limit_exceeded", `more than ${requestsPerMinute} requests a minute`,
        ((1 - this.#tokens) * MINUTE_MILLIS) / requestsPerMinute / 1000,
      );
    }
    this.#tokens -= 1;
  }
}
