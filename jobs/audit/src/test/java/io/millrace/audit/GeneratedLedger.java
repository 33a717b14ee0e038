package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.web3j.crypto.Hash;

/**
 * A right ledger of any length, computed as it is read and never held: request {@code i} is the
 * same whenever it is asked for. Each epoch seals {@code perEpoch} charges; every tenth releases
 * all that one account has not spent. The same ledger with more epochs goes on where this one ends.
 */
final class GeneratedLedger implements Ledger {

    static final int PARTITIONS = 3;
    static final int SHARD_DEPTH = 4;
    static final long CHAIN_ID = 31337;
    private static final long FIRST_MILLIS = 1_600_000_000_000L;
    private static final int BATCH = 4_096;
    static final BigInteger PRICE = BigInteger.valueOf(20_000_000);
    static final String VAULT = "0x00000000000000000000000000000000000000aa";
    static final String MODEL = Hash.sha3String("manifest");
    static final List<String> PROVIDERS = Signed.providers();

    private final TypedHashes hashes = new TypedHashes(CHAIN_ID, VAULT);
    final int perEpoch;
    private final long sealed;
    private final long settled;
    private final List<byte[]> keys = new ArrayList<>();
    final List<String> addresses = new ArrayList<>();
    private long handedOver;

    /** From one epoch to the next. */
    long epochMillis = 60_000;

    /**
     * How long evidence is kept: of older charges there is none. Nothing has aged out unless this
     * is set.
     */
    long evidenceMillis = Long.MAX_VALUE;

    UnaryOperator<Charge> chargeAlteration = charge -> charge;
    UnaryOperator<Receipt> receiptAlteration = receipt -> receipt;
    Predicate<Receipt> hidden = receipt -> false;

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
            byte[] key = Hash.sha3(("account " + account).getBytes(UTF_8));
            keys.add(key);
            addresses.add(Signed.address(key));
        }
    }

    long receipts() {
        return sealed * perEpoch;
    }

    /** Of the newest epochs, whose evidence has not aged out. */
    long defended() {
        return receipts() - firstDefended();
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
        GeneratedVault vault = new GeneratedVault(this);
        vault.flush(1, before, movements);
        for (long epoch = 1; epoch <= settled; epoch++) {
            vault.ask(epoch);
            vault.flush(10 * epoch - 5, before, movements);
            vault.settle(epoch);
            vault.flush(10 * epoch + 2, before, movements);
        }
        long block = 10 * settled + 4;
        return vault.books(block, settled);
    }

    @Override
    public BigInteger signsUntil(long account, String key) {
        return PROVIDERS.get((int) account).equals(key)
                ? BigInteger.valueOf(Long.MAX_VALUE)
                : BigInteger.ZERO;
    }

    @Override
    public Map<String, Long> topics(AnchorState before, KafkaBooks.Sink sink) {
        Map<String, Long> start = before.positions();
        long charges = receipts();
        long first = start.getOrDefault("inference.charges-0", 0L);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            sink.appended(partition, endMillis());
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
                sink.request(new Request(refused, FIRST_MILLIS + epoch * epochMillis, null));
                sink.rejection(new Rejection(refused, "MALFORMED"));
            }
        }
        for (long from = first; from < charges; from += BATCH) {
            LongStream.range(from, Math.min(charges, from + BATCH))
                    .parallel()
                    .mapToObj(i -> new Sold(charge(i)))
                    .toList()
                    .forEach(
                            sold -> {
                                sink.charge(chargeAlteration.apply(sold.charge));
                                sink.result(sold.result);
                            });
        }
        evidence(first, charges, sink);
        GeneratedVault log = new GeneratedVault(this);
        long logged = start.getOrDefault("settlement.epochs-0", 0L);
        for (long epoch = 1; epoch <= sealed; epoch++) {
            log.ask(epoch);
            EpochPart part = log.settle(epoch);
            if (epoch > logged) {
                sink.sealed(new Sealed(part, positions(epoch)));
                log.receipts().stream()
                        .filter(hidden.negate())
                        .forEach(receipt -> sink.receipt(receiptAlteration.apply(receipt)));
            }
        }
        handedOver = 5 * (charges - first);
        Map<String, Long> ends = new HashMap<>();
        ends.put("inference.charges-0", charges);
        ends.put("settlement.epochs-0", sealed);
        positions(sealed)
                .forEach(
                        (source, next) ->
                                ends.put(source.replace("requests", KafkaBooks.REQUESTS), next));
        return ends;
    }

    private void evidence(long first, long charges, KafkaBooks.Sink sink) {
        long kept = firstDefended();
        sink.evidenceRange(new EvidenceRange(appendMillis(kept), kept > 0, endMillis()));
        for (long from = Math.max(first, kept); from < charges; from += BATCH) {
            LongStream.range(from, Math.min(charges, from + BATCH))
                    .parallel()
                    .mapToObj(i -> Signed.signed(hashes, evidence(i, signed(i))))
                    .toList()
                    .forEach(sink::evidence);
        }
    }

    /** The oldest charge that has evidence. */
    private long firstDefended() {
        long aged = Math.max(0, sealed * epochMillis - evidenceMillis);
        return (aged * perEpoch + epochMillis - 1) / epochMillis;
    }

    private long endMillis() {
        return FIRST_MILLIS + sealed * epochMillis;
    }

    /** A charge and its answer. */
    private static final class Sold {

        private final Charge charge;
        private final Result result;

        Sold(Charge charge) {
            this.charge = charge;
            byte[] key = Signed.PROVIDER_KEYS.get((int) charge.providerAccount());
            result =
                    new Result(
                            charge.requestId(),
                            "ANSWERED",
                            charge.debitNano(),
                            charge.units(),
                            Signed.by(charge.outcome(), key));
        }
    }

    private Request request(long number) {
        return new Request(at(number), appendMillis(number), signed(number));
    }

    private SignedRequest signed(long number) {
        int account = account(number);
        SignedRequest unsigned = unsigned(number);
        String text = Signed.by(hashes.request(unsigned), keys.get(account - 1));
        return new SignedRequest(
                unsigned.requester(),
                unsigned.model(),
                unsigned.inputHash(),
                unsigned.maxFeeNano(),
                unsigned.deadlineMillis(),
                unsigned.nonce(),
                text);
    }

    /** Its provider has yet to sign. */
    private Evidence evidence(long number, SignedRequest request) {
        return Signed.evidence(
                hashes.request(request),
                request,
                provider(number),
                units(number),
                1,
                "answer " + number);
    }

    private static int provider(long number) {
        return 1 + (int) (number % 2);
    }

    private static long units(long number) {
        return 1 + number % 250;
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
        long units = units(number);
        long debit = 20 * units;
        long fee = debit / 50;
        int provider = provider(number);
        Evidence evidence = evidence(number, unsigned(number));
        int account = account(number);
        return new Charge(
                evidence.requestId(),
                addresses.get(account - 1),
                account,
                1 + number / keys.size(),
                PROVIDERS.get(provider),
                provider,
                MODEL,
                BigInteger.valueOf(units),
                PRICE,
                1,
                200,
                BigInteger.valueOf(debit),
                BigInteger.valueOf(debit - fee),
                BigInteger.valueOf(fee),
                KafkaBooks.ANSWERED,
                hashes.outcomeOf(evidence),
                appendMillis(number),
                at(number));
    }

    private int account(long number) {
        return 1 + (int) (number % keys.size());
    }

    private static Position at(long number) {
        return new Position((int) (number % PARTITIONS), number / PARTITIONS);
    }

    private long appendMillis(long number) {
        return FIRST_MILLIS + number * epochMillis / perEpoch;
    }

    SortedMap<String, Long> positions(long epoch) {
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
}
