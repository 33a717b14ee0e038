// The way from one charge to the header of its epoch, rebuilt from the topics.
import type { TypedDataDomain } from "ethers";
import type { KafkaAccess } from "./deployment.js";
import { parseRecord } from "./json.js";
import { EMPTY, type SumNode, SumTree, depthOf, liesUnder, raised } from "./merkle-sum.js";
import type { Epoch, Receipt } from "./records.js";
import { scan } from "./topic-scan.js";
import { type HeaderStruct, type Integer, type ReceiptStruct, receiptDigest } from "./typed-data.js";

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

/**
 * The proof of a request's charge; undefined if it is not sealed yet.
 *
 * @param sinceMillis when the request was sent, so that older records need not be read; 0 reads them all
 */
export async function findProof(
  access: KafkaAccess, domain: TypedDataDomain, shardDepth: number, requestId: string, sinceMillis: number,
): Promise<ReceiptProof | undefined> {
  // by index: a record of an aborted transaction may be read too, and is there again
  const byTree = new Map<string, Map<number, Receipt>>();
  const epochs = new Map<string, Epoch>();
  let wanted: Receipt | undefined;
  const treeOf = (receipt: Receipt) => `${receipt.epoch}/${receipt.shard}`;
  const isWhole = () => {
    const tree = wanted && byTree.get(treeOf(wanted));
    const source = wanted && epochs.get(String(wanted.epoch))?.sources.find(({ shard }) => shard === wanted!.shard);
    return tree !== undefined && source !== undefined && tree.size === source.receipts;
  };
  await scan(access, [EPOCHS, RECEIPTS], sinceMillis, (topic, value) => {
    if (topic === EPOCHS) {
      const part = parseRecord<Epoch>(value);
      epochs.set(String(part.header.epoch), part);
    } else {
      const receipt = parseRecord<Receipt>(value);
      if (receipt.charge.requestId === requestId) wanted = receipt;
      const tree = byTree.get(treeOf(receipt)) ?? new Map<number, Receipt>();
      byTree.set(treeOf(receipt), tree.set(receipt.index, receipt));
    }
    return isWhole();
  });
  const part = wanted && epochs.get(String(wanted.epoch));
  if (wanted === undefined || part === undefined || !isWhole()) return undefined;
  return proofOf(wanted, [...byTree.get(treeOf(wanted))!.values()], part, domain, shardDepth);
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
