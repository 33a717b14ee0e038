// POST /v1/rerank, in the form that Cohere's and Jina's users know.
import type { Answer } from "@millrace/client";
import type { Limits, Model } from "./config.js";
import { type Question, membersOf, modelOf, textsOf } from "./engine.js";
import { badRequest } from "./errors.js";

/** A request of the API, understood. */
export interface RerankRequest extends Question {
  readonly model: string;
  readonly input: readonly string[];
  readonly query: string;
  /** How many of the best are told. */
  readonly topN: number;
  readonly returnDocuments: boolean;
}

const KNOWN = new Set(["model", "query", "documents", "top_n", "return_documents"]);

/** @throws ApiError 400 or 404, naming the field */
export function parseRerank(body: unknown, models: Readonly<Record<string, Model>>, limits: Limits): RerankRequest {
  const { model, query, documents, top_n: topN, return_documents: returnDocuments = false } = membersOf(body, KNOWN);
  const named = modelOf(model, models, "reranking");
  if (typeof query !== "string" || query === "") throw badRequest("query", "give a text");
  const input = textsOf(Array.isArray(documents) ? documents.map(textOf) : documents, "documents", limits, [query]);
  if (topN !== undefined && topN !== null && !(Number.isInteger(topN) && (topN as number) > 0)) {
    throw badRequest("top_n", "must be a positive whole number");
  }
  if (typeof returnDocuments !== "boolean") throw badRequest("return_documents", "must be true or false");
  return { ...named, query, input, topN: (topN as number | null | undefined) ?? input.length, returnDocuments };
}

/** A document is a text, or an object that has one. */
function textOf(document: unknown): unknown {
  const isObject = typeof document === "object" && document !== null && Object.keys(document).join() === "text";
  return isObject ? (document as { text: unknown }).text : document;
}

/** What its caller gets: the best first, and of equals the earlier. */
export function ranked({ model, input, topN, returnDocuments }: RerankRequest, { requestId, relevance, result }: Answer): unknown {
  return {
    id: requestId,
    model,
    results: relevance
      .map((score, index) => ({
        index,
        relevance_score: score,
        ...(returnDocuments ? { document: { text: input[index] } } : {}),
      }))
      .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
      .slice(0, topN),
    usage: { total_tokens: result.usage.total_tokens },
  };
}
