import { randomBytes } from "node:crypto";
import { JsonRpcProvider, type TypedDataDomain, Wallet, recoverAddress } from "ethers";
import type { Deployment } from "./deployment.js";
import { type End, isResult } from "./ends.js";
import { NoAnswerYet, NotSent, RequestRefused, RequestUnanswered } from "./errors.js";
import { type ReceiptProof, findProof, leadsToItsHeader } from "./receipts.js";
import type { Result } from "./records.js";
import { RequestStream } from "./stream.js";
import { NO_OPTIONS, REQUEST_TYPES, domainOf, headerDigest, inputHash, listOutputHash, outcomeDigest, outputHash, requestDigest } from "./typed-data.js";
import { Vault } from "./vault.js";

const DEADLINE_MILLIS = 120_000;
/** For which `answerTo` gives what nobody has waited for. */
const KEPT_MILLIS = 24 * 3600_000;
const ANSWERED = 1;
/** How far the clocks of this machine and of the brokers may be apart. */
const SKEW_MILLIS = 600_000;

/** How a request is asked. */
export interface AskOptions {
  /** Most that it may cost, nano-USD; the engine refuses a request that costs more. */
  readonly maxFeeNano: bigint;
  /** Of the model; by default the deployment's. */
  readonly model?: string;
  /** From now on, after which no answer is given and nothing is charged. By default two minutes. */
  readonly deadlineMillis?: number;
}

/** An answer, signed by its provider. */
export interface Answer {
  readonly requestId: string;
  /** Of the text that was asked; of a list the first one's. */
  readonly embedding: readonly number[];
  /** One vector a text, in their order: of another model than one of embeddings its scores, which the next two tell. */
  readonly embeddings: readonly (readonly number[])[];
  /** Of a classifier: the score of each label, for every text. */
  readonly scores: readonly ReadonlyMap<string, number>[];
  /** Of a re-ranker: how well each text answers the query, in the order of the texts. */
  readonly relevance: readonly number[];
  /** Whether a list of texts was asked, and be it of one. */
  readonly list: boolean;
  /** What it costs, nano-USD. */
  readonly debitNano: bigint;
  /** When it was asked, for `receipt`. */
  readonly askedMillis: number;
  readonly result: Result;
}

/** The numbers that the provider has signed of a text, of whichever task. */
function vectorOf(text: Result["data"][number]): number[] {
  if ("embedding" in text) return text.embedding;
  return "scores" in text ? text.scores.map(({ score }) => score) : [text.relevance_score];
}

/** A requester: one key, its money in the vault, its requests. */
export class MillraceClient {
  readonly #domain: TypedDataDomain;
  /** Requests whose ends were not handed over: when they were asked, whether for a list, and how long their ends are of interest. */
  readonly #asked = new Map<string, { millis: number; list: boolean; untilMillis: number }>();

  private constructor(
    private readonly deployment: Deployment,
    private readonly wallet: Wallet,
    private readonly node: JsonRpcProvider,
    private readonly stream: RequestStream,
    /** The vault that holds the money. */
    readonly vault: Vault,
  ) {
    this.#domain = domainOf(deployment.chainId, deployment.vault);
  }

  /** @param privateKey of the requester, 0x-hex; it signs and never leaves this process */
  static async connect(deployment: Deployment, privateKey: string): Promise<MillraceClient> {
    // No cache: within its 250 ms, a second transaction would get the first one's nonce.
    const node = new JsonRpcProvider(deployment.rpcUrl, deployment.chainId, { staticNetwork: true, pollingInterval: 500, cacheTimeout: -1 });
    const wallet = new Wallet(privateKey, node);
    const stream = await RequestStream.open(deployment);
    return new MillraceClient(deployment, wallet, node, stream, new Vault(deployment.vault, node, wallet));
  }

  get address(): string {
    return this.wallet.address;
  }

  /** What is left of the deposits, nano-USD, as far as epochs have settled. */
  balance(): Promise<bigint> {
    return this.vault.balance(this.address);
  }

  /** Pays in, from the key's own tokens; returns once it is final. */
  deposit(amountNano: bigint): Promise<void> {
    return this.vault.deposit(amountNano);
  }

  /** Pays out to the key's own address; waits for an epoch. Returns what came. */
  withdraw(amountNano: bigint): Promise<bigint> {
    return this.vault.withdraw(this.address, amountNano);
  }

  /** Takes back what no epoch has released yet of what was asked for. Returns how much that was. */
  cancelWithdrawal(): Promise<bigint> {
    return this.vault.cancelRequest(this.address);
  }

  /**
   * Signs a request, sends it and waits for its answer.
   *
   * @param input a text, or a list of at most 128: one request and one charge, answered whole or not at all
   * @throws RequestRefused with the engine's code
   * @throws RequestUnanswered if the deadline passed or the provider failed
   * @throws NotSent if it was not; it costs nothing
   * @throws NoAnswerYet if nothing was heard half a minute beyond the deadline, or it is uncertain whether anything will be;
   *     `answerTo` goes on waiting
   */
  ask(input: string | readonly string[], options: AskOptions): Promise<Answer> {
    return this.#ask(input, undefined, options);
  }

  /**
   * Ranks a list of texts by a query: asks a model whose task that is, which `options` name, and waits. One request with one
   * charge; each text is read together with the query, whose tokens count with each.
   *
   * @param texts at most 128
   * @throws as `ask` does
   */
  rerank(query: string, texts: readonly string[], options: AskOptions): Promise<Answer> {
    return this.#ask(texts, query, options);
  }

  async #ask(input: string | readonly string[], query: string | undefined, options: AskOptions): Promise<Answer> {
    const askedMillis = Date.now();
    const patience = options.deadlineMillis ?? DEADLINE_MILLIS;
    const terms = {
      requester: this.address.toLowerCase(),
      model: options.model ?? this.deployment.model,
      maxFeeNano: options.maxFeeNano.toString(),
      deadline: askedMillis + patience,
      nonce: randomBytes(8).readBigUInt64BE().toString(),
    };
    const struct = { ...terms, inputHash: inputHash(input, query), optionsHash: NO_OPTIONS };
    const requestId = requestDigest(this.#domain, struct);
    const signature = await this.wallet.signTypedData(this.#domain, REQUEST_TYPES, struct);
    const value = JSON.stringify({ ...terms, input, query, signature });
    this.#forgetOld(askedMillis);
    const waiting = patience + 30_000;
    this.#asked.set(requestId, { millis: askedMillis, list: typeof input !== "string", untilMillis: askedMillis + waiting + KEPT_MILLIS });
    const end = await this.stream.ask(requestId, terms.requester, value, waiting).catch((error: unknown) => {
      if (error instanceof NotSent) this.#asked.delete(requestId);
      throw error;
    });
    return this.#answer(requestId, waiting, end);
  }

  /** Waits on, after `NoAnswerYet`, for a request that this client has sent, until a day after it was last waited for. */
  async answerTo(requestId: string, millis: number): Promise<Answer> {
    const asked = this.#asked.get(requestId);
    if (asked !== undefined) asked.untilMillis = Math.max(asked.untilMillis, Date.now() + millis + KEPT_MILLIS);
    return this.#answer(requestId, millis, await this.stream.end(requestId, millis));
  }

  /** After `NoAnswerYet`: nobody will wait on. */
  forget(requestId: string): void {
    this.#asked.delete(requestId);
    this.stream.forget(requestId);
  }

  /** Why nothing can be asked any more, if so: connect anew then. */
  get failure(): Error | undefined {
    return this.stream.failure;
  }

  #forgetOld(nowMillis: number): void {
    for (const [requestId, { untilMillis }] of this.#asked) {
      if (untilMillis > nowMillis) return; // more or less, they are in the order in which they were asked
      this.forget(requestId);
    }
  }

  #answer(requestId: string, millis: number, end: End | undefined): Answer {
    if (end === undefined) throw new NoAnswerYet(requestId, `nothing heard within ${millis} ms`);
    const { millis: askedMillis, list } = this.#asked.get(requestId) ?? { millis: 0, list: false };
    this.#asked.delete(requestId);
    if (!isResult(end)) throw new RequestRefused(requestId, end);
    if (end.status !== "answered") throw new RequestUnanswered(requestId, end.status, end.error?.message ?? "");
    const embeddings = end.data.map(vectorOf);
    return {
      requestId,
      embedding: embeddings[0] ?? [],
      embeddings,
      scores: end.data.flatMap((text) => ("scores" in text ? [new Map(text.scores.map(({ label, score }) => [label, score]))] : [])),
      relevance: end.data.flatMap((text) => ("relevance_score" in text ? [text.relevance_score] : [])),
      list,
      debitNano: BigInt(end.charge.debitNano),
      askedMillis,
      result: end,
    };
  }

  /**
   * Whether the provider that the answer names has signed exactly these vectors and this charge for this request, with a key that
   * signs, by the chain, for the earning account that is paid.
   */
  async isSignedByProvider(answer: Answer): Promise<boolean> {
    const { provider } = answer.result;
    const signer = recoverAddress(this.#outcome(answer), provider.signature).toLowerCase();
    if (signer !== provider.address) return false;
    return BigInt(Math.floor(answer.askedMillis / 1000)) < (await this.vault.signsUntil(provider.account, signer));
  }

  /** The proof of an answer's charge; undefined as long as the vault does not hold its epoch, a minute or two with the defaults. */
  async receipt({ requestId, askedMillis }: Pick<Answer, "requestId" | "askedMillis">): Promise<ReceiptProof | undefined> {
    const sinceMillis = Math.max(0, askedMillis - SKEW_MILLIS);
    return findProof(this.deployment, this.#domain, await this.vault.shardDepth(), requestId, sinceMillis, (header) => this.vault.headerOf(header));
  }

  /**
   * Whether the vault holds this charge, and it is the answer's. Everything is hashed here; the only word that is taken for it is
   * that of your own node about the header which the vault keeps.
   */
  async verify(answer: Answer, proof: ReceiptProof): Promise<boolean> {
    const { receipt, header } = proof;
    const isTheAnswers =
      receipt.requestId === answer.requestId &&
      BigInt(receipt.debitNano) === answer.debitNano &&
      receipt.outcome === this.#outcome(answer);
    return (
      isTheAnswers &&
      leadsToItsHeader(proof, this.#domain, await this.vault.shardDepth()) &&
      (await this.vault.headerOf(header)) === headerDigest(this.#domain, header)
    );
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    this.node.destroy();
    await this.stream.close();
  }

  #outcome({ requestId, embedding, embeddings, list, result: { provider, usage } }: Answer): string {
    return outcomeDigest(this.#domain, {
      requestId,
      providerAccount: provider.account,
      units: usage.total_tokens,
      status: ANSWERED,
      outputHash: list ? listOutputHash(embeddings) : outputHash(embedding),
      numericClass: provider.numericClass,
    });
  }
}
