import { randomUUID } from "node:crypto";
import type { Answer } from "@millrace/client";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Budget } from "./budget.js";
import type { Config } from "./config.js";
import { embeddingsOf, parseEmbeddings } from "./embeddings.js";
import { type Answered, type Engine, type Question, Questions } from "./engine.js";
import { ApiError, apiErrorOf, badRequest } from "./errors.js";
import { Idempotency } from "./idempotency.js";
import { parseRerank, ranked } from "./rerank.js";
import { type Caller, Tokens } from "./tokens.js";

const KEY_CHARACTERS = 256;
const SHORTEST_HEADER_CHECK_MILLIS = 1_000;

/** Of a request only this is logged: people put tokens into headers, and some into queries. */
const SHOWN = { req: ({ method, url }: FastifyRequest) => ({ method, path: url.split("?")[0] }) };

/**
 * The HTTP side, not listening yet.
 *
 * @param log gets a line when a request comes and one when it is answered
 */
export function serverOf(
  config: Pick<Config, "models" | "limits" | "tokens">, engine: Engine, budget: Budget, log: FastifyBaseLogger | false,
): FastifyInstance {
  const { limits, models } = config;
  const server = Fastify({
    ...(log === false ? { logger: false } : { loggerInstance: log }),
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestMillis,
    http: {
      headersTimeout: limits.requestMillis,
      connectionsCheckingInterval: Math.min(SHORTEST_HEADER_CHECK_MILLIS, limits.requestMillis),
      maxHeaderSize: 16 * 1024,
    },
    genReqId: () => `req_${randomUUID().replaceAll("-", "")}`,
    requestIdHeader: false,
    childLoggerFactory: (logger, bindings, options) => logger.child(bindings, { ...options, serializers: SHOWN }),
  });
  server.server.maxConnections = limits.maxConnections;
  const tokens = new Tokens(config.tokens);
  const questions = new Questions(engine, budget, limits);
  const repeats = new Idempotency<Answered>(limits.deadlineMillis);
  const callers = new WeakMap<FastifyRequest, Caller>();

  server.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  server.setErrorHandler((failure: Error & { statusCode?: number }, request, reply) => send(reply, errorOf(failure, request)));
  server.setNotFoundHandler((request, reply) =>
    send(reply, new ApiError(404, "invalid_request_error", "unknown_url", `there is no ${request.method} ${request.url.split("?")[0]}`)));

  server.get("/healthz", async (request, reply) => {
    const failure = budget.failure ?? engine.failure;
    if (failure === undefined) return { status: "ok" };
    request.log.error({ err: failure }, "nothing can be asked until the gateway is started again");
    return reply.status(503).send({ status: "failed" });
  });

  // before the body is read: who has no token, or asks too often, does not get that far
  const known = async (request: FastifyRequest) => void callers.set(request, tokens.caller(request.headers.authorization));
  const counted = async (request: FastifyRequest) => {
    await known(request);
    callers.get(request)!.countRequest();
  };

  server.get("/v1/models", { onRequest: known }, async () =>
    ({ object: "list", data: Object.keys(models).map((name) => modelOf(name)) }));

  server.get<{ Params: { name: string } }>("/v1/models/:name", { onRequest: known }, async (request) => {
    const { name } = request.params;
    if (!Object.hasOwn(models, name)) {
      throw new ApiError(404, "invalid_request_error", "model_not_found", `there is no model '${name}'`, "model");
    }
    return modelOf(name);
  });

  /** A route whose body is a question: `parse` understands it, `bodyOf` says the answer in its form. */
  const ask = <T extends Question>(
    path: string, parse: (body: unknown) => T, bodyOf: (question: T, answer: Answer) => unknown,
  ) =>
    server.post(path, { onRequest: counted }, async (request, reply) => {
      const caller = callers.get(request)!;
      const question = parse(request.body);
      const answer = () => questions.answer(caller, question, (given) => bodyOf(question, given));
      const key = keyOf(request);
      const { body, debitNano, requestId } = await (key === undefined
        ? answer()
        : repeats.once(caller.name, key, JSON.stringify([path, question]), answer));
      reply.header("x-millrace-debit-nano", debitNano.toString());
      reply.header("x-millrace-request-id", requestId);
      return reply.type("application/json; charset=utf-8").send(body);
    });
  ask("/v1/embeddings", (body) => parseEmbeddings(body, models, limits), embeddingsOf);
  ask("/v1/rerank", (body) => parseRerank(body, models, limits), ranked);
  return server;
}

const modelOf = (name: string) => ({ id: name, object: "model", created: 0, owned_by: "millrace" });

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || key === "" || key.length > KEY_CHARACTERS) {
    throw badRequest(null, `an Idempotency-Key has 1 to ${KEY_CHARACTERS} characters`);
  }
  return key;
}

function errorOf(failure: Error & { statusCode?: number }, request: FastifyRequest): ApiError {
  const status = failure.statusCode;
  if (!(failure instanceof ApiError) && status !== undefined && status >= 400 && status < 500) {
    const message = status === 413 ? "the body is too large" : status === 415 ? "send application/json" : failure.message;
    return new ApiError(status, "invalid_request_error", "bad_request", message);
  }
  const error = apiErrorOf(failure);
  if (error.code === "internal_error") request.log.error({ err: failure }, "a request failed for a reason that nobody foresaw");
  return error;
}

function send(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds);
  // OpenAI's clients repeat what has failed by themselves, and obey this: a 504 may have been charged, and a 500 comes again
  if (error.status === 504 || error.status === 500) reply.header("x-should-retry", "false");
  return reply.status(error.status).send(error.body());
}
