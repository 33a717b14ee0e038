// Errors in the form that OpenAI's clients parse.
import { NoAnswerYet, NotSent, RequestRefused, RequestUnanswered } from "@millrace/client";

/** What a caller is told: {"error": {"message", "type", "param", "code"}}. */
export class ApiError extends Error {
  constructor(
    readonly status: number, readonly type: string, readonly code: string, message: string,
    readonly param: string | null = null, readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** It may be answered and charged yet. */
export class Unheard extends ApiError {
  /** @param later rejects if it is not, or as long as it is not known */
  constructor(message: string, readonly later: Promise<unknown>) {
    super(504, "server_error", "timeout", message);
    later.catch(() => undefined); // who does not repeat it with a key never asks
  }
}

export const badRequest = (param: string | null, message: string, code = "invalid_value") =>
  new ApiError(400, "invalid_request_error", code, message, param);

export const tooMany = (code: string, message: string, seconds: number) =>
  new ApiError(429, "rate_limit_error", code, message, null, Math.max(1, Math.ceil(seconds)));

/** By the engine's codes; what is not here is the gateway's own fault. */
const REFUSALS: Record<string, [number, string, string]> = {
  INPUT_TOO_LONG: [400, "invalid_request_error", "context_length_exceeded"],
  TOO_MANY_TEXTS: [400, "invalid_request_error", "invalid_value"],
  QUERY_UNEXPECTED: [400, "invalid_request_error", "model_not_supported"],
  QUERY_MISSING: [400, "invalid_request_error", "model_not_supported"],
  SCHEMA: [400, "invalid_request_error", "invalid_value"],
  MALFORMED: [400, "invalid_request_error", "invalid_value"],
  FEE_CAP_TOO_LOW: [400, "invalid_request_error", "fee_cap_too_low"],
  UNKNOWN_MODEL: [404, "invalid_request_error", "model_not_found"],
  MODEL_INACTIVE: [404, "invalid_request_error", "model_not_found"],
  EXPIRED: [503, "server_error", "expired"],
  UNKNOWN_ACCOUNT: [503, "server_error", "no_deposit"],
  INSUFFICIENT_FUNDS: [503, "server_error", "insufficient_deposit"],
};

/** What became of a request, as an error of the API. */
export function apiErrorOf(failure: unknown): ApiError {
  if (failure instanceof ApiError) return failure;
  if (failure instanceof RequestRefused) {
    const [status, type, code] = REFUSALS[failure.code] ?? [500, "server_error", failure.code.toLowerCase()];
    return new ApiError(status, type, code, failure.message, status === 400 ? "input" : null);
  }
  if (failure instanceof RequestUnanswered) return new ApiError(503, "server_error", failure.status, failure.message);
  if (failure instanceof NoAnswerYet) return new ApiError(504, "server_error", "timeout", failure.message);
  if (failure instanceof NotSent) return new ApiError(503, "server_error", "not_sent", failure.message);
  return new ApiError(500, "server_error", "internal_error", "the gateway failed; its log says more");
}
