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

/** Neither an answer nor a refusal came in time. It may come yet: ask `answerTo` with the same id, not anew. */
export class NoAnswerYet extends Error {
  override readonly name = "NoAnswerYet";

  constructor(readonly requestId: string, millis: number) {
    super(`no answer to ${requestId} within ${millis} ms`);
  }
}
