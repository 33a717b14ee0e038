import type { Rejection } from "./records.js";

/** The engine refused a request: nothing is charged. `code` is for programs, the message for people. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly code: Rejection["code"];

  constructor(readonly requestId: string, readonly rejection: Rejection) {
    super(`${rejection.code}: ${rejection.message}`);
    this.code = rejection.code;
  }
}

/** A request was taken and not answered, as its deadline passed or the provider failed: nothing is charged. */
export class RequestUnanswered extends Error {
  override readonly name = "RequestUnanswered";

  constructor(readonly requestId: string, readonly status: "expired" | "failed", message: string) {
    super(`${status}: ${message}`);
  }
}

/**
 * It is not known whether a request is answered and charged: nothing was heard in time, the brokers did not confirm that they have it,
 * or nothing more can be heard. The answer may come yet: ask `answerTo` with the same id, not anew.
 */
export class NoAnswerYet extends Error {
  override readonly name = "NoAnswerYet";

  constructor(readonly requestId: string, why: string, cause?: Error) {
    super(`no answer to ${requestId}: ${why}`, { cause });
  }
}

/** A request was not sent: nothing is charged. */
export class NotSent extends Error {
  override readonly name = "NotSent";

  constructor(cause: Error) {
    super(`the request was not sent: ${cause.message}`, { cause });
  }
}
