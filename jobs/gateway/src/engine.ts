import { type Answer, NoAnswerYet } from "@millrace/client";
import type { Budget, Hold } from "./budget.js";
import type { Limits, Model } from "./config.js";
import { ApiError, Unheard, badRequest, tooMany } from "./errors.js";
import type { Caller } from "./tokens.js";

/** How long the end of a request is waited for whose caller has been told that it may come later. */
const LATE_MILLIS = 3600_000;

interface Terms {
  readonly model: string;
  readonly maxFeeNano: bigint;
  readonly deadlineMillis: number;
}

/** What answers a text, or a list of them, and ranks one. */
export interface Engine {
  ask(input: string | readonly string[], options: Terms): Promise<Answer>;
  rerank(query: string, texts: readonly string[], options: Terms): Promise<Answer>;
  /** Waits on, after NoAnswerYet. */
  answerTo(requestId: string, millis: number): Promise<Answer>;
  /** Nobody will. */
  forget(requestId: string): void;
  /** Why it answers nothing any more, if so. */
  readonly failure: Error | undefined;
}

/** A request to the engine. */
export interface Question {
  readonly modelId: string;
  readonly input: string | readonly string[];
  /** What the list is ranked by. */
  readonly query?: string;
}

/** What was answered and charged. */
export interface Answered {
  /** JSON. */
  readonly body: string;
  readonly requestId: string;
  readonly debitNano: bigint;
}

type BodyOf = (answer: Answer) => unknown;

/** Asks the engine, within what it can take at a time and what the caller may spend. */
export class Questions {
  #inFlight = 0;
  /** Texts whose end is waited for after their caller was told that it may come later. */
  #late = 0;

  constructor(private readonly engine: Engine, private readonly budget: Budget, private readonly limits: Limits) {}

  /**
   * A list is one request to the engine, like a text: one charge, or none if any of it is not answered.
   *
   * @param bodyOf makes what the caller gets
   * @throws Unheard if it may be answered later
   * @throws ApiError if it is not answered
   */
  async answer(caller: Caller, question: Question, bodyOf: BodyOf): Promise<Answered> {
    const { maxInFlight, maxFeeNano, deadlineMillis } = this.limits;
    const { input, query, modelId } = question;
    const texts = typeof input === "string" ? 1 : input.length;
    if (this.#inFlight + texts > maxInFlight) throw tooMany("overloaded", "the engine has as much to do as it can take", 1);
    this.#inFlight += texts;
    try {
      const terms = { model: modelId, maxFeeNano: maxFeeNano * BigInt(texts), deadlineMillis };
      const hold = await this.budget.hold(caller, terms.maxFeeNano);
      const asked = query === undefined ? this.engine.ask(input, terms) : this.engine.rerank(query, [input].flat(), terms);
      return await this.#end(asked, hold, bodyOf).catch((failure) => {
        throw failure instanceof NoAnswerYet ? new Unheard(failure.message, this.#later(failure, texts, hold, bodyOf)) : failure;
      });
    } finally {
      this.#inFlight -= texts;
    }
  }

  /** Ends the hold with what the request costs; what is not heard of yet may still be charged, and stays held. */
  async #end(asked: Promise<Answer>, hold: Hold, bodyOf: BodyOf): Promise<Answered> {
    let answer: Answer;
    try {
      answer = await asked;
    } catch (failure) {
      if (!(failure instanceof NoAnswerYet)) await settle(hold, 0n);
      throw failure;
    }
    const { requestId, debitNano } = answer;
    await settle(hold, debitNano);
    return { body: JSON.stringify(bodyOf(answer)), requestId, debitNano };
  }

  /** No more of them than of those in flight: of the others what they hold is spent. */
  async #later(unheard: NoAnswerYet, texts: number, hold: Hold, bodyOf: BodyOf): Promise<Answered> {
    const { requestId } = unheard;
    const waits = this.#late + texts <= this.limits.maxInFlight;
    this.#late += texts;
    try {
      return await this.#end(waits ? this.engine.answerTo(requestId, LATE_MILLIS) : Promise.reject(unheard), hold, bodyOf);
    } finally {
      this.#late -= texts;
      this.engine.forget(requestId);
    }
  }
}

/** A journal that cannot be written takes no answer from anyone: the budget knows of it, and takes no more requests. */
async function settle(hold: Hold, nano: bigint): Promise<void> {
  await hold.settle(nano).catch(() => undefined);
}

/**
 * The members of a request's body.
 *
 * @throws ApiError 400 if it is no object, or has one that is not known
 */
export function membersOf(body: unknown, known: ReadonlySet<string>): Record<string, unknown> {
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw badRequest(null, "the body is no JSON object");
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined) throw badRequest(unknown, `there is no parameter '${unknown}'`, "unknown_parameter");
  return body as Record<string, unknown>;
}

/**
 * The name and id of the model that a request names.
 *
 * @throws ApiError 400 or 404 if there is none of that name for the task
 */
export function modelOf(name: unknown, models: Readonly<Record<string, Model>>, task: Model["task"]): { model: string; modelId: string } {
  if (typeof name !== "string") throw badRequest("model", "name a model, as GET /v1/models lists them");
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model === undefined) throw new ApiError(404, "invalid_request_error", "model_not_found", `there is no model '${name}'`, "model");
  if (model.task !== task) throw badRequest("model", `the model '${name}' is for ${model.task}, not for ${task}`, "model_not_supported");
  return { model: name, modelId: model.id };
}

/**
 * Texts as the engine takes them.
 *
 * @param param that has them
 * @param besides what goes with them, and counts as they do
 * @throws ApiError 400
 */
export function textsOf(texts: unknown, param: string, { maxTexts, maxInputBytes }: Limits, besides: readonly string[] = []): string[] {
  if (!Array.isArray(texts) || texts.length === 0) throw badRequest(param, "give a text or a list of texts");
  if (texts.length > maxTexts) throw badRequest(param, `${texts.length} texts are more than ${maxTexts}; send several requests`);
  if (texts.some((text) => typeof text !== "string")) throw badRequest(param, "tokens are not taken; give texts");
  if (texts.includes("")) throw badRequest(param, "a text is empty");
  const bytes = Buffer.byteLength(JSON.stringify([...besides, ...texts]));
  if (bytes > maxInputBytes) throw badRequest(param, `${bytes} bytes of text are more than ${maxInputBytes}; send several requests`);
  return texts as string[];
}
