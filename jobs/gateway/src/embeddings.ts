import type { Answer } from "@millrace/client";
import type { Budget } from "./budget.js";
import type { Limits } from "./config.js";
import { ApiError, apiErrorOf, badRequest, tooMany } from "./errors.js";
import type { Caller } from "./tokens.js";

/** What answers a text, or a list of them. */
export interface Engine {
  ask(input: string | readonly string[], options: { model: string; maxFeeNano: bigint; deadlineMillis: number }): Promise<Answer>;
}

/** A request of the API, understood. */
export interface EmbeddingsRequest {
  readonly model: string;
  readonly modelId: string;
  /** A text, or a list of them. */
  readonly input: string | readonly string[];
  readonly base64: boolean;
}

/** What was answered and charged. */
export interface EmbeddingsAnswer {
  readonly body: unknown;
  readonly requestId: string;
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
  return { model, modelId, input: inputOf(input, limits), base64: format === "base64" };
}

function inputOf(input: unknown, { maxTexts, maxInputBytes }: Limits): string | string[] {
  const texts = typeof input === "string" ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0) throw badRequest("input", "give a text or a list of texts");
  if (texts.length > maxTexts) throw badRequest("input", `${texts.length} texts are more than ${maxTexts}; send several requests`);
  if (texts.some((text) => typeof text !== "string")) throw badRequest("input", "tokens are not taken; give texts");
  if (texts.includes("")) throw badRequest("input", "a text is empty");
  const bytes = Buffer.byteLength(JSON.stringify(texts));
  if (bytes > maxInputBytes) throw badRequest("input", `${bytes} bytes of text are more than ${maxInputBytes}; send several requests`);
  return input as string | string[];
}

/** Asks the engine, within what it can take at a time and what the caller may spend. */
export class Embeddings {
  #inFlight = 0;

  constructor(private readonly engine: Engine, private readonly budget: Budget, private readonly limits: Limits) {}

  /**
   * A list is one request to the engine, like a text: one charge, or none if any of it is not answered.
   *
   * @throws ApiError if it is not answered
   */
  async answer(caller: Caller, request: EmbeddingsRequest): Promise<EmbeddingsAnswer> {
    const { maxInFlight } = this.limits;
    const texts = typeof request.input === "string" ? 1 : request.input.length;
    if (this.#inFlight + texts > maxInFlight) throw tooMany("overloaded", "the engine has as much to do as it can take", 1);
    this.#inFlight += texts;
    try {
      return answerOf(request, await this.#ask(caller, request, this.limits.maxFeeNano * BigInt(texts)));
    } finally {
      this.#inFlight -= texts;
    }
  }

  async #ask(caller: Caller, { input, modelId }: EmbeddingsRequest, maxFeeNano: bigint): Promise<Answer> {
    const { deadlineMillis } = this.limits;
    const hold = await this.budget.hold(caller, maxFeeNano);
    let answer: Answer;
    try {
      answer = await this.engine.ask(input, { model: modelId, maxFeeNano, deadlineMillis });
    } catch (failure) {
      // What is not heard of yet may still be charged: it stays held.
      if (apiErrorOf(failure).status !== 504) await hold.settle(0n);
      throw failure;
    }
    await hold.settle(answer.debitNano);
    return answer;
  }
}

function answerOf({ model, base64 }: EmbeddingsRequest, { requestId, embeddings, debitNano, result }: Answer): EmbeddingsAnswer {
  const tokens = result.usage.total_tokens;
  return {
    body: {
      object: "list",
      model,
      data: embeddings.map((embedding, index) => ({
        object: "embedding",
        index,
        embedding: base64 ? encoded(embedding) : embedding,
      })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
    requestId,
    debitNano,
  };
}

/** Little-endian float32, as OpenAI's clients read it. */
function encoded(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((component, i) => bytes.writeFloatLE(component, 4 * i));
  return bytes.toString("base64");
}
