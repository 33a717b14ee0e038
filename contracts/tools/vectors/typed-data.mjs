// Vectors for the EIP-712 digests: a third implementation, ethers', beside the Java and the Solidity one.
import { TypedDataEncoder, Wallet, id, keccak256, toUtf8Bytes } from "ethers";

const ZERO = "0x" + "00".repeat(32);
const FULL = "0x" + "ff".repeat(32);
// The stream keeps uint32 in int and uint64 in long and refuses negatives, so these are the largest that flow.
const INT_MAX = String(2n ** 31n - 1n);
const LONG_MAX = String(2n ** 63n - 1n);

export const domain = {
  name: "Millrace",
  version: "1",
  chainId: "31337",
  verifyingContract: "0x00000000000000000000000000000000000000aa",
};

const types = {
  InferenceRequest: "address requester,bytes32 model,bytes32 inputHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce",
  Outcome: "bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash",
  Receipt:
    "bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,uint64 units," +
    "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint64 creditNano,uint64 feeNano,uint32 shard,uint32 index",
  EpochHeader:
    "bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,uint64 receiptsSumNano," +
    "uint64 receiptsCount,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,uint64 l2Block",
};

function fieldsOf(type) {
  return types[type].split(",").map((field) => {
    const [solidityType, name] = field.split(" ");
    return { type: solidityType, name };
  });
}

function digest(type, message) {
  return TypedDataEncoder.hash(domain, { [type]: fieldsOf(type) }, message);
}

/** Keys that anvil and every test chain publish; they hold nothing anywhere. */
const testKeys = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

function signed(type, message, privateKey) {
  const hash = digest(type, message);
  const signature = new Wallet(privateKey).signingKey.sign(hash);
  return { digest: hash, privateKey, signer: new Wallet(privateKey).address.toLowerCase(), signature: signature.serialized };
}

function request(name, key, model, input, maxFeeNano, deadline, nonce) {
  const requester = new Wallet(testKeys[key]).address.toLowerCase();
  const message = { requester, model, inputHash: keccak256(toUtf8Bytes(input)), maxFeeNano, deadline, nonce };
  return { name, ...message, input, ...signed("InferenceRequest", message, testKeys[key]) };
}

export function requestDigests() {
  const model = id("all-MiniLM-L6-v2");
  return {
    typeString: `InferenceRequest(${types.InferenceRequest})`,
    domain,
    cases: [
      request("plain", 0, model, "The quick brown fox jumps over the lazy dog.", "2500", "1795348800000", "1"),
      request("second requester, same fields", 1, model, "The quick brown fox jumps over the lazy dog.", "2500", "1795348800000", "1"),
      request("empty input", 0, model, "", "0", "0", "0"),
      request("beyond ASCII", 1, model, "Größe, naïve 東京 🚰\n\ttab", "1", "1795348800001", "2"),
      request("extremes", 0, FULL, "x".repeat(5000), LONG_MAX, LONG_MAX, LONG_MAX),
    ],
  };
}

function float32BigEndian(values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatBE(Number(value), i * 4));
  return "0x" + bytes.toString("hex");
}

function outcome(name, requestId, providerAccount, units, status, embedding, key) {
  const outputBytes = float32BigEndian(embedding);
  const message = { requestId, providerAccount, units, status, outputHash: keccak256(outputBytes) };
  return { name, ...message, embedding, outputBytes, ...signed("Outcome", message, testKeys[key]) };
}

// Status 1 is an answer, 2 expired, 3 failed.
export function outcomeDigests() {
  return {
    typeString: `Outcome(${types.Outcome})`,
    domain,
    cases: [
      outcome("three dimensions", id("request 1"), "1", "12", "1", ["0.25", "-1.5", "3.0"], 0),
      outcome("failed, nothing returned", id("request 2"), "1", "0", "3", [], 1),
      outcome("not exact in binary, signed zero", id("request 3"), "7", "512", "1", ["0.1", "-0.0", "1.0E-30", "-0.33333334"], 0),
      outcome("extremes", FULL, INT_MAX, LONG_MAX, "255", ["3.4028235E38", "1.4E-45"], 1),
    ],
  };
}

function receipt(name, message) {
  return { name, ...message, digest: digest("Receipt", message) };
}

export function receiptLeaves() {
  const plain = {
    requestId: id("request 1"),
    requesterAccount: "1",
    sequence: "1",
    providerAccount: "1",
    model: id("all-MiniLM-L6-v2"),
    units: "12",
    priceNanoPerMillion: "20000000",
    priceVersion: "1",
    debitNano: "240",
    creditNano: "235",
    feeNano: "5",
    shard: "1",
    index: "0",
  };
  const zero = Object.fromEntries(fieldsOf("Receipt").map(({ type, name }) => [name, type === "bytes32" ? ZERO : "0"]));
  const most = { bytes32: FULL, uint32: INT_MAX, uint64: LONG_MAX };
  const full = Object.fromEntries(fieldsOf("Receipt").map(({ type, name }) => [name, most[type]]));
  return {
    typeString: `Receipt(${types.Receipt})`,
    domain,
    cases: [
      receipt("plain", plain),
      receipt("failed task: a charge of zero", { ...plain, sequence: "2", units: "0", debitNano: "0", creditNano: "0", feeNano: "0" }),
      receipt("all zero", zero),
      receipt("extremes", full),
    ],
  };
}

function header(name, message) {
  return { name, ...message, digest: digest("EpochHeader", message) };
}

export function epochHeaders() {
  const first = {
    previousHeader: ZERO,
    epoch: "1",
    part: "0",
    parts: "1",
    receiptsRoot: id("root 1"),
    receiptsSumNano: "240",
    receiptsCount: "1",
    partSumNano: "240",
    wordsHash: id("words 1"),
    cutDigest: id("cut 1"),
    l2Block: "17",
  };
  const second = { ...first, previousHeader: digest("EpochHeader", first), epoch: "2", parts: "2", partSumNano: "100" };
  const secondPart = { ...second, previousHeader: digest("EpochHeader", second), part: "1", partSumNano: "140" };
  const most = { bytes32: FULL, uint32: INT_MAX, uint64: LONG_MAX };
  const full = Object.fromEntries(fieldsOf("EpochHeader").map(({ type, name }) => [name, most[type]]));
  return {
    typeString: `EpochHeader(${types.EpochHeader})`,
    domain,
    domainSeparator: TypedDataEncoder.hashDomain(domain),
    cases: [
      header("first epoch", first),
      header("second epoch, part 0 of 2", second),
      header("second epoch, part 1 of 2", secondPart),
      header("no receipts", { ...first, receiptsRoot: ZERO, receiptsSumNano: "0", receiptsCount: "0", partSumNano: "0" }),
      header("extremes", full),
    ],
  };
}
