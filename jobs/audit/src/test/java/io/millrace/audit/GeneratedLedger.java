package io.millrace.audit;

import fr.acinq.secp256k1.Secp256k1;
import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.EventFields;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.hash.MerkleSum;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.utils.Numeric;

/**
 * A right ledger of any length, computed as it is read and never held: request {@code i} is the
 * same whenever it is asked for. Each epoch seals {@code perEpoch} charges; every tenth releases all
 * that one account has not spent. The same ledger with more epochs goes on where this one ends.
 */
final class GeneratedLedger implements Ledger {

    static final int PARTITIONS = 3;
    private static final int SHARD_DEPTH = 4;
    private static final long CHAIN_ID = 31337;
    private static final long DEPOSIT = 1_000_000_000_000L;
    private static final long FIRST_MILLIS = 1_600_000_000_000L;
    private static final long EPOCH_MILLIS = 60_000;
    private static final int BATCH = 4_096;
    private static final BigInteger PRICE = BigInteger.valueOf(20_000_000);
    private static final String VAULT = "0x00000000000000000000000000000000000000aa";
    private static final String MODEL = Hash.sha3String("manifest");
    private static final List<String> PROVIDERS =
            List.of("0x" + "0".repeat(40), "0x" + "b1".repeat(20), "0x" + "b2".repeat(20));

    private final TypedHashes hashes = new TypedHashes(CHAIN_ID, VAULT);
    private final int perEpoch;
    private final long sealed;
    private final long settled;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();
    private long handedOver;

    UnaryOperator<Charge> chargeAlteration = charge -> charge;
    UnaryOperator<Receipt> receiptAlteration = receipt -> receipt;

    /**
     * @param perEpoch charges of an epoch
     * @param sealed epochs in the log
     * @param settled epochs on chain
     */
    GeneratedLedger(int accounts, int perEpoch, long sealed, long settled) {
        this.perEpoch = perEpoch;
        this.sealed = sealed;
        this.settled = settled;
        for (int account = 1; account <= accounts; account++) {
            byte[] key = Hash.sha3(("account " + account).getBytes());
            byte[] open = Secp256k1.get().pubkeyCreate(key);
            keys.add(key);
            addresses.add(
                    Numeric.toHexString(Keys.getAddress(Arrays.copyOfRange(open, 1, 65))));
        }
    }

    long receipts() {
        return sealed * perEpoch;
    }

    /** Records of all topics that were handed over. */
    long handedOver() {
        return handedOver;
    }

    @Override
    public TypedHashes hashes() {
        return hashes;
    }

    @Override
    public long firstBlock() {
        return 0;
    }

    @Override
    public Set<Integer> requestPartitions() {
        return IntStream.range(0, PARTITIONS).boxed().collect(Collectors.toSet());
    }

    @Override
    public ChainBooks chain(AnchorState before, Consumer<Movement> movements) {
        Simulation vault = new Simulation();
        for (int account = 1; account <= keys.size(); account++) {
            vault.post(Kind.DEPOSITED, account, DEPOSIT, 0);
        }
        vault.flush(1, before, movements);
        for (long epoch = 1; epoch <= settled; epoch++) {
            vault.ask(epoch);
            vault.flush(10 * epoch - 5, before, movements);
            vault.settle(epoch);
            vault.flush(10 * epoch + 2, before, movements);
        }
        long block = 10 * settled + 5;
        return vault.books(block);
    }

    @Override
    public Map<String, Long> topics(AnchorState before, KafkaBooks.Sink sink) {
        Map<String, Long> start = before.positions();
        long charges = receipts();
        long first = start.getOrDefault("inference.charges-0", 0L);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            sink.appended(partition, FIRST_MILLIS + sealed * EPOCH_MILLIS);
        }
        for (long from = first; from < charges; from += BATCH) {
            LongStream.range(from, Math.min(charges, from + BATCH))
                    .parallel()
                    .mapToObj(this::request)
                    .toList()
                    .forEach(sink::request);
        }
        for (long epoch = 1; epoch <= sealed; epoch++) {
            Position refused = new Position(PARTITIONS, epoch - 1);
            if (!before.covers(refused)) {
                sink.request(new Request(refused, FIRST_MILLIS + epoch * EPOCH_MILLIS, null));
                sink.rejection(new Rejection(refused, "MALFORMED"));
            }
        }
        for (long i = first; i < charges; i++) {
            Charge charge = charge(i);
            sink.charge(chargeAlteration.apply(charge));
            sink.result(
                    new Result(
                            charge.requestId(), "ANSWERED", charge.debitNano(), charge.units()));
        }
        Simulation log = new Simulation();
        for (int account = 1; account <= keys.size(); account++) {
            log.post(Kind.DEPOSITED, account, DEPOSIT, 0);
        }
        long logged = start.getOrDefault("settlement.epochs-0", 0L);
        for (long epoch = 1; epoch <= sealed; epoch++) {
            log.ask(epoch);
            EpochPart part = log.settle(epoch);
            if (epoch > logged) {
                sink.sealed(new Sealed(part, positions(epoch)));
                log.receipts.forEach(receipt -> sink.receipt(receiptAlteration.apply(receipt)));
            }
        }
        handedOver = 4 * (charges - first);
        Map<String, Long> ends = new HashMap<>();
        ends.put("inference.charges-0", charges);
        ends.put("settlement.epochs-0", sealed);
        positions(sealed)
                .forEach((source, next) -> ends.put(source.replace("requests", KafkaBooks.REQUESTS), next));
        return ends;
    }

    private Request request(long number) {
        int account = account(number);
        SignedRequest unsigned = unsigned(number);
        byte[] digest = Numeric.hexStringToByteArray(hashes.request(unsigned));
        byte[] signature = Secp256k1.get().sign(digest, keys.get(account - 1), null);
        int recovery = 0;
        byte[] open = Secp256k1.get().pubkeyCreate(keys.get(account - 1));
        while (!Arrays.equals(Secp256k1.get().ecdsaRecover(signature, digest, recovery), open)) {
            recovery++;
        }
        String text = Numeric.toHexString(signature) + (recovery == 0 ? "1b" : "1c");
        SignedRequest signed =
                new SignedRequest(
                        unsigned.requester(),
                        unsigned.model(),
                        unsigned.inputHash(),
                        unsigned.maxFeeNano(),
                        unsigned.deadlineMillis(),
                        unsigned.nonce(),
                        text);
        return new Request(at(number), appendMillis(number), signed);
    }

    private SignedRequest unsigned(long number) {
        return new SignedRequest(
                addresses.get(account(number) - 1),
                MODEL,
                MODEL,
                BigInteger.valueOf(50_000),
                BigInteger.valueOf(appendMillis(number) + 30_000),
                BigInteger.valueOf(number),
                "0x");
    }

    Charge charge(long number) {
        long units = 1 + number % 250;
        long debit = 20 * units;
        long fee = debit / 50;
        int provider = 1 + (int) (number % 2);
        int account = account(number);
        return new Charge(
                hashes.request(unsigned(number)),
                addresses.get(account - 1),
                account,
                1 + number / keys.size(),
                PROVIDERS.get(provider),
                provider,
                MODEL,
                BigInteger.valueOf(units),
                PRICE,
                1,
                BigInteger.valueOf(debit),
                BigInteger.valueOf(debit - fee),
                BigInteger.valueOf(fee),
                KafkaBooks.ANSWERED,
                at(number));
    }

    private int account(long number) {
        return 1 + (int) (number % keys.size());
    }

    private static Position at(long number) {
        return new Position((int) (number % PARTITIONS), number / PARTITIONS);
    }

    private long appendMillis(long number) {
        return FIRST_MILLIS + number * EPOCH_MILLIS / perEpoch;
    }

    private SortedMap<String, Long> positions(long epoch) {
        SortedMap<String, Long> positions = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long requests = epoch * perEpoch;
            positions.put(
                    "requests-" + partition, (requests - partition + PARTITIONS - 1) / PARTITIONS);
        }
        positions.put("requests-" + PARTITIONS, epoch);
        positions.put("vault", 10 * epoch + 1);
        return positions;
    }

    /** The vault, replayed from its beginning. */
    private final class Simulation {

        private final long[] spending = new long[keys.size() + 1];
        private final long[] released = new long[keys.size() + 1];
        private final long[] requests = new long[keys.size() + 1];
        private final long[] earning = new long[PROVIDERS.size()];
        private final List<Movement> movements = new ArrayList<>();
        private List<Receipt> receipts = List.of();
        private long deposited;
        private String last = MerkleSum.EMPTY.hash();
        private int leaver;

        void flush(long block, AnchorState before, Consumer<Movement> sink) {
            if (block > before.block()) {
                movements.forEach(sink);
            }
            movements.clear();
        }

        void post(Kind kind, int account, long amount, long request) {
            if (kind == Kind.DEPOSITED) {
                spending[account] += amount;
                deposited += amount;
            } else {
                spending[account] -= amount;
                released[account] += amount;
            }
            movements.add(new Posting(kind, account, request, BigInteger.valueOf(amount)));
        }

        /** Before every tenth epoch one account asks for everything. */
        void ask(long epoch) {
            leaver = epoch % 10 == 0 ? 1 + (int) (epoch / 10 % keys.size()) : 0;
            if (leaver > 0) {
                long block = 10 * epoch - 5;
                movements.add(
                        new Asked(
                                leaver,
                                ++requests[leaver],
                                BigInteger.valueOf(spending[leaver]),
                                block,
                                2 * block));
            }
        }

        EpochPart settle(long epoch) {
            List<Charge> charges =
                    LongStream.range((epoch - 1) * perEpoch, epoch * perEpoch)
                            .mapToObj(GeneratedLedger.this::charge)
                            .sorted(
                                    Comparator.comparing(Charge::requesterAccount)
                                            .thenComparing(Charge::sequence))
                            .toList();
            Map<Long, BigInteger> debits = new TreeMap<>();
            Map<Long, BigInteger> credits = new TreeMap<>();
            for (Charge charge : charges) {
                debits.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
                credits.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
                credits.merge(0L, charge.feeNano(), BigInteger::add);
            }
            List<BigInteger> releases = new ArrayList<>();
            if (leaver > 0) {
                long rest =
                        spending[leaver]
                                - debits.getOrDefault((long) leaver, BigInteger.ZERO).longValue();
                Release release =
                        new Release(leaver, requests[leaver], BigInteger.valueOf(rest));
                releases.add(SampleLedger.word(release));
                post(Kind.RELEASED, leaver, rest, requests[leaver]);
            }
            EpochPart part = part(epoch, charges, debits, credits, releases);
            debits.forEach((account, nano) -> spending[account.intValue()] -= nano.longValue());
            credits.forEach((account, nano) -> earning[account.intValue()] += nano.longValue());
            last = hashes.header(part.header());
            EventFields event =
                    new EventFields(
                            epoch,
                            0,
                            1,
                            part.header().receiptsRoot(),
                            part.header().receiptsSumNano(),
                            part.header().receiptsCount(),
                            part.header().partSumNano());
            movements.add(new Settlement(last, last, event, part));
            if (leaver > 0) {
                post(Kind.DEPOSITED, leaver, DEPOSIT, 0);
            }
            return part;
        }

        private EpochPart part(
                long epoch,
                List<Charge> charges,
                Map<Long, BigInteger> debits,
                Map<Long, BigInteger> credits,
                List<BigInteger> releases) {
            receipts = new ArrayList<>();
            Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
            for (Charge charge : charges) {
                long shard = charge.requesterAccount() % (1L << SHARD_DEPTH);
                MerkleSum.Subtree own =
                        shards.computeIfAbsent(shard, one -> new MerkleSum.Subtree());
                Receipt receipt = new Receipt(epoch, shard, own.leaves(), charge);
                own.add(new MerkleSum.Node(hashes.receipt(receipt), charge.debitNano()));
                receipts.add(receipt);
            }
            MerkleSum.Node root = MerkleSum.root(shards, SHARD_DEPTH);
            Header header =
                    new Header(
                            last,
                            epoch,
                            0,
                            1,
                            root.hash(),
                            root.sumNano(),
                            charges.size(),
                            root.sumNano(),
                            MerkleSum.EMPTY.hash(),
                            CutChecks.digest(positions(epoch)),
                            10 * epoch);
            EpochPart part =
                    new EpochPart(
                            header,
                            SampleLedger.slots(debits),
                            SampleLedger.words(debits),
                            SampleLedger.slots(credits),
                            SampleLedger.words(credits),
                            releases);
            return Records.with(
                    part, "header", Records.with(header, "wordsHash", TypedHashes.words(part)));
        }

        ChainBooks books(long block) {
            List<SpendingAccount> spenders = new ArrayList<>();
            for (int account = 1; account <= keys.size(); account++) {
                spenders.add(
                        new SpendingAccount(
                                account,
                                addresses.get(account - 1),
                                BigInteger.valueOf(spending[account]),
                                BigInteger.valueOf(released[account]),
                                requests[account],
                                BigInteger.ZERO));
            }
            List<EarningAccount> earners = new ArrayList<>();
            for (int account = 0; account < earning.length; account++) {
                earners.add(
                        new EarningAccount(
                                account,
                                PROVIDERS.get(account),
                                BigInteger.valueOf(earning[account])));
            }
            return new ChainBooks(
                    CHAIN_ID,
                    VAULT,
                    SampleBooks.REGISTRY,
                    block,
                    Hash.sha3String("block " + block),
                    2 * block,
                    SampleBooks.ESCAPE_AFTER_SECONDS,
                    SampleBooks.SCALE,
                    SHARD_DEPTH,
                    BigInteger.valueOf(deposited / 1000),
                    settled == 0
                            ? new Head(MerkleSum.EMPTY.hash(), 0, 0, 1)
                            : new Head(last, settled, 0, 1),
                    spenders,
                    earners,
                    List.of(new Price(MODEL, 1, PRICE, BigInteger.ONE)));
        }
    }
}
