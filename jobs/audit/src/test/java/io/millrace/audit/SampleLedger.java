package io.millrace.audit;

import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.Cancelled;
import io.millrace.audit.ChainBooks.EventFields;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.rules.RunningTotals;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.web3j.crypto.Hash;

/** Seals epochs and keeps the balances of a sample deployment as a vault would. */
final class SampleLedger {

    static final Header NO_HEADER =
            new Header(
                    MerkleSum.EMPTY.hash(),
                    0,
                    0,
                    0,
                    MerkleSum.EMPTY.hash(),
                    BigInteger.ZERO,
                    0,
                    0,
                    BigInteger.ZERO,
                    MerkleSum.EMPTY.hash(),
                    MerkleSum.EMPTY.hash(),
                    0);

    private static final int FIRST_OF_PART_1 = 3;

    private final TypedHashes hashes;
    private final Map<Integer, Long> spending = new HashMap<>();
    private final Map<Integer, Long> released = new HashMap<>();
    private final Map<Integer, Long> earning = new HashMap<>();
    private final Map<Integer, Asked> asked = new HashMap<>();
    private final Map<Integer, Long> open = new HashMap<>();
    private long paidOut;
    private long deposited;
    private int levels;
    private Head sealed = new Head(MerkleSum.EMPTY.hash(), 0, 0, 1);
    private Head settled = sealed;
    private List<Receipt> lastReceipts = List.of();
    private List<Sealed> lastParts = List.of();
    private List<Movement> lastMovements = List.of();

    SampleLedger(TypedHashes hashes) {
        this.hashes = hashes;
    }

    Posting post(Kind kind, int account, long amount) {
        switch (kind) {
            case DEPOSITED -> {
                spending.merge(account, amount, Long::sum);
                deposited += amount;
            }
            case RELEASED -> {
                spending.merge(account, -amount, Long::sum);
                released.merge(account, amount, Long::sum);
            }
            case RELEASE_SKIPPED -> {
                // nothing moves
            }
            case TAKEN -> pay(released, account, amount);
            case ESCAPED -> {
                released.merge(account, amount, Long::sum);
                spending.merge(account, -amount, Long::sum);
            }
            case COMPENSATED -> {
                released.merge(account, amount, Long::sum);
                deposited += amount; // of tokens that came in as a bond
            }
            case EARNER_COMPENSATED -> {
                earning.merge(account, amount, Long::sum);
                deposited += amount; // of tokens that came in as a bond
            }
            case EARNINGS_WITHDRAWN -> pay(earning, account, amount);
        }
        if (kind == Kind.RELEASED) {
            open.computeIfPresent(account, (id, rest) -> rest > amount ? rest - amount : null);
        }
        boolean closes = kind == Kind.ESCAPED && open.remove(account) != null;
        return new Posting(
                kind, account, closes ? lastRequest(account) : 0, BigInteger.valueOf(amount));
    }

    /** In {@code block}, two seconds after the one before it. */
    Asked ask(int account, long amount, long block) {
        Asked before = asked.get(account);
        long request = before == null ? 1 : before.request() + 1;
        Asked withdrawal =
                new Asked(account, request, BigInteger.valueOf(amount), block, 2 * block);
        asked.put(account, withdrawal);
        open.put(account, amount);
        return withdrawal;
    }

    /** The owner takes back what is open of its newest request. */
    Cancelled cancel(int account, long block) {
        long amount = open.getOrDefault(account, 0L);
        open.remove(account);
        return new Cancelled(account, lastRequest(account), BigInteger.valueOf(amount), block);
    }

    /** What an epoch says that releases {@code amount} of the account's newest request. */
    Release release(int account, long amount) {
        return release(account, lastRequest(account), amount);
    }

    static Release release(int account, long request, long amount) {
        return new Release(account, request, BigInteger.valueOf(amount));
    }

    /** Seals one epoch: the even ones in two parts, by account; releases are in the last. */
    void seal(List<Charge> charges, List<Release> releases, boolean settle) {
        long epoch = sealed.epoch() + 1;
        lastReceipts = receipts(epoch, charges);
        Map<Long, List<MerkleSum.Node>> leaves = new TreeMap<>();
        for (Receipt receipt : lastReceipts) {
            leaves.computeIfAbsent(receipt.shard(), shard -> new ArrayList<>())
                    .add(new MerkleSum.Node(hashes.receipt(receipt), receipt.charge().debitNano()));
        }
        MerkleSum.Node root = NaiveTree.root(leaves, SampleBooks.SHARD_DEPTH);
        levels = SampleBooks.SHARD_DEPTH + NaiveTree.height(leaves);
        List<Predicate<Charge>> shares =
                epoch % 2 == 1
                        ? List.of(charge -> true)
                        : List.of(
                                charge -> charge.requesterAccount() < FIRST_OF_PART_1,
                                charge -> charge.requesterAccount() >= FIRST_OF_PART_1);
        lastParts = new ArrayList<>();
        lastMovements = new ArrayList<>();
        for (int number = 0; number < shares.size(); number++) {
            List<Charge> own = charges.stream().filter(shares.get(number)).toList();
            List<Release> last = number + 1 == shares.size() ? releases : List.of();
            EpochPart part = part(epoch, number, shares.size(), root, charges.size(), own, last);
            String hash = hashes.header(part.header());
            sealed = new Head(hash, epoch, number, shares.size());
            lastParts.add(new Sealed(part, positions(epoch)));
            if (settle) {
                settled = sealed;
                last.forEach(this::settle);
                lastMovements.add(
                        new Settlement(
                                Hash.sha3String("tx " + hash), hash, event(part.header()), part));
                own.forEach(this::move);
            }
        }
    }

    List<Receipt> lastReceipts() {
        return lastReceipts;
    }

    List<Sealed> lastParts() {
        return lastParts;
    }

    /** What the vault did with them, if they were settled. */
    List<Movement> lastMovements() {
        return lastMovements;
    }

    Head head() {
        return settled;
    }

    BigInteger spending(int account) {
        return BigInteger.valueOf(spending.getOrDefault(account, 0L));
    }

    BigInteger released(int account) {
        return BigInteger.valueOf(released.getOrDefault(account, 0L));
    }

    BigInteger earning(int account) {
        return BigInteger.valueOf(earning.getOrDefault(account, 0L));
    }

    long lastRequest(int account) {
        Asked newest = asked.get(account);
        return newest == null ? 0 : newest.request();
    }

    BigInteger openRequest(int account) {
        return BigInteger.valueOf(open.getOrDefault(account, 0L));
    }

    BigInteger tokenBalance(BigInteger scale) {
        return BigInteger.valueOf(deposited - paidOut).divide(scale);
    }

    /** Three epochs of about four requests a partition, and some room. */
    private static SortedMap<String, Long> positions(long epoch) {
        return new TreeMap<>(
                Map.of(
                        "requests-0",
                        8 * epoch,
                        "requests-1",
                        8 * epoch,
                        "requests-2",
                        8 * epoch,
                        "vault",
                        10 * epoch + 1));
    }

    private void settle(Release release) {
        int account = (int) release.account();
        boolean isOpen = open.containsKey(account) && release.request() == lastRequest(account);
        Kind kind = isOpen ? Kind.RELEASED : Kind.RELEASE_SKIPPED;
        post(kind, account, release.amountNano().longValueExact());
        lastMovements.add(new Posting(kind, account, release.request(), release.amountNano()));
    }

    private void pay(Map<Integer, Long> ledger, int account, long amount) {
        ledger.merge(account, -amount, Long::sum);
        paidOut += amount;
    }

    private void move(Charge charge) {
        spending.merge((int) charge.requesterAccount(), -charge.debitNano().longValue(), Long::sum);
        earning.merge((int) charge.providerAccount(), charge.creditNano().longValue(), Long::sum);
        earning.merge(0, charge.feeNano().longValue(), Long::sum);
    }

    private static List<Receipt> receipts(long epoch, List<Charge> charges) {
        Map<Long, Integer> next = new HashMap<>();
        RunningTotals earned = new RunningTotals();
        return charges.stream()
                .sorted(
                        Comparator.comparing(Charge::requesterAccount)
                                .thenComparing(Charge::sequence))
                .map(
                        charge -> {
                            long shard =
                                    charge.requesterAccount() % (1L << SampleBooks.SHARD_DEPTH);
                            int index = next.merge(shard, 1, Integer::sum) - 1;
                            return new Receipt(
                                    epoch,
                                    shard,
                                    index,
                                    new EarnedBefore(
                                            earned.add(
                                                    shard,
                                                    charge.providerAccount(),
                                                    charge.creditNano()),
                                            earned.add(shard, 0, charge.feeNano())),
                                    charge);
                        })
                .toList();
    }

    private EpochPart part(
            long epoch,
            int number,
            int parts,
            MerkleSum.Node root,
            int receipts,
            List<Charge> own,
            List<Release> releases) {
        Map<Long, BigInteger> debits = new TreeMap<>();
        Map<Long, BigInteger> credits = new TreeMap<>();
        for (Charge charge : own) {
            debits.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
            credits.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
            credits.merge(0L, charge.feeNano(), BigInteger::add);
        }
        BigInteger sum = debits.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        Header header =
                new Header(
                        sealed.hash(),
                        epoch,
                        number,
                        parts,
                        root.hash(),
                        root.sumNano(),
                        receipts,
                        levels,
                        sum,
                        MerkleSum.EMPTY.hash(),
                        CutChecks.digest(positions(epoch)),
                        epoch * 10);
        EpochPart part =
                new EpochPart(
                        header,
                        slots(debits),
                        words(debits),
                        slots(credits),
                        words(credits),
                        releases.stream().map(SampleLedger::word).toList());
        Header named = Records.with(header, "wordsHash", TypedHashes.words(part));
        return Records.with(part, "header", named);
    }

    static BigInteger word(Release release) {
        return BigInteger.valueOf(release.account())
                .shiftLeft(32)
                .or(BigInteger.valueOf(release.request()))
                .shiftLeft(64)
                .or(release.amountNano());
    }

    private static EventFields event(Header header) {
        return new EventFields(
                header.epoch(),
                header.part(),
                header.parts(),
                header.receiptsRoot(),
                header.receiptsSumNano(),
                header.receiptsCount(),
                header.partSumNano());
    }

    /** Four accounts to a word; only slots that hold an amount. */
    static List<BigInteger> words(Map<Long, BigInteger> amounts) {
        Map<Long, BigInteger> words = new TreeMap<>();
        amounts.forEach(
                (account, amount) ->
                        words.merge(
                                account / 4,
                                amount.shiftLeft((int) (64 * (account % 4))),
                                BigInteger::or));
        return List.copyOf(words.values());
    }

    /** Their slot numbers, eight to a word. */
    static List<BigInteger> slots(Map<Long, BigInteger> amounts) {
        List<Long> slots =
                amounts.keySet().stream().map(account -> account / 4).distinct().toList();
        List<BigInteger> packed = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            if (i % 8 == 0) {
                packed.add(BigInteger.ZERO);
            }
            BigInteger slot = BigInteger.valueOf(slots.get(i)).shiftLeft(32 * (i % 8));
            packed.set(i / 8, packed.get(i / 8).or(slot));
        }
        return packed;
    }
}
