// A receipt's way to the vault, gone again by the browser: EIP-712 hash of the receipt, Merkle-sum path, hash of the header.
import { keccak_256 } from "@noble/hashes/sha3.js";

export interface Receipt {
  readonly requestId: string;
  readonly requesterAccount: number;
  readonly sequence: string;
  readonly providerAccount: number;
  readonly model: string;
  readonly units: string;
  readonly priceNanoPerMillion: string;
  readonly priceVersion: number;
  readonly debitNano: string;
  readonly credits: readonly string[];
  readonly outcome: string;
  readonly allocation: string;
  readonly admittedMillis: string;
  readonly shard: number;
  readonly index: number;
}

export interface Header {
  readonly previousHeader: string;
  readonly epoch: string;
  readonly part: number;
  readonly parts: number;
  readonly receiptsRoot: string;
  readonly receiptsSumNano: string;
  readonly receiptsCount: string;
  readonly levels: number;
  readonly partSumNano: string;
  readonly wordsHash: string;
  readonly cutDigest: string;
  readonly l2Block: string;
}

export interface Proof {
  readonly requestId: string;
  readonly epoch: string;
  readonly receipt: Receipt;
  readonly proof: { readonly header: Header; readonly siblings: readonly string[]; readonly sumsNano: readonly string[] };
}

export interface Vault {
  readonly vault: string;
  readonly chainId: number;
  readonly shardDepth: number;
}

/** A node of the tree, with the sum of what lies below. */
export interface SumNode {
  readonly hash: string;
  readonly sumNano: bigint;
}

/** One turn of the path. */
export interface Turn {
  readonly sibling: SumNode;
  readonly siblingIsRight: boolean;
  readonly parent: SumNode;
}

type Word = string | number | bigint;

const ZERO = "0x" + "0".repeat(64);
const RECEIPT_FIELDS = "bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,"
  + "uint64 units,uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint256[] credits,bytes32 outcome,"
  + "bytes32 allocation,uint64 admittedMillis,uint32 shard,uint32 index";
const HEADER_FIELDS = "bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,uint64 receiptsSumNano,"
  + "uint64 receiptsCount,uint8 levels,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,uint64 l2Block";
const types = (fields: string): string => fields.split(",").map((field) => field.split(" ")[0]).join(",");
export const VERIFY = `verifyReceipt(uint64,(${types(RECEIPT_FIELDS)}),((${types(HEADER_FIELDS)}),bytes32[],uint64[]))`;

function bytes(hex: string): Uint8Array {
  if (!/^0x([0-9a-f]{2})*$/i.test(hex)) throw new Error(`"${hex.slice(0, 80)}" is no hexadecimal`);
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

const hexOf = (raw: Uint8Array): string => "0x" + Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const keccak = (hex: string): string => hexOf(keccak_256(bytes(hex)));

const keccakOfText = (text: string): string => hexOf(keccak_256(new TextEncoder().encode(text)));

export const selector = (signature: string): string => keccakOfText(signature).slice(0, 10);

/** A number of so many bytes, without 0x. */
function digits(value: Word, size = 32): string {
  const number = BigInt(value);
  if (number < 0n || number >> BigInt(8 * size) !== 0n) throw new RangeError(`${number} does not fit ${size} bytes`);
  return number.toString(16).padStart(2 * size, "0");
}

const words = (...values: Word[]): string => values.map((value) => digits(value)).join("");

function digest(vault: Vault, typeHash: string, fields: string): string {
  const domain = keccak("0x" + words(
    keccakOfText("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
    keccakOfText("Millrace"), keccakOfText("1"), vault.chainId, vault.vault));
  return keccak("0x1901" + domain.slice(2) + keccak("0x" + typeHash.slice(2) + fields).slice(2));
}

const receiptWords = (receipt: Receipt, credits: Word): Word[] => [
  receipt.requestId, receipt.requesterAccount, receipt.sequence, receipt.providerAccount, receipt.model, receipt.units,
  receipt.priceNanoPerMillion, receipt.priceVersion, receipt.debitNano, credits, receipt.outcome, receipt.allocation,
  receipt.admittedMillis, receipt.shard, receipt.index,
];

const headerWords = (header: Header): Word[] => [
  header.previousHeader, header.epoch, header.part, header.parts, header.receiptsRoot, header.receiptsSumNano,
  header.receiptsCount, header.levels, header.partSumNano, header.wordsHash, header.cutDigest, header.l2Block,
];

export function leafOf(vault: Vault, receipt: Receipt): SumNode {
  const credits = keccak("0x" + words(...receipt.credits));
  const hash = digest(vault, keccakOfText(`Receipt(${RECEIPT_FIELDS})`), words(...receiptWords(receipt, credits)));
  return { hash, sumNano: BigInt(receipt.debitNano) };
}

export const headerHash = (vault: Vault, header: Header): string =>
  digest(vault, keccakOfText(`EpochHeader(${HEADER_FIELDS})`), words(...headerWords(header)));

export const isEmpty = (node: SumNode): boolean => BigInt(node.hash) === 0n;

function join(left: SumNode, right: SumNode): SumNode {
  if (isEmpty(left) && isEmpty(right)) return { hash: ZERO, sumNano: 0n };
  const text = "01" + digits(left.hash) + digits(left.sumNano, 8) + digits(right.hash) + digits(right.sumNano, 8);
  return { hash: keccak("0x" + text), sumNano: left.sumNano + right.sumNano };
}

/** From the leaf upwards; the bits of the path, lowest first, are those of the index, then those of the shard. */
export function climb(vault: Vault, proof: Proof): Turn[] {
  const { receipt, proof: { header, siblings, sumsNano } } = proof;
  const shardLevels = header.levels - vault.shardDepth;
  if (siblings.length !== header.levels || sumsNano.length !== siblings.length || shardLevels < 0) {
    throw new Error("the proof is not as long as the tree is high");
  }
  if (BigInt(receipt.index) >> BigInt(shardLevels) !== 0n || BigInt(receipt.shard) >> BigInt(vault.shardDepth) !== 0n) {
    throw new Error("the tree has no such place");
  }
  let path = (BigInt(receipt.shard) << BigInt(shardLevels)) | BigInt(receipt.index);
  let node = leafOf(vault, receipt);
  return siblings.map((hash, level) => {
    const sibling = { hash, sumNano: BigInt(sumsNano[level] ?? "0") };
    if (isEmpty(sibling) && sibling.sumNano !== 0n) throw new Error("an empty subtree claims a sum");
    const siblingIsRight = (path & 1n) === 0n;
    path >>= 1n;
    node = siblingIsRight ? join(node, sibling) : join(sibling, node);
    return { sibling, siblingIsRight, parent: node };
  });
}

/** Whether the way ends at the root that the header names, with the sum that it names. */
export function leadsToRoot(vault: Vault, proof: Proof): boolean {
  const { header } = proof.proof;
  const top = climb(vault, proof).at(-1)?.parent ?? leafOf(vault, proof.receipt);
  return BigInt(top.hash) === BigInt(header.receiptsRoot) && top.sumNano === BigInt(header.receiptsSumNano);
}

/** Call data of the vault's verifyReceipt. */
export function verifyCall(proof: Proof): string {
  const { receipt, proof: { header, siblings, sumsNano } } = proof;
  const own = receiptWords(receipt, 15 * 32);
  return selector(VERIFY) + words(
    proof.epoch, 3 * 32, (3 + own.length + 1 + receipt.credits.length) * 32,
    ...own, receipt.credits.length, ...receipt.credits,
    ...headerWords(header), 14 * 32, (15 + siblings.length) * 32,
    siblings.length, ...siblings, sumsNano.length, ...sumsNano);
}

export const headerOfCall = (header: Header): string =>
  selector("headerOf(uint64,uint32)") + words(header.epoch, header.part);
