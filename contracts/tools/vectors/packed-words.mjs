// Vectors for the words of an epoch: four 63-bit amounts to a word, eight slot numbers to a word, and their hash.
import { AbiCoder, concat, keccak256, toBeHex } from "ethers";

const word = (value) => toBeHex(value, 32);

function pack(amounts) {
  const words = new Map();
  for (const [account, amountNano] of amounts.map(([a, n]) => [BigInt(a), BigInt(n)])) {
    const slot = account / 4n;
    words.set(slot, (words.get(slot) ?? 0n) | (amountNano << (64n * (account % 4n))));
  }
  const slots = [...words.keys()].sort((a, b) => (a < b ? -1 : 1));
  const slotWords = [];
  for (let i = 0; i < slots.length; i += 8) {
    slotWords.push(slots.slice(i, i + 8).reduce((packed, slot, j) => packed | (slot << (32n * BigInt(j))), 0n));
  }
  return { slots: slotWords.map(word), words: slots.map((slot) => word(words.get(slot))) };
}

/** Hash of the hashes of the chunks: of each 64 amount words, their slot words and themselves. */
function chunksHash({ slots, words }) {
  const chunks = [];
  for (let i = 0; i < words.length; i += 64) {
    chunks.push(keccak256(concat([...slots.slice(i / 8, i / 8 + 8), ...words.slice(i, i + 64)])));
  }
  return keccak256(concat(chunks));
}

function sum(amounts) {
  return String(amounts.reduce((total, [, amountNano]) => total + BigInt(amountNano), 0n));
}

function printed(amounts) {
  return amounts.map(([account, amountNano]) => ({ account: String(account), amountNano: String(amountNano) }));
}

function epoch(name, debits, credits, releases) {
  const debit = pack(debits);
  const credit = pack(credits);
  const releaseWords = releases.map(([account, request, amountNano]) =>
    word((BigInt(account) << 96n) | (BigInt(request) << 64n) | BigInt(amountNano)),
  );
  const hashes = [chunksHash(debit), chunksHash(credit), keccak256(concat(releaseWords))];
  return {
    name,
    debits: printed(debits),
    credits: printed(credits),
    releases: releases.map(([account, request, amountNano]) => ({
      account: String(account),
      request: String(request),
      amountNano: String(amountNano),
    })),
    debitSlots: debit.slots,
    debitWords: debit.words,
    creditSlots: credit.slots,
    creditWords: credit.words,
    releaseWords,
    debitsSumNano: sum(debits),
    creditsSumNano: sum(credits),
    wordsHash: keccak256(AbiCoder.defaultAbiCoder().encode(Array(3).fill("bytes32"), hashes)),
  };
}

export function packedWords() {
  const most = 2n ** 63n - 1n;
  const every = (count, first, step) => Array.from({ length: count }, (_, i) => [first + step * i, 1 + 7919 * i]);
  return {
    cases: [
      epoch("nothing", [], [], []),
      epoch("one requester, one provider and the treasury", [[1, 240]], [[0, 5], [1, 235]], []),
      epoch("every lane of a word", [[4, 1], [5, 2], [6, 3], [7, 4]], [[0, 4], [1, 3], [2, 2], [3, 1]], []),
      epoch("largest amounts in neighbouring lanes", [[1, most - 1n], [2, 1]], [[0, 1], [1, most - 1n]], []),
      epoch("eight slots fill a slot word, the ninth begins one", every(9, 4, 4), every(9, 3, 4), []),
      epoch("gaps between slots", [[2, 10], [1000, 20], [65537, 30]], [[9, 60]], []),
      epoch("highest account of the stream", [[2147483647, 1]], [[2147483647, 1]], [[2147483647, 2147483647, most]]),
      epoch("releases only", [], [], [[1, 1, 5000], [2, 3, 0]]),
      epoch("a chunk of 64 words is full, two are full and one begins", every(64, 4, 4), every(129, 0, 4), []),
      epoch("a busy epoch", every(40, 1, 1), every(10, 0, 3), [[7, 2, 123456789]]),
    ],
  };
}
