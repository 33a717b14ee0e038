package io.millrace.watch.judge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.rules.RunningTotals;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * An honest stream made from a seed: two models whose prices change, accounts in all shards, epochs
 * in several parts, charges of nothing. What is falsified is sealed again, as its settler would.
 */
public final class SampleStream {

    public static final int SHARD_DEPTH = 2;
    static final int ACCOUNTS = 11;
    static final int PROVIDERS = 2;
    public static final List<String> MODELS =
            List.of(Hash.sha3String("one"), Hash.sha3String("two"));
    public static final long SECOND_PRICE_SECONDS = 2_000;
    public static final long CHANGED_FEE = 100;
    public static final long FIRST_FEE = 200;

    private static final int LANES = 4;
    private static final int SLOTS_IN_WORD = 8;
    private static final String ZERO = "0x" + "0".repeat(64);

    final TypedHashes hashes = new TypedHashes(31337, "0x00000000000000000000000000000000000000aa");
    final Map<String, List<Evidence>> evidence = new HashMap<>();
    final List<Epoch> epochs = new ArrayList<>();

    private final Random random;
    private final List<ECKeyPair> requesters = new ArrayList<>();
    private final List<ECKeyPair> providers = new ArrayList<>();
    private final Map<Long, BigInteger> ends = new HashMap<>();
    private final Map<Long, Long> sequences = new HashMap<>();
    private long nonce;

    /** One that can be changed and sealed again. */
    public static final class Epoch {
        final long number;
        final int parts;
        final List<Charge> charges = new ArrayList<>();
        final List<Receipt> receipts = new ArrayList<>();
        final Map<Long, BigInteger> debits = new TreeMap<>();

        /** What earning accounts are credited more or less than the receipts say. */
        final Map<Long, BigInteger> creditsMoved = new TreeMap<>();

        Epoch(long number, int parts) {
            this.number = number;
            this.parts = parts;
        }

        /** From 1. */
        public long number() {
            return number;
        }

        /** All of them. */
        public List<Receipt> receipts() {
            return receipts;
        }
    }

    /** Of {@code count} epochs. */
    public SampleStream(long seed, int count) {
        random = new Random(seed);
        for (int i = 0; i < ACCOUNTS; i++) {
            requesters.add(ECKeyPair.create(Hash.sha3(("requester" + seed + i).getBytes(UTF_8))));
        }
        for (int i = 0; i < PROVIDERS; i++) {
            providers.add(ECKeyPair.create(Hash.sha3(("provider" + seed + i).getBytes(UTF_8))));
        }
        for (int i = 1; i <= count; i++) {
            Epoch epoch = new Epoch(i, 1 + random.nextInt(3));
            int charges = 1 + random.nextInt(40);
            for (int c = 0; c < charges; c++) {
                long account = 1L + random.nextInt(ACCOUNTS);
                epoch.charges.add(charge(account, 1_000 + i * 400L + random.nextInt(300)));
            }
            epochs.add(epoch);
            place(epoch);
        }
    }

    /** Of its vault. */
    public TypedHashes hashes() {
        return hashes;
    }

    /** All of them. */
    public List<Epoch> epochs() {
        return epochs;
    }

    /** Of all requests. */
    public List<Evidence> allEvidence() {
        return evidence.values().stream().flatMap(List::stream).toList();
    }

    /** The second epoch charges a request of the first again. */
    public void chargeAgain() {
        Charge charge =
                epochs.get(0).charges.stream()
                        .filter(one -> one.debitNano().signum() > 0)
                        .findFirst()
                        .orElseThrow();
        chargeAgain(epochs.get(1), charge);
    }

    void chargeAgain(Epoch epoch, Charge charge) {
        long next = sequences.merge(charge.requesterAccount(), 1L, Long::sum);
        epoch.charges.add(Charges.with(charge, charge.requestId(), charge.outcome(), next));
        place(epoch);
    }

    String requester(long account) {
        return "0x" + Keys.getAddress(requesters.get((int) account - 1));
    }

    /** The spending account of an address. */
    public long accountOf(String requester) {
        for (long account = 1; account <= ACCOUNTS; account++) {
            if (requester(account).equals(requester)) {
                return account;
            }
        }
        return 0;
    }

    /** Address that signs for an earning account. */
    public String provider(long account) {
        return "0x" + Keys.getAddress(providers.get((int) account - 1));
    }

    /** Only the account's own key has ever signed for it, and does, unless it was retired. */
    public BigInteger signsUntil(long account, String key) {
        return provider(account).equals(key)
                ? ends.getOrDefault(account, BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE))
                : BigInteger.ZERO;
    }

    /** From now on the key of {@code account} answers for what was admitted before then only. */
    public void retire(long account, long untilSeconds) {
        ends.put(account, BigInteger.valueOf(untilSeconds));
    }

    /** A charge that nobody can object to. */
    private Charge charge(long account, long seconds) {
        String model = MODELS.get(random.nextInt(MODELS.size()));
        boolean answered = random.nextInt(5) > 0;
        long units = answered ? 1 + random.nextInt(250) : 0;
        boolean second = seconds >= SECOND_PRICE_SECONDS;
        long price = second ? 30_000_001 : 20_000_000;
        Evidence signed =
                sign(
                        account,
                        1 + random.nextInt(PROVIDERS),
                        model,
                        BigInteger.valueOf(units),
                        answered ? 1 : 3,
                        BigInteger.valueOf(9_000),
                        BigInteger.valueOf(seconds * 1_000 + 500));
        return charge(account, signed, seconds * 1_000, second ? 2 : 1, price);
    }

    Charge charge(long account, Evidence signed, long millis, long version, long price) {
        long units = signed.units().longValueExact();
        long debit = (units * price + 999_999) / 1_000_000;
        long fee = debit * (version == 1 ? FIRST_FEE : CHANGED_FEE) / 10_000;
        long sequence = sequences.merge(account, 1L, Long::sum);
        return new Charge(
                signed.requestId(),
                requester(account),
                account,
                sequence,
                provider(signed.providerAccount()),
                signed.providerAccount(),
                signed.model(),
                signed.units(),
                BigInteger.valueOf(price),
                version,
                0,
                BigInteger.valueOf(debit),
                BigInteger.valueOf(debit - fee),
                BigInteger.valueOf(fee),
                signed.status() == 1 ? "ANSWERED" : "FAILED",
                hashes.outcomeOf(signed),
                millis,
                new Position(0, 0));
    }

    Evidence sign(
            long account,
            long provider,
            String model,
            BigInteger units,
            int status,
            BigInteger maxFeeNano,
            BigInteger deadlineMillis) {
        Evidence unsigned =
                new Evidence(
                        ZERO,
                        requester(account),
                        model,
                        Hash.sha3String("input " + random.nextInt()),
                        ZERO,
                        maxFeeNano,
                        deadlineMillis,
                        BigInteger.valueOf(++nonce),
                        "",
                        provider,
                        units,
                        status,
                        Hash.sha3String("output " + random.nextInt()),
                        ZERO,
                        "");
        String id = hashes.requestOf(unsigned);
        Evidence named = with(unsigned, id, "", "");
        Evidence signed =
                with(
                        named,
                        id,
                        signature(id, requesters.get((int) account - 1)),
                        signature(hashes.outcomeOf(named), providers.get((int) provider - 1)));
        evidence.put(id, new ArrayList<>(List.of(signed)));
        return signed;
    }

    /** Signed by others than it should be. */
    Evidence signedBy(Evidence of, boolean request, boolean outcome) {
        ECKeyPair stranger = ECKeyPair.create(Hash.sha3("stranger".getBytes(UTF_8)));
        return with(
                of,
                of.requestId(),
                request ? signature(of.requestId(), stranger) : of.requestSignature(),
                outcome ? signature(hashes.outcomeOf(of), stranger) : of.outcomeSignature());
    }

    private static Evidence with(Evidence of, String id, String request, String outcome) {
        return new Evidence(
                id,
                of.requester(),
                of.model(),
                of.inputHash(),
                of.optionsHash(),
                of.maxFeeNano(),
                of.deadlineMillis(),
                of.nonce(),
                request,
                of.providerAccount(),
                of.units(),
                of.status(),
                of.outputHash(),
                of.numericClass(),
                outcome);
    }

    private static String signature(String digest, ECKeyPair key) {
        Sign.SignatureData signed =
                Sign.signMessage(Numeric.hexStringToByteArray(digest), key, false);
        return Numeric.toHexString(signed.getR())
                + Numeric.toHexStringNoPrefix(signed.getS())
                + Numeric.toHexStringNoPrefix(signed.getV());
    }

    /** Receipts and debits, as an honest settler has them. */
    void place(Epoch epoch) {
        epoch.receipts.clear();
        epoch.debits.clear();
        Map<Long, Long> leaves = new HashMap<>();
        RunningTotals earned = new RunningTotals();
        epoch.charges.sort(
                Comparator.comparingLong(Charge::requesterAccount)
                        .thenComparingLong(Charge::sequence));
        for (Charge charge : epoch.charges) {
            long shard = charge.requesterAccount() % (1 << SHARD_DEPTH);
            long index = leaves.merge(shard, 1L, Long::sum) - 1;
            epoch.receipts.add(
                    new Receipt(
                            epoch.number,
                            shard,
                            index,
                            new EarnedBefore(
                                    earned.add(
                                            shard, charge.providerAccount(), charge.creditNano()),
                                    earned.add(shard, 0, charge.feeNano())),
                            charge));
            if (charge.debitNano().signum() > 0) {
                epoch.debits.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
            }
        }
        epoch.receipts.sort(
                Comparator.comparingLong(Receipt::shard).thenComparingLong(Receipt::index));
    }

    /** The parts as they are settled: of all receipts, the debits divided at slots. */
    public List<EpochPart> seal(Epoch epoch) {
        Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
        for (Receipt receipt : epoch.receipts) {
            shards.computeIfAbsent(receipt.shard(), s -> new MerkleSum.Subtree())
                    .add(new MerkleSum.Node(hashes.receipt(receipt), receipt.charge().debitNano()));
        }
        MerkleSum.Node root = MerkleSum.root(shards, SHARD_DEPTH);
        List<EpochPart> parts = new ArrayList<>();
        for (int part = 0; part < epoch.parts; part++) {
            parts.add(part(epoch, part, root, SHARD_DEPTH + MerkleSum.highest(shards)));
        }
        return parts;
    }

    private static EpochPart part(Epoch epoch, int part, MerkleSum.Node root, int levels) {
        TreeMap<Long, BigInteger> debits = new TreeMap<>(epoch.debits);
        debits.keySet().removeIf(account -> account / LANES % epoch.parts != part);
        Words debited = Words.of(debits);
        Words credited = Words.of(part == 0 ? credits(epoch) : Map.of());
        Header header =
                new Header(
                        ZERO,
                        epoch.number,
                        part,
                        epoch.parts,
                        root.hash(),
                        root.sumNano(),
                        epoch.receipts.size(),
                        levels,
                        BigInteger.ZERO,
                        ZERO,
                        ZERO,
                        1);
        return new EpochPart(
                header,
                debited.slots(),
                debited.amounts(),
                credited.slots(),
                credited.amounts(),
                List.of());
    }

    /** What the receipts say, and what of it another has. */
    private static Map<Long, BigInteger> credits(Epoch epoch) {
        Map<Long, BigInteger> credits = new TreeMap<>(epoch.creditsMoved);
        for (Receipt receipt : epoch.receipts) {
            Charge charge = receipt.charge();
            credits.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
            credits.merge(0L, charge.feeNano(), BigInteger::add);
        }
        return credits;
    }

    /** Amounts of accounts, packed as the vault takes them. */
    private record Words(List<BigInteger> slots, List<BigInteger> amounts) {

        static Words of(Map<Long, BigInteger> amounts) {
            TreeMap<Long, BigInteger> words = new TreeMap<>();
            amounts.forEach(
                    (account, amount) ->
                            words.merge(
                                    account / LANES,
                                    amount.shiftLeft((int) (64 * (account % LANES))),
                                    BigInteger::add));
            List<BigInteger> slots = new ArrayList<>();
            int at = 0;
            for (long slot : words.keySet()) {
                if (at % SLOTS_IN_WORD == 0) {
                    slots.add(BigInteger.ZERO);
                }
                int word = at / SLOTS_IN_WORD;
                BigInteger place = BigInteger.valueOf(slot).shiftLeft(32 * (at % SLOTS_IN_WORD));
                slots.set(word, slots.get(word).add(place));
                at++;
            }
            return new Words(slots, new ArrayList<>(words.values()));
        }
    }
}
