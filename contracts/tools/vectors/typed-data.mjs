// Vectors for the EIP-712 digests: a third implementation, ethers', beside the Java and the Solidity one.
import { TypedDataEncoder, Wallet, concat, id, keccak256, toUtf8Bytes } from "ethers";

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
  InferenceRequest: "address requester,bytes32 model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce",
  Outcome: "bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,bytes32 numericClass",
  Receipt:
    "bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,uint64 units," +
    "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint256[] credits," +
    "bytes32 outcome,bytes32 allocation,uint64 admittedMillis,uint32 shard,uint32 index",
  EpochHeader:
    "bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,uint64 receiptsSumNano," +
    "uint64 receiptsCount,uint8 levels,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,uint64 l2Block",
};

function fieldsOf(type) {
  return types[type].split(",").map((field) => {
    const [solidityType, name] = field.split(" ");
    return { type: solidityType, name };
  });
}

export function digestOf(type, message) {
  return TypedDataEncoder.hash(domain, { [type]: fieldsOf(type) }, message);
}

/** Keys that anvil and every test chain publish; they hold nothing anywhere. */
const testKeys = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

function signed(type, message, privateKey) {
  const hash = digestOf(type, message);
  const signature = new Wallet(privateKey).signingKey.sign(hash);
  return { digest: hash, privateKey, signer: new Wallet(privateKey).address.toLowerCase(), signature: signature.serialized };
}

/** Of a text its bytes are hashed; of a list the hashes of its texts, as EIP-712 hashes string[]. */
function inputHashOf(input) {
  const hashOf = (text) => keccak256(toUtf8Bytes(text));
  return Array.isArray(input) ? keccak256(concat(input.map(hashOf))) : hashOf(input);
}

/**
 * RFC 8785: members in the order of their UTF-16 units, numbers and texts as ECMAScript writes them; arrays keep theirs.
 * JSON.stringify does the rest.
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** @param options as sent: none at all, or an object @param query what the list of texts is ranked by, signed before them */
function request(name, key, model, input, maxFeeNano, deadline, nonce, options, query) {
  const requester = new Wallet(testKeys[key]).address.toLowerCase();
  const optionsJson = options === undefined || Object.keys(options).length === 0 ? "" : canonical(options);
  const optionsHash = optionsJson === "" ? ZERO : keccak256(toUtf8Bytes(optionsJson));
  const message = { requester, model, inputHash: inputHashOf(query === undefined ? input : [query, ...input]), optionsHash, maxFeeNano, deadline, nonce };
  return {
    name,
    ...message,
    input,
    ...(query === undefined ? {} : { query }),
    ...(options === undefined ? {} : { options }),
    optionsJson,
    ...signed("InferenceRequest", message, testKeys[key]),
  };
}

export function requestDigests() {
  const model = id("all-MiniLM-L6-v2");
  const text = "The quick brown fox jumps over the lazy dog.";
  return {
    typeString: `InferenceRequest(${types.InferenceRequest})`,
    domain,
    cases: [
      request("plain", 0, model, text, "2500", "1795348800000", "1"),
      request("second requester, same fields", 1, model, text, "2500", "1795348800000", "1"),
      request("empty input", 0, model, "", "0", "0", "0"),
      request("beyond ASCII", 1, model, "Größe, naïve 東京 🚰\n\ttab", "1", "1795348800001", "2"),
      request("extremes", 0, FULL, "x".repeat(5000), LONG_MAX, LONG_MAX, LONG_MAX),
      request("options without members are none", 0, model, text, "2500", "1795348800000", "3", {}),
      request("options, in whatever order they are sent", 0, model, text, "2500", "1795348800000", "4", {
        truncate: false,
        dimensions: 256,
        "encoding_format": "float",
        "": null,
        "€": "euro",
        "\r": "carriage return",
        "1": "one",
        "\u0080": "control",
        "ö": "o umlaut",
        "😂": "smiley, before the next by UTF-16, after it by code point",
        "דּ": "dalet with dagesh",
      }),
      request("options of every kind", 1, model, text, "2500", "1795348800000", "5", {
        whole: [0, -1, 9007199254740991],
        nested: { b: [true, false, null], a: { z: "\u20ac$\u000F\nA'B\"\\\"/", y: [] } },
      }),
      request("a list of texts", 0, model, ["one", "", "Größe 🚰"], "2500", "1795348800000", "6"),
      request("a list of one text is not that text", 0, model, [text], "2500", "1795348800000", "1"),
      request("a list ranked by a query", 0, model, ["one", "Größe 🚰"], "2500", "1795348800000", "7", undefined, text),
    ],
  };
}

function float32BigEndian(values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatBE(Number(value), i * 4));
  return "0x" + bytes.toString("hex");
}

/** @param output the embedding of a text, or a list of those of a list: its bytes are then the hashes of each. */
function outcome(name, requestId, providerAccount, units, status, output, key, numericClass = ZERO) {
  const list = Array.isArray(output[0]);
  const outputBytes = list ? concat(output.map((embedding) => keccak256(float32BigEndian(embedding)))) : float32BigEndian(output);
  const message = { requestId, providerAccount, units, status, outputHash: keccak256(outputBytes), numericClass };
  const given = list ? { embeddings: output } : { embedding: output };
  return { name, ...message, ...given, outputBytes, ...signed("Outcome", message, testKeys[key]) };
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
      outcome("a list of texts", id("request 4"), "1", "30", "1", [["0.25", "-1.5"], ["3.0", "0.1"], ["-0.0", "1.0E-30"]], 0),
      outcome("a list of one text is not that text", id("request 1"), "1", "12", "1", [["0.25", "-1.5", "3.0"]], 0),
      outcome("extremes", FULL, INT_MAX, LONG_MAX, "255", ["3.4028235E38", "1.4E-45"], 1, FULL),
    ],
  };
}

/** Lines of beforeNano << 96 | account << 64 | amountNano. */
function credits(...lines) {
  return lines.map(([account, amountNano, beforeNano = 0]) =>
    String((BigInt(beforeNano) << 96n) | (BigInt(account) << 64n) | BigInt(amountNano)));
}

function receipt(name, message) {
  return { name, ...message, digest: digestOf("Receipt", message) };
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
    priceVersion: "3",
    debitNano: "240",
    credits: credits([1, 235], [0, 5]),
    outcome: id("outcome 1"),
    allocation: ZERO,
    admittedMillis: "1795348800000",
    shard: "1",
    index: "0",
  };
  const least = { bytes32: ZERO, "uint256[]": [] };
  const zero = Object.fromEntries(fieldsOf("Receipt").map(({ type, name }) => [name, least[type] ?? "0"]));
  const most = { bytes32: FULL, uint32: INT_MAX, uint64: LONG_MAX, "uint256[]": credits([INT_MAX, LONG_MAX, LONG_MAX]) };
  const full = Object.fromEntries(fieldsOf("Receipt").map(({ type, name }) => [name, most[type]]));
  return {
    typeString: `Receipt(${types.Receipt})`,
    domain,
    cases: [
      receipt("plain", plain),
      receipt("failed task: a charge of zero", { ...plain, sequence: "2", units: "0", debitNano: "0", credits: [] }),
      receipt("after others", { ...plain, index: "7", credits: credits([1, 235, 1645], [0, 5, 4_000_000_000]) }),
      receipt("no fee", { ...plain, credits: credits([1, 240]) }),
      receipt("ran by the treasury, with royalties", { ...plain, providerAccount: "0", credits: credits([0, 200], [0, 5], [9, 35]) }),
      receipt("all zero", zero),
      receipt("extremes", full),
    ],
  };
}

function header(name, message) {
  return { name, ...message, digest: digestOf("EpochHeader", message) };
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
    levels: "4",
    partSumNano: "240",
    wordsHash: id("words 1"),
    cutDigest: id("cut 1"),
    l2Block: "17",
  };
  const second = { ...first, previousHeader: digestOf("EpochHeader", first), epoch: "2", parts: "2", partSumNano: "100" };
  const secondPart = { ...second, previousHeader: digestOf("EpochHeader", second), part: "1", partSumNano: "140" };
  const most = { bytes32: FULL, uint8: "255", uint32: INT_MAX, uint64: LONG_MAX };
  const full = Object.fromEntries(fieldsOf("EpochHeader").map(({ type, name }) => [name, most[type]]));
  return {
    typeString: `EpochHeader(${types.EpochHeader})`,
    domain,
    domainSeparator: TypedDataEncoder.hashDomain(domain),
    cases: [
      header("first epoch", first),
      header("second epoch, part 0 of 2", second),
      header("second epoch, part 1 of 2", secondPart),
      header("no receipts", { ...first, receiptsRoot: ZERO, receiptsSumNano: "0", receiptsCount: "0", levels: "4", partSumNano: "0" }),
      header("extremes", full),
    ],
  };
}
