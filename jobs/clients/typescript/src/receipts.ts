// The way from one charge to the header of its epoch, rebuilt from the topics.
import type { TypedDataDomain } from "ethers";
import type { KafkaAccess } from "./deployment.js";
import { parseRecord } from "./json.js";
import { EMPTY, type SumNode, SumTree, depthOf, liesUnder, raised } from "./merkle-sum.js";
import type { Epoch, Receipt } from "./records.js";
import { scan } from "./topic-scan.js";
import { type HeaderStruct, type Integer, type ReceiptStruct, headerDigest, receiptDigest } from "./typed-data.js";

const RECEIPTS = "settlement.receipts";
const EPOCHS = "settlement.epochs";
const NO_ALLOCATION = `0x${"00".repeat(32)}`;
const TREASURY = 0n;

/** That a charge was sealed, in the form that `verifyReceipt` of the vault takes. */
export interface ReceiptProof {
  readonly epoch: bigint;
  readonly receipt: ReceiptStruct;
  readonly header: HeaderStruct;
  /** From the leaf to the root, bottom-up. */
  readonly siblings: readonly SumNode[];
  /**
   * Request ids of the shard's leaves, by index, that do not carry on what the leaves before them credit their earners. The
   * proof holds all the same; but an earner's total in the shard, which its last leaf shows, is wrong.
   */
  readonly wrongTotals: readonly string[];
}

/** Answers what the vault keeps of the header's part: its digest, zero if none was settled. */
export type HeaderOf = (header: HeaderStruct) => Promise<string>;

/**
 * What the topics tell of one request's charge. kafkajs 2.2.4 hands out records of aborted transactions, so that after a crash
 * there may be other receipts and parts of an epoch than those that were sealed. All of a request are in one partition, where the
 * last counts; all of a shard's cut are one tree; and which of the trees and parts belongs to the books, the vault says.
 */
export class SealedCharge {
  readonly #receipts = new Map<string, Receipt>();
  /** By epoch, shard and cut, then by request. */
  readonly #trees = new Map<string, Map<string, Receipt>>();
  /** By epoch, then by hash. */
  readonly #parts = new Map<string, Map<string, Epoch>>();
  readonly #tried = new Set<string>();

  constructor(
    private readonly requestId: string, private readonly domain: TypedDataDomain, private readonly shardDepth: number,
    private readonly headerOf: HeaderOf,
  ) {}

  /**
   * Takes the next record. Proves each tree and part but once, so that a replay of many receipts does not cost their square;
   * `proof` tries again.
   *
   * @returns the proof, if what was read so far is enough
   */
  async take(topic: string, record: Epoch | Receipt): Promise<ReceiptProof | undefined> {
    if (topic === EPOCHS) this.#takePart(record as Epoch);
    else this.#takeReceipt(record as Receipt);
    return this.#firstOf((tree, part) => {
      const attempt = `${tree}/${part.hash}`;
      if (this.#tried.has(attempt)) return false;
      this.#tried.add(attempt);
      return true;
    });
  }

  /** The proof; undefined as long as the vault holds no part of the charge's epoch, or records are missing. */
  async proof(): Promise<ReceiptProof | undefined> {
    return this.#firstOf(() => true);
  }

  #takePart(part: Epoch): void {
    const epoch = String(part.header.epoch);
    const parts = this.#parts.get(epoch) ?? new Map<string, Epoch>();
    this.#parts.set(epoch, parts.set(part.hash, part));
  }

  #takeReceipt(receipt: Receipt): void {
    const { requestId } = receipt.charge;
    const before = this.#receipts.get(requestId);
    if (before !== undefined) this.#trees.get(treeOf(before))!.delete(requestId);
    this.#receipts.set(requestId, receipt);
    const tree = this.#trees.get(treeOf(receipt)) ?? new Map<string, Receipt>();
    this.#trees.set(treeOf(receipt), tree.set(requestId, receipt));
  }

  async #firstOf(isToTry: (tree: string, part: Epoch) => boolean): Promise<ReceiptProof | undefined> {
    const wanted = this.#receipts.get(this.requestId);
    for (const part of (wanted && this.#parts.get(String(wanted.epoch))?.values()) ?? []) {
      const tree = this.#treeIn(part, wanted!);
      if (tree === undefined || !isToTry(treeOf(wanted!), part)) continue;
      const proof = proofOf(wanted!, tree, part, this.domain, this.shardDepth);
      if (!leadsToItsHeader(proof, this.domain, this.shardDepth)) continue;
      if ((await this.headerOf(proof.header)) === headerDigest(this.domain, proof.header)) return proof;
    }
    return undefined;
  }

  /** The receipts of the shard's cut that the part was made of, by index; undefined if one is missing. */
  #treeIn({ sources }: Epoch, wanted: Receipt): Receipt[] | undefined {
    const source = sources.find(({ shard, cut }) => shard === wanted.shard && String(cut) === String(wanted.cut));
    const known = this.#trees.get(treeOf(wanted))!;
    if (source === undefined || known.size < source.receipts || wanted.index >= source.receipts) return undefined;
    const tree = new Map<number, Receipt>();
    for (const receipt of known.values()) if (receipt.index < source.receipts) tree.set(receipt.index, receipt);
    tree.set(wanted.index, wanted);
    return tree.size === source.receipts ? [...tree.values()] : undefined;
  }
}

const treeOf = ({ epoch, shard, cut }: Receipt): string => `${epoch}/${shard}/${cut}`;

/**
 * The proof of a request's charge; undefined as long as the vault does not hold its epoch.
 *
 * @param sinceMillis when the request was sent, so that older records need not be read; 0 reads them all
 */
export async function findProof(
  access: KafkaAccess, domain: TypedDataDomain, shardDepth: number, requestId: string, sinceMillis: number, headerOf: HeaderOf,
): Promise<ReceiptProof | undefined> {
  const charge = new SealedCharge(requestId, domain, shardDepth, headerOf);
  let proof: ReceiptProof | undefined;
  await scan(access, [EPOCHS, RECEIPTS], sinceMillis, async (topic, value) => {
    proof ??= await charge.take(topic, parseRecord<Epoch | Receipt>(value));
    return proof !== undefined;
  });
  return proof ?? charge.proof();
}

/** Of a record, all those of its shard of its epoch, in any order, and any part of that epoch. */
export function proofOf(
  wanted: Receipt, tree: readonly Receipt[], part: Epoch, domain: TypedDataDomain, shardDepth: number,
): ReceiptProof {
  const structs = [...tree].sort((a, b) => a.index - b.index).map(structOf);
  const leaves = structs.map((struct) => leafOf(struct, domain));
  const levels = part.header.levels - shardDepth;
  const roots: SumNode[] = Array<SumNode>(2 ** shardDepth).fill(EMPTY);
  for (const { shard, root, sumNano, receipts } of part.sources) {
    roots[shard] = raised({ hash: root, sumNano: BigInt(sumNano) }, levels - depthOf(receipts));
  }
  return {
    epoch: BigInt(wanted.epoch),
    receipt: structOf(wanted),
    header: part.header,
    siblings: [...new SumTree(leaves, levels).siblings(wanted.index), ...new SumTree(roots, shardDepth).siblings(wanted.shard)],
    wrongTotals: wrongTotals(structs),
  };
}

function leafOf(receipt: ReceiptStruct, domain: TypedDataDomain): SumNode {
  return { hash: receiptDigest(domain, receipt), sumNano: BigInt(receipt.debitNano) };
}

/** Whether the leaf leads to the root that the header names. Whose header it is, only the vault knows. */
export function leadsToItsHeader(proof: ReceiptProof, domain: TypedDataDomain, shardDepth: number): boolean {
  const { header, receipt, siblings } = proof;
  return (
    BigInt(header.levels) === BigInt(siblings.length) &&
    liesUnder(
      { hash: header.receiptsRoot, sumNano: BigInt(header.receiptsSumNano) },
      leafOf(receipt, domain), Number(receipt.shard), Number(receipt.index), shardDepth, siblings,
    )
  );
}

/** Of the structs of an epoch's shard, by index, the request ids of those that do not carry on the totals before them. */
export function wrongTotals(shard: readonly ReceiptStruct[]): string[] {
  const earned = new Map<bigint, bigint>();
  const carriesOn = (line: Integer): boolean => {
    const account = BigInt.asUintN(32, BigInt(line) >> 64n);
    const dueNano = earned.get(account) ?? 0n;
    earned.set(account, dueNano + BigInt.asUintN(64, BigInt(line)));
    return BigInt(line) >> 96n === dueNano;
  };
  return shard.filter(({ credits }) => credits.map(carriesOn).includes(false)).map(({ requestId }) => requestId);
}

export function structOf({ charge, shard, index, earnedBefore }: Receipt): ReceiptStruct {
  const lines: [bigint, bigint, bigint][] = [
    [BigInt(earnedBefore.providerNano), BigInt(charge.providerAccount), BigInt(charge.creditNano)],
    [BigInt(earnedBefore.treasuryNano), TREASURY, BigInt(charge.feeNano)],
  ];
  return {
    requestId: charge.requestId,
    requesterAccount: charge.requesterAccount,
    sequence: charge.sequence,
    providerAccount: charge.providerAccount,
    model: charge.model,
    units: charge.units,
    priceNanoPerMillion: charge.price.nanoPerMillion,
    priceVersion: charge.price.version,
    debitNano: charge.debitNano,
    credits: lines.filter(([, , amount]) => amount !== 0n).map(([before, account, amount]) => (before << 96n) | (account << 64n) | amount),
    outcome: charge.outcome,
    allocation: NO_ALLOCATION,
    admittedMillis: charge.admittedMillis,
    shard,
    index,
  };
}
