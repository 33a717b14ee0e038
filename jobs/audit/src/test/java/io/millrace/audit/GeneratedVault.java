package io.millrace.audit;

import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.Cancelled;
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
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.rules.RunningTotals;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.web3j.crypto.Hash;

/** The vault, replayed from its beginning. */
final class GeneratedVault {

    private static final long DEPOSIT = 1_000_000_000_000L;

    private final GeneratedLedger ledger;
    private final TypedHashes hashes;
    private final int accounts;
    private final long[] spending;
    private final long[] released;
    private final long[] requests;
    private final long[] earning = new long[GeneratedLedger.PROVIDERS.size()];
    private final List<Movement> movements = new ArrayList<>();
    private List<Receipt> receipts = List.of();
    private long deposited;
    private String last = MerkleSum.EMPTY.hash();
    private int leaver;

    /** Where every account has deposited. */
    GeneratedVault(GeneratedLedger ledger) {
        this.ledger = ledger;
        hashes = ledger.hashes();
        accounts = ledger.addresses.size();
        spending = new long[accounts + 1];
        released = new long[accounts + 1];
        requests = new long[accounts + 1];
        for (int account = 1; account <= accounts; account++) {
            post(Kind.DEPOSITED, account, DEPOSIT, 0);
        }
    }

    /** Of the epoch that was settled last. */
    List<Receipt> receipts() {
        return receipts;
    }

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
        leaver = epoch % 10 == 0 ? 1 + (int) (epoch / 10 % accounts) : 0;
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
                LongStream.range((epoch - 1) * ledger.perEpoch, epoch * ledger.perEpoch)
                        .parallel()
                        .mapToObj(ledger::charge)
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
            Release release = new Release(leaver, requests[leaver], BigInteger.valueOf(rest));
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
            BigInteger rest = debits.getOrDefault((long) leaver, BigInteger.ZERO);
            if (rest.signum() > 0) {
                movements.add(new Cancelled(leaver, requests[leaver], rest, 10 * epoch + 2));
            }
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
        RunningTotals earned = new RunningTotals();
        for (Charge charge : charges) {
            long shard = charge.requesterAccount() % (1L << GeneratedLedger.SHARD_DEPTH);
            MerkleSum.Subtree own = shards.computeIfAbsent(shard, one -> new MerkleSum.Subtree());
            Receipt receipt =
                    new Receipt(
                            epoch,
                            shard,
                            own.leaves(),
                            new EarnedBefore(
                                    earned.add(
                                            shard, charge.providerAccount(), charge.creditNano()),
                                    earned.add(shard, 0, charge.feeNano())),
                            charge);
            own.add(new MerkleSum.Node(hashes.receipt(receipt), charge.debitNano()));
            receipts.add(receipt);
        }
        MerkleSum.Node root = MerkleSum.root(shards, GeneratedLedger.SHARD_DEPTH);
        Header header =
                new Header(
                        last,
                        epoch,
                        0,
                        1,
                        root.hash(),
                        root.sumNano(),
                        charges.size(),
                        GeneratedLedger.SHARD_DEPTH + MerkleSum.highest(shards),
                        root.sumNano(),
                        MerkleSum.EMPTY.hash(),
                        CutChecks.digest(ledger.positions(epoch)),
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

    ChainBooks books(long block, long settled) {
        List<SpendingAccount> spenders = new ArrayList<>();
        for (int account = 1; account <= accounts; account++) {
            spenders.add(
                    new SpendingAccount(
                            account,
                            ledger.addresses.get(account - 1),
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
                            GeneratedLedger.PROVIDERS.get(account),
                            BigInteger.valueOf(earning[account])));
        }
        return new ChainBooks(
                GeneratedLedger.CHAIN_ID,
                GeneratedLedger.VAULT,
                SampleBooks.REGISTRY,
                block,
                Hash.sha3String("block " + block),
                2 * block,
                SampleBooks.ESCAPE_AFTER_SECONDS,
                0,
                SampleBooks.SCALE,
                GeneratedLedger.SHARD_DEPTH,
                BigInteger.valueOf(deposited / 1000),
                settled == 0
                        ? new Head(MerkleSum.EMPTY.hash(), 0, 0, 1)
                        : new Head(last, settled, 0, 1),
                spenders,
                earners,
                List.of(
                        new Price(
                                GeneratedLedger.MODEL,
                                1,
                                GeneratedLedger.PRICE,
                                200,
                                BigInteger.ONE)));
    }
}
