// POST /v1/embeddings, as OpenAI has it.
import type { Answer } from "@millrace/client";
import type { Limits, Model } from "./config.js";
import { type Question, membersOf, modelOf, textsOf } from "./engine.js";
import { ApiError, badRequest } from "./errors.js";

/** A request of the API, understood. */
export interface EmbeddingsRequest extends Question {
  readonly model: string;
  readonly base64: boolean;
}

const KNOWN = new Set(["model", "input", "encoding_format", "dimensions", "user"]);

/** @throws ApiError 400 or 404, naming the field */
export function parseEmbeddings(body: unknown, models: Readonly<Record<string, Model>>, limits: Limits): EmbeddingsRequest {
  const { model, input, encoding_format, dimensions, user } = membersOf(body, KNOWN);
  const named = modelOf(model, models, "embedding");
  const format = encoding_format ?? "float";
  if (format !== "float" && format !== "base64") throw badRequest("encoding_format", "must be 'float' or 'base64'");
  const own = models[named.model]?.dimensions;
  if ((dimensions ?? own) !== own) {
    const length = own === undefined ? "the model's own length" : `the model's own length, ${own}`;
    throw badRequest("dimensions", `vectors come in ${length}; leave it out`, "unsupported_value");
  }
  if (typeof (user ?? "") !== "string") throw badRequest("user", "must be a text");
  const texts = textsOf(typeof input === "string" ? [input] : input, "input", limits);
  return { ...named, input: typeof input === "string" ? input : texts, base64: format === "base64" };
}

/** What its caller gets; no scores in place of embeddings. */
export function embeddingsOf({ model, base64 }: EmbeddingsRequest, { embeddings, scores, result }: Answer): unknown {
  if (scores.length > 0) {
    throw new ApiError(500, "server_error", "model_not_supported", `the configuration has '${model}' for embeddings, and it gives scores`);
  }
  const tokens = result.usage.total_tokens;
  return {
    object: "list",
    model,
    data: embeddings.map((embedding, index) => ({
      object: "embedding",
      index,
      embedding: base64 ? encoded(embedding) : embedding,
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Little-endian float32, as OpenAI's clients read it. */
function encoded(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((component, i) => bytes.writeFloatLE(component, 4 * i));
  return bytes.toString("base64");
}
