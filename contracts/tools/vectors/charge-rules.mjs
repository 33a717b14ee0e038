// Vectors of what an honest charge is: leaves, what they refer to, and what is wrong with them, by a third implementation of
// the rules.
import { id } from "ethers";
import { digestOf, domain } from "./typed-data.mjs";

const ZERO = "0x" + "00".repeat(32);
const MODEL = id("all-MiniLM-L6-v2");
const REQUESTER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const ACCOUNT = 3n;
const PROVIDER = 2n;

/** Versions from 1, each from its second on. */
const prices = [
  { nanoPerMillion: 20_000_000n, feeBasisPoints: 500n, from: 1_800_000_000n },
  { nanoPerMillion: 40_000_001n, feeBasisPoints: 0n, from: 1_800_003_600n },
  { nanoPerMillion: 10n, feeBasisPoints: 10_000n, from: 1_800_007_200n },
];

const ceil = (a, b) => (a + b - 1n) / b;
const line = (account, amountNano, beforeNano = 0n) => (beforeNano << 96n) | (account << 64n) | amountNano;
const accountOf = (it) => (it >> 64n) % 2n ** 32n;
const beforeOf = (it) => (it >> 96n) % 2n ** 64n;
const afterOf = (it) => beforeOf(it) + it % 2n ** 64n;
const carriesOn = (lines) => lines.length < 2 || accountOf(lines[0]) !== accountOf(lines[1])
  || beforeOf(lines[1]) >= afterOf(lines[0]);

function creditsOf(debitNano, feeBasisPoints, provider) {
  const feeNano = (debitNano * feeBasisPoints) / 10_000n;
  return [
    ...(debitNano > feeNano ? [line(provider, debitNano - feeNano)] : []),
    ...(feeNano > 0n ? [feeNano] : []),
  ];
}

/** The rules, in the order in which a proof names the first that is broken. */
function faultOfLeaf(leaf) {
  if (leaf.debitNano !== ceil(leaf.units * leaf.priceNanoPerMillion, 1_000_000n)) return "WrongArithmetic";
  const price = prices[Number(leaf.priceVersion) - 1];
  const next = prices[Number(leaf.priceVersion)];
  const second = leaf.admittedMillis / 1000n;
  const inForce = leaf.model === MODEL && price?.nanoPerMillion === leaf.priceNanoPerMillion && price.from <= second
    && !(next && next.from <= second);
  if (!inForce) return "WrongPrice";
  const due = creditsOf(leaf.debitNano, price.feeBasisPoints, leaf.providerAccount);
  const amounts = leaf.credits.map((credit) => credit - (beforeOf(credit) << 96n));
  const same = due.length === amounts.length && due.every((credit, i) => credit === amounts[i]);
  return same && carriesOn(leaf.credits) ? "None" : "WrongCredits";
}

function faultOfRequest(leaf, request) {
  if (leaf.debitNano > request.maxFeeNano) return "Overcharged";
  if (leaf.requesterAccount !== (request.requester === REQUESTER ? ACCOUNT : 0n)) return "WrongAccount";
  if (leaf.model !== request.model) return "WrongModel";
  return leaf.admittedMillis > request.deadline ? "AfterDeadline" : "None";
}

function faultOfEpochs(leaf, earlier, earlierEpoch) {
  if (leaf.requesterAccount !== earlier.requesterAccount || earlier.debitNano === 0n) return "None";
  if (leaf.requestId === earlier.requestId) return "DoubleCharge";
  const possible = earlier.sequence <= earlierEpoch * 2n ** 32n;
  return possible && leaf.sequence <= earlier.sequence ? "Sequence" : "None";
}

function faultOfPair(leaf, other) {
  const sameAccount = leaf.requesterAccount === other.requesterAccount;
  const oneShard = leaf.shard === other.shard;
  if (oneShard && leaf.index === other.index) return "None";
  if (leaf.requestId === other.requestId) return "DoubleCharge";
  const rises = leaf.requesterAccount > other.requesterAccount;
  const inOrder = sameAccount
    ? oneShard && leaf.index - other.index === leaf.sequence - other.sequence
    : !oneShard || rises === (leaf.index > other.index);
  if (!inOrder) return "Sequence";
  const [earlier, later] = leaf.index < other.index ? [leaf, other] : [other, leaf];
  const falls = earlier.credits.some((a) => later.credits
    .some((b) => accountOf(a) === accountOf(b) && beforeOf(b) < afterOf(a)));
  return oneShard && falls ? "WrongTotal" : "None";
}

/** What `lines` add to what was shown of `account` in their shard, where the last line shown ends with `shownNano`. */
function totalsOf(lines, account, shownNano) {
  const own = lines.filter((it) => accountOf(it) === account);
  const ends = [shownNano, ...own.map(afterOf)];
  const added = own.map((it, i) => (beforeOf(it) < ends[i] ? it % 2n ** 64n : afterOf(it) - ends[i]));
  return { addedNano: added.reduce((sum, it) => sum + it, 0n), afterNano: ends[own.length] };
}

/** @param version of the price, @param units that are charged at it, @param changes that nobody corrects anything else for */
function leafOf(version, units, changes = {}) {
  const { nanoPerMillion, feeBasisPoints, from } = prices[version - 1];
  const debitNano = ceil(units * nanoPerMillion, 1_000_000n);
  return {
    requestId: ZERO,
    requesterAccount: ACCOUNT,
    sequence: 7n,
    providerAccount: PROVIDER,
    model: MODEL,
    units,
    priceNanoPerMillion: nanoPerMillion,
    priceVersion: BigInt(version),
    debitNano,
    credits: creditsOf(debitNano, feeBasisPoints, PROVIDER),
    outcome: id("outcome"),
    allocation: ZERO,
    admittedMillis: from * 1000n,
    shard: 1n,
    index: 4n,
    ...changes,
  };
}

const printed = (value) => JSON.parse(JSON.stringify(value, (_, it) => (typeof it === "bigint" ? String(it) : it)));

function alone(name, leaf) {
  return printed({ name, leaf, fault: faultOfLeaf(leaf) });
}

function asked(name, changes, leafChanges = {}) {
  const leaf = leafOf(1, 100n);
  const request = {
    requester: REQUESTER,
    model: MODEL,
    inputHash: id("input"),
    optionsHash: ZERO,
    maxFeeNano: leaf.debitNano,
    deadline: leaf.admittedMillis,
    nonce: 1n,
    ...changes,
  };
  const charged = { ...leaf, requestId: digestOf("InferenceRequest", request), ...leafChanges };
  return printed({ name, leaf: charged, request, fault: faultOfRequest(charged, request) });
}

/** Lines that carry on what `leaves` such leaves before it came to. */
const carried = (leaves) => [line(PROVIDER, 1900n, 1900n * leaves), line(0n, 100n, 100n * leaves)];

/**
 * Two leaves at the same price, the other being the fifth of its shard.
 * @param earlierEpoch of the other, 0 if they are of one epoch
 */
function paired(name, earlierEpoch, changes, otherChanges = {}) {
  const index = changes.index ?? 4n;
  const leaf = leafOf(1, 100n, { requestId: id("request a"), credits: carried(index), ...changes });
  const other = leafOf(1, 100n, { requestId: id("request b"), credits: carried(4n), ...otherChanges });
  const fault = earlierEpoch === 0n ? faultOfPair(leaf, other) : faultOfEpochs(leaf, other, earlierEpoch);
  return printed({ name, earlierEpoch, leaf, other, fault });
}

function shown(name, lines, shownNano = 0n, account = PROVIDER) {
  return printed({ name, lines, account, shownNano, ...totalsOf(lines, account, shownNano) });
}

export function chargeRules() {
  const wrap = 2n ** 63n;
  return {
    domain,
    model: MODEL,
    requester: REQUESTER,
    requesterAccount: String(ACCOUNT),
    prices: printed(prices),
    leaves: [
      alone("the first price, from its first millisecond", leafOf(1, 100n)),
      alone("rounded up once", leafOf(2, 1n)),
      alone("the newest price, long after, the fee is all of it", leafOf(3, 1_000_000n, { admittedMillis: 2n ** 62n })),
      alone("no units, no lines", leafOf(1, 0n)),
      alone("a nano-USD too much", leafOf(1, 100n, { debitNano: 2001n })),
      alone("a nano-USD too little", leafOf(1, 100n, { debitNano: 1999n })),
      alone("a product that wraps around at 64 bits", leafOf(1, wrap, { priceNanoPerMillion: 2n, debitNano: 0n, credits: [] })),
      alone("a product of more than 64 bits that is right", leafOf(2, 2n ** 50n)),
      alone("another amount than its version's", leafOf(1, 100n, { priceVersion: 2n })),
      alone("version zero", leafOf(1, 100n, { priceVersion: 0n })),
      alone("a version that is not there", leafOf(3, 100n, { priceVersion: 4n })),
      alone("another model", leafOf(1, 100n, { model: id("another") })),
      alone("a millisecond before its price", leafOf(2, 100n, { admittedMillis: prices[1].from * 1000n - 1n })),
      alone("in the last millisecond of its price", leafOf(1, 100n, { admittedMillis: prices[1].from * 1000n - 1n })),
      alone("when the next price counts", leafOf(1, 100n, { admittedMillis: prices[1].from * 1000n })),
      alone("all to the provider", leafOf(1, 100n, { credits: [line(PROVIDER, 2000n)] })),
      alone("all to the treasury", leafOf(1, 100n, { credits: [2000n] })),
      alone("the fee first", leafOf(1, 100n, { credits: [100n, line(PROVIDER, 1900n)] })),
      alone("to another provider", leafOf(1, 100n, { credits: [line(PROVIDER + 1n, 1900n), 100n] })),
      alone("a line of nothing", leafOf(2, 1n, { credits: [line(PROVIDER, 41n), 0n] })),
      alone("no line at all", leafOf(1, 100n, { credits: [] })),
      alone("after others, whatever they came to", leafOf(1, 100n, { credits: [line(PROVIDER, 1900n, 2n ** 64n - 1n), line(0n, 100n, 7n)] })),
      alone("a bit above the total", leafOf(1, 100n, { credits: [line(PROVIDER, 1900n) + (1n << 160n), 100n] })),
      alone("ran by the treasury", leafOf(1, 100n, { providerAccount: 0n, credits: [line(0n, 1900n, 50n), line(0n, 100n, 1950n)] })),
      alone("ran by the treasury, which forgets its share", leafOf(1, 100n, { providerAccount: 0n, credits: [line(0n, 1900n, 50n), line(0n, 100n, 1949n)] })),
    ],
    requests: [
      asked("as much as was signed, in the last millisecond", {}),
      asked("a nano-USD more than was signed", { maxFeeNano: 1999n }),
      asked("of another's account", {}, { requesterAccount: ACCOUNT + 1n }),
      asked("of a requester without an account", { requester: "0x70997970c51812dc3a010c7d01b50e0d17dc79c8" }),
      asked("another model than was asked", { model: id("another") }),
      asked("a millisecond late", { deadline: prices[0].from * 1000n - 1n }),
    ],
    pairs: [
      paired("a leaf and itself", 0n, { requestId: id("request b") }),
      paired("one after the other", 0n, { sequence: 8n, index: 5n }),
      paired("one before the other", 0n, { sequence: 5n, index: 2n }),
      paired("one request twice in an epoch", 0n, { requestId: id("request b"), sequence: 8n, index: 5n }),
      paired("one request twice, in two shards of two accounts", 0n, { requestId: id("request b"), shard: 2n, requesterAccount: 9n }),
      paired("one request twice, in two epochs at one place", 3n, { requestId: id("request b"), sequence: 8n }),
      paired("a number left out between neighbours", 0n, { sequence: 9n, index: 5n }),
      paired("one number twice", 0n, { index: 5n }),
      paired("numbers that fall", 0n, { sequence: 6n, index: 5n }),
      paired("an account in two shards", 0n, { sequence: 8n, index: 5n, shard: 2n }),
      paired("the next account after it", 0n, { requesterAccount: ACCOUNT + 1n, index: 5n, sequence: 1n }),
      paired("the next account before it", 0n, { requesterAccount: ACCOUNT + 1n, index: 3n, sequence: 1n }),
      paired("the account before it after it", 0n, { requesterAccount: ACCOUNT - 1n, index: 5n, sequence: 1n }),
      paired("any account in another shard", 0n, { requesterAccount: ACCOUNT - 1n, index: 5n, sequence: 1n, shard: 2n }),
      paired("a total that leaves the one before out", 0n, { sequence: 8n, index: 5n, credits: carried(4n) }),
      paired("a provider's total a nano-USD short", 0n, { sequence: 8n, index: 5n, credits: [line(PROVIDER, 1900n, 9499n), line(0n, 100n, 500n)] }),
      paired("a treasury's total a nano-USD short", 0n, { sequence: 8n, index: 5n, credits: [line(PROVIDER, 1900n, 9500n), line(0n, 100n, 499n)] }),
      paired("the one before, whose total is too large", 0n, { sequence: 6n, index: 3n, credits: carried(4n) }),
      paired("more before it than the neighbour leaves", 0n, { sequence: 8n, index: 5n, credits: carried(6n) }),
      paired("another provider begins", 0n, { sequence: 8n, index: 5n, providerAccount: PROVIDER + 1n, credits: [line(PROVIDER + 1n, 1900n), line(0n, 100n, 500n)] }),
      paired("totals of another shard", 0n, { requesterAccount: ACCOUNT + 1n, sequence: 1n, shard: 2n, index: 5n, credits: carried(0n) }),
      paired("a total that is no number of 64 bits", 0n, { sequence: 8n, index: 5n, credits: carried(4n) }, { credits: [line(PROVIDER, 1900n, 2n ** 64n - 1n), 100n] }),
      paired("totals begin anew in a later epoch", 3n, { sequence: 8n, index: 5n, credits: carried(0n) }),
      paired("a later epoch goes on", 3n, { sequence: 8n, index: 0n }),
      paired("a later epoch leaves a number out", 3n, { sequence: 80n, index: 0n }),
      paired("a later epoch repeats a number", 3n, { sequence: 7n, index: 0n }),
      paired("a later epoch of another account", 3n, { sequence: 1n, requesterAccount: ACCOUNT + 1n }),
      paired("a request of another account in a later epoch", 3n, { requestId: id("request b"), requesterAccount: ACCOUNT + 1n }),
      paired("a request that cost nothing in an earlier epoch", 3n, { requestId: id("request b"), sequence: 8n }, { debitNano: 0n }),
      paired("a number of what cost nothing in an earlier epoch", 3n, { sequence: 7n, index: 0n }, { debitNano: 0n }),
      paired("the highest number that an epoch can come to", 3n, { sequence: 8n }, { sequence: 3n * 2n ** 32n }),
      paired("a number that no epoch can come to", 3n, { sequence: 8n }, { sequence: 3n * 2n ** 32n + 1n }),
      paired("a request under a number that no epoch can come to", 3n, { requestId: id("request b") }, { sequence: 3n * 2n ** 32n + 1n }),
    ],
    totals: [
      shown("no line of the account", [line(PROVIDER + 1n, 1900n, 50n), line(0n, 100n, 50n)], 7n),
      shown("the first of its shard", carried(0n)),
      shown("the first that is shown, after others", carried(4n)),
      shown("right behind the one shown", carried(4n), 4n * 1900n),
      shown("others lie between", carried(4n), 1900n),
      shown("of the treasury", carried(4n), 300n, 0n),
      shown("falls back by a nano-USD", carried(4n), 4n * 1900n + 1n),
      shown("falls back to nothing", carried(0n), 1900n),
      shown("falls back, and ends behind the one shown", carried(1n), 1901n),
      shown("its amount is nothing", [line(PROVIDER, 0n, 50n)], 50n),
      shown("two lines", [line(0n, 10n, 100n), line(0n, 5n, 110n)], 60n, 0n),
      shown("two lines with others between", [line(0n, 10n, 100n), line(0n, 5n, 200n)], 60n, 0n),
      shown("two lines with another's between", [line(0n, 10n, 100n), line(PROVIDER, 7n, 9n), line(0n, 5n, 110n)], 100n, 0n),
      shown("the second line begins anew", [line(0n, 10n, 100n), line(0n, 5n)], 0n, 0n),
      shown("the second line falls back by a nano-USD", [line(0n, 10n, 100n), line(0n, 5n, 109n)], 100n, 0n),
      shown("both lines fall back", [line(0n, 10n, 100n), line(0n, 5n)], 2n ** 64n, 0n),
      shown("no number of 64 bits", [line(PROVIDER, 2n ** 64n - 1n, 2n ** 64n - 1n)], 1n),
    ],
  };
}
