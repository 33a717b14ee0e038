// The EIP-712 structs that the engine, its contracts and its clients share.
import { type TypedDataDomain, type TypedDataField, TypedDataEncoder, ZeroHash, concat, getBytes, keccak256, toUtf8Bytes } from "ethers";

const fields = (...declarations: string[]): TypedDataField[] =>
  declarations.map((declaration) => {
    const [type, name] = declaration.split(" ") as [string, string];
    return { name, type };
  });

export const REQUEST_TYPES = {
  InferenceRequest: fields(
    "address requester", "bytes32 model", "bytes32 inputHash", "bytes32 optionsHash", "uint64 maxFeeNano", "uint64 deadline",
    "uint64 nonce",
  ),
};

const OUTCOME_TYPES = {
  Outcome: fields(
    "bytes32 requestId", "uint32 providerAccount", "uint64 units", "uint8 status", "bytes32 outputHash", "bytes32 numericClass",
  ),
};

const RECEIPT_TYPES = {
  Receipt: fields(
    "bytes32 requestId", "uint32 requesterAccount", "uint64 sequence", "uint32 providerAccount", "bytes32 model", "uint64 units",
    "uint64 priceNanoPerMillion", "uint32 priceVersion", "uint64 debitNano", "uint256[] credits", "bytes32 outcome",
    "bytes32 allocation", "uint64 admittedMillis", "uint32 shard", "uint32 index",
  ),
};

const HEADER_TYPES = {
  EpochHeader: fields(
    "bytes32 previousHeader", "uint64 epoch", "uint32 part", "uint32 parts", "bytes32 receiptsRoot", "uint64 receiptsSumNano",
    "uint64 receiptsCount", "uint8 levels", "uint64 partSumNano", "bytes32 wordsHash", "bytes32 cutDigest", "uint64 l2Block",
  ),
};

export type Integer = number | bigint | string;

/** What a requester signs. */
export interface RequestStruct {
  readonly requester: string;
  readonly model: string;
  readonly inputHash: string;
  readonly optionsHash: string;
  readonly maxFeeNano: Integer;
  readonly deadline: Integer;
  readonly nonce: Integer;
}

/** What a provider signs. */
export interface OutcomeStruct {
  readonly requestId: string;
  readonly providerAccount: Integer;
  readonly units: Integer;
  /** 1 answered, 2 expired, 3 failed. */
  readonly status: Integer;
  readonly outputHash: string;
  readonly numericClass: string;
}

/** A leaf of an epoch's tree, as `verifyReceipt` takes it. */
export interface ReceiptStruct {
  readonly requestId: string;
  readonly requesterAccount: Integer;
  readonly sequence: Integer;
  readonly providerAccount: Integer;
  readonly model: string;
  readonly units: Integer;
  readonly priceNanoPerMillion: Integer;
  readonly priceVersion: Integer;
  readonly debitNano: Integer;
  /** Words of beforeNano << 96 | account << 64 | amountNano, `beforeNano` by the leaves before it in its shard. */
  readonly credits: readonly Integer[];
  readonly outcome: string;
  readonly allocation: string;
  readonly admittedMillis: Integer;
  readonly shard: Integer;
  readonly index: Integer;
}

/** What the vault keeps the hash of, as `verifyReceipt` takes it. */
export interface HeaderStruct {
  readonly previousHeader: string;
  readonly epoch: Integer;
  readonly part: Integer;
  readonly parts: Integer;
  readonly receiptsRoot: string;
  readonly receiptsSumNano: Integer;
  readonly receiptsCount: Integer;
  readonly levels: Integer;
  readonly partSumNano: Integer;
  readonly wordsHash: string;
  readonly cutDigest: string;
  readonly l2Block: Integer;
}

/** Signatures and leaves hold for one vault on one chain. */
export function domainOf(chainId: Integer, vault: string): TypedDataDomain {
  return { name: "Millrace", version: "1", chainId, verifyingContract: vault };
}

/** A text stands for its bytes, a list for EIP-712's hash of `string[]`: of the query before it, if it is ranked by one. */
export function inputHash(input: string | readonly string[], query?: string): string {
  const ofText = (text: string) => keccak256(toUtf8Bytes(text));
  if (typeof input === "string") return ofText(input);
  return keccak256(concat((query === undefined ? input : [query, ...input]).map(ofText)));
}

/** No option may be given to a request yet. */
export const NO_OPTIONS = ZeroHash;

/** keccak256 of big-endian float32 bytes; of nothing where there is no answer. */
export function outputHash(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(4 * vector.length));
  vector.forEach((component, i) => bytes.setFloat32(4 * i, component));
  return keccak256(getBytes(new Uint8Array(bytes.buffer)));
}

/** Of what a list of texts gave: the keccak256 of the hashes of each, so that one can be shown without the others. */
export const listOutputHash = (vectors: readonly (readonly number[])[]): string => keccak256(concat(vectors.map(outputHash)));

export const requestDigest = (domain: TypedDataDomain, struct: RequestStruct): string =>
  TypedDataEncoder.hash(domain, REQUEST_TYPES, struct);

export const outcomeDigest = (domain: TypedDataDomain, struct: OutcomeStruct): string =>
  TypedDataEncoder.hash(domain, OUTCOME_TYPES, struct);

export const receiptDigest = (domain: TypedDataDomain, struct: ReceiptStruct): string =>
  TypedDataEncoder.hash(domain, RECEIPT_TYPES, { ...struct, credits: [...struct.credits] });

export const headerDigest = (domain: TypedDataDomain, struct: HeaderStruct): string =>
  TypedDataEncoder.hash(domain, HEADER_TYPES, struct);
