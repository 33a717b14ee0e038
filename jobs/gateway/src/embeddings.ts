import type { Answer } from "@millrace/client";
import type { Budget } from "./budget.js";
import type { Limits } from "./config.js";
import { ApiError, apiErrorOf, badRequest, tooMany } from "./errors.js";
import type { Caller } from "./tokens.js";

/** What answers a text. */
export interface Engine {
  ask(text: string, options: { model: string; maxFeeNano: bigint; deadlineMillis: number }): Promise<Answer>;
}

/** A request of the API, understood. */
export interface EmbeddingsRequest {
  readonly model: string;
  readonly modelId: string;
  readonly texts: readonly string[];
  readonly base64: boolean;
}

/** What was answered and charged. */
export interface EmbeddingsAnswer {
  readonly body: unknown;
  readonly requestIds: readonly string[];
  readonly debitNano: bigint;
}

const KNOWN = new Set(["model", "input", "encoding_format", "dimensions", "user"]);

/** @throws ApiError 400 or 404, naming the field */
export function parseRequest(body: unknown, models: Readonly<Record<string, string>>, limits: Limits): EmbeddingsRequest {
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw badRequest(null, "the body is no JSON object");
  const { model, input, encoding_format: format = "float", dimensions, user } = body as Record<string, unknown>;
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw badRequest(unknown, `there is no parameter '${unknown}'`, "unknown_parameter");
  if (typeof model !== "string") throw badRequest("model", "name a model, as GET /v1/models lists them");
  const modelId = Object.hasOwn(models, model) ? models[model] : undefined;
  if (modelId === undefined) {
    throw new ApiError(404, "invalid_request_error", "model_not_found", `there is no model '${model}'`, "model");
  }
  if (format !== "float" && format !== "base64") throw badRequest("encoding_format", "must be 'float' or 'base64'");
  if (dimensions !== undefined && dimensions !== null) {
    throw badRequest("dimensions", "vectors come in the model's own length; leave it out", "unsupported_value");
  }
  if (user !== undefined && typeof user !== "string") throw badRequest("user", "must be a text");
  return { model, modelId, texts: textsOf(input, limits), base64: format === "base64" };
}

function textsOf(input: unknown, { maxTexts }: Limits): string[] {
  const texts = typeof input === "string" ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0) throw badRequest("input", "give a text or a list of texts");
  if (texts.length > maxTexts) throw badRequest("input", `${texts.length} texts are more than ${maxTexts}`);
  if (texts.some((text) => typeof text !== "string")) throw badRequest("input", "tokens are not taken; give texts");
  if (texts.includes("")) throw badRequest("input", "a text is empty");
  return texts as string[];
}

/** Asks the engine, within what it can take at a time and what the caller may spend. */
export class Embeddings {
  #inFlight = 0;

  constructor(private readonly engine: Engine, private readonly budget: Budget, private readonly limits: Limits) {}

  /**
   * Each text is a request of its own to the engine, and charged by itself.
   *
   * @throws ApiError if any of them is not answered; its message says how many were, and were charged
   */
  async answer(caller: Caller, request: EmbeddingsRequest): Promise<EmbeddingsAnswer> {
    const { maxInFlight, maxFeeNano, deadlineMillis } = this.limits;
    const { texts, modelId } = request;
    if (this.#inFlight + texts.length > maxInFlight) throw tooMany("overloaded", "the engine has as much to do as it can take", 1);
    this.#inFlight += texts.length;
    try {
      const ends = await Promise.allSettled(
        texts.map((text) => this.#ask(caller, text, { model: modelId, maxFeeNano, deadlineMillis })));
      const answers = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
      const failed = ends.find((end): end is PromiseRejectedResult => end.status === "rejected");
      if (failed !== undefined) throw partial(failed.reason, answers.length, texts.length);
      return answerOf(request, answers);
    } finally {
      this.#inFlight -= texts.length;
    }
  }

  async #ask(caller: Caller, text: string, options: { model: string; maxFeeNano: bigint; deadlineMillis: number }): Promise<Answer> {
    const hold = await this.budget.hold(caller, options.maxFeeNano);
    let answer: Answer;
    try {
      answer = await this.engine.ask(text, options);
    } catch (failure) {
      // What is not heard of yet may still be charged: it stays held.
      if (apiErrorOf(failure).status !== 504) await hold.settle(0n);
      throw failure;
    }
    await hold.settle(answer.debitNano);
    return answer;
  }
}

function partial(failure: unknown, answered: number, of: number): unknown {
  const error = apiErrorOf(failure);
  if (answered === 0 || error.code === "internal_error") return failure;
  const message = `${error.message} (${answered} of ${of} texts were answered, and charged)`;
  return new ApiError(error.status, error.type, error.code, message, error.param, error.retryAfterSeconds);
}

function answerOf({ model, base64 }: EmbeddingsRequest, answers: readonly Answer[]): EmbeddingsAnswer {
  const tokens = answers.reduce((sum, { result }) => sum + result.usage.total_tokens, 0);
  return {
    body: {
      object: "list",
      model,
      data: answers.map(({ embedding }, index) => ({
        object: "embedding",
        index,
        embedding: base64 ? encoded(embedding) : embedding,
      })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
    requestIds: answers.map(({ requestId }) => requestId),
    debitNano: answers.reduce((sum, { debitNano }) => sum + debitNano, 0n),
  };
}

/** Little-endian float32, as OpenAI's clients read it. */
function encoded(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((component, i) => bytes.writeFloatLE(component, 4 * i));
  return bytes.toString("base64");
}
