package io.millrace.job.recover;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.admit.Admitted;
import io.millrace.admit.Funds;
import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.meter.Charge;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PackedWords;
import io.millrace.settle.PendingRequester;
import io.millrace.settle.SettleOptions;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Computes the state from a history that has been checked. Plain arithmetic.
 *
 * <p>Nothing is reserved in it, since what was in flight is admitted anew. What epochs have not
 * released of a withdrawal that is open at the final block is released by the next one, of what is
 * left now.
 */
final class LedgerRebuild {

    private final int shardDepth;
    private final int dustMaxCuts;

    /**
     * For one ledger.
     *
     * @param shardDepth as the vault has it
     * @param dustMaxCuts how long dust is carried: whoever had any goes into the next cut, since
     *     nothing says how old it was
     */
    LedgerRebuild(int shardDepth, int dustMaxCuts) {
        this.shardDepth = shardDepth;
        this.dustMaxCuts = dustMaxCuts;
    }

    /** One requester's money while it is added up. */
    private static final class Account {
        private final int account;
        private long balanceNano;
        private final TreeMap<Integer, Long> askedNano;
        private final Set<Integer> heardOf = new HashSet<>();
        private final Map<String, Admitted> admitted = new HashMap<>();
        private final Map<Long, String> lastByDeadline = new HashMap<>();

        Account(ChainBooks.Account chain) {
            account = chain.account();
            balanceNano = chain.balanceNano();
            askedNano = new TreeMap<>(chain.askedNano());
        }

        void move(long amountNano) {
            balanceNano = Math.addExact(balanceNano, amountNano);
        }

        /** Of its requests the vault lets the last one only be open. */
        Funds funds() {
            Map.Entry<Integer, Long> last = askedNano.lastEntry();
            return last == null
                    ? new Funds(account, balanceNano, 0, 0, 0, 0)
                    : new Funds(account, balanceNano, 0, last.getKey(), last.getValue(), 0);
        }
    }

    /** The state after everything in {@code history}. */
    RebuiltLedger of(LedgerHistory history) {
        Map<String, Account> accounts = new TreeMap<>();
        history.chain()
                .accounts()
                .forEach((address, account) -> accounts.put(address, new Account(account)));
        history.rows()
                .spent()
                .forEach((address, spent) -> account(accounts, address).move(-spent.debitNano()));
        settleReleases(history, accounts);
        remember(history, accounts);
        List<Release> pending = pendingReleases(accounts);
        return new RebuiltLedger(
                Math.max(history.mark().checkpoint(), history.epochs().lastCut()) + 1,
                seal(history.epochs().last(), history.sequences().unsealed()),
                history.chain().models().entrySet().stream()
                        .map(entry -> new RebuiltLedger.Model(entry.getKey(), entry.getValue()))
                        .toList(),
                requesters(accounts),
                history.rows().spent().entrySet().stream()
                        .map(
                                entry ->
                                        new RebuiltLedger.Meter(
                                                entry.getKey(),
                                                entry.getValue().charges(),
                                                entry.getValue().usage()))
                        .toList(),
                shards(history.sequences().unsealed(), pending),
                history.requests().accounted(),
                unsettled(history));
    }

    /** What the gate counts: the rest reaches it as events of the chain. */
    private static RebuiltLedger.Gate unsettled(LedgerHistory history) {
        long nano = 0;
        for (LedgerRows.Spent spent : history.rows().spent().values()) {
            nano = Math.addExact(nano, spent.debitNano());
        }
        return new RebuiltLedger.Gate(
                Math.subtractExact(nano, history.chain().settledNano()),
                Math.max(0, history.rows().parts() - history.chain().settledParts()));
    }

    private static Account account(Map<String, Account> accounts, String requesterAddress) {
        Account account = accounts.get(requesterAddress);
        if (account == null) {
            throw new RecoverException(
                    "requester "
                            + requesterAddress
                            + " is charged but has no account in the vault up to its final block;"
                            + " is the node behind, or chain.start.block after the vault's"
                            + " deployment?");
        }
        return account;
    }

    private static void settleReleases(LedgerHistory history, Map<String, Account> accounts) {
        try (RowCursor row = history.rows().releases()) {
            for (; row.isAtRow(); row.next()) {
                Release release =
                        PackedWords.release(
                                new String(row.value(), UTF_8), history.chain()::ownerOf);
                Account account = account(accounts, release.requesterAddress());
                account.move(-release.amountNano());
                account.heardOf.add(release.request());
                account.askedNano.computeIfPresent(
                        release.request(), (request, open) -> open - release.amountNano());
            }
        }
    }

    /** Only what a copy could still be sent of is remembered (M8). */
    private static void remember(LedgerHistory history, Map<String, Account> accounts) {
        // At the deadline itself a copy would still be judged: the watermark is a millisecond
        // behind.
        try (RowCursor row = history.rows().deadlines(history.requests().clockMillis())) {
            for (; row.isAtRow(); row.next()) {
                Deadline deadline = Deadline.at(row);
                Account account = account(accounts, deadline.requesterAddress());
                String before = account.lastByDeadline.put(deadline.millis(), deadline.requestId());
                account.admitted.put(
                        deadline.requestId(),
                        new Admitted(
                                deadline.millis(), deadline.debitNano(), false, false, before));
            }
        }
    }

    private static List<Release> pendingReleases(Map<String, Account> accounts) {
        List<Release> releases = new ArrayList<>();
        accounts.forEach(
                (requesterAddress, account) ->
                        account.askedNano.replaceAll(
                                (request, openNano) -> {
                                    long amountNano =
                                            Math.min(openNano, Math.max(0, account.balanceNano));
                                    account.move(-amountNano);
                                    if (amountNano > 0 || !account.heardOf.contains(request)) {
                                        releases.add(
                                                new Release(
                                                        account.account,
                                                        requesterAddress,
                                                        request,
                                                        amountNano));
                                    }
                                    return openNano - amountNano;
                                }));
        return releases;
    }

    private static List<RebuiltLedger.Requester> requesters(Map<String, Account> accounts) {
        return accounts.entrySet().stream()
                .map(
                        entry ->
                                new RebuiltLedger.Requester(
                                        entry.getKey(),
                                        entry.getValue().funds(),
                                        entry.getValue().admitted,
                                        entry.getValue().lastByDeadline))
                .toList();
    }

    private List<RebuiltLedger.Shard> shards(List<Charge> unsealed, List<Release> releases) {
        Map<Integer, List<Charge>> charges = new TreeMap<>();
        for (Charge charge : unsealed) {
            charges.computeIfAbsent(shardOf(charge.requesterAccount()), shard -> new ArrayList<>())
                    .add(charge);
        }
        Map<Integer, List<Release>> byShard = new HashMap<>();
        for (Release release : releases) {
            int shard = shardOf(release.requesterAccount());
            byShard.computeIfAbsent(shard, number -> new ArrayList<>()).add(release);
            charges.computeIfAbsent(shard, number -> new ArrayList<>());
        }
        return charges.entrySet().stream()
                .map(
                        entry ->
                                new RebuiltLedger.Shard(
                                        entry.getKey(),
                                        entry.getValue(),
                                        pending(entry.getValue()),
                                        byShard.getOrDefault(entry.getKey(), List.of())))
                .toList();
    }

    private List<PendingRequester> pending(List<Charge> charges) {
        Map<Integer, PendingRequester> pending = new TreeMap<>();
        for (Charge charge : charges) {
            PendingRequester before =
                    pending.getOrDefault(
                            charge.requesterAccount(),
                            new PendingRequester(charge.requesterAccount(), 0, 0, dustMaxCuts));
            pending.put(
                    charge.requesterAccount(),
                    new PendingRequester(
                            charge.requesterAccount(),
                            Nano.add(before.totalNano(), charge.debitNano()),
                            before.receipts() + 1,
                            before.cutsCarried()));
        }
        return List.copyOf(pending.values());
    }

    private int shardOf(int account) {
        return SettleOptions.shardOf(account, shardDepth);
    }

    private static RebuiltLedger.Seal seal(@Nullable SealedPart last, List<Charge> unsealed) {
        return last == null
                ? new RebuiltLedger.Seal(EpochSealer.Head.GENESIS, reached(List.of(), unsealed))
                : new RebuiltLedger.Seal(
                        new EpochSealer.Head(last.header().epoch(), last.hash(), 0),
                        reached(last.positions(), unsealed));
    }

    /**
     * How far the sources had been read, at the least: the next epoch charges what is unsealed,
     * maybe before its sources have been heard of again.
     */
    private static List<CutPosition> reached(List<CutPosition> sealed, List<Charge> unsealed) {
        Map<String, CutPosition> reached = new TreeMap<>();
        sealed.forEach(position -> reached.put(position.source(), position));
        for (Charge charge : unsealed) {
            String source = "requests-" + charge.place().topicPartition();
            CutPosition before = reached.getOrDefault(source, new CutPosition(0, source, 0));
            reached.put(
                    source,
                    new CutPosition(
                            before.cut(),
                            source,
                            Math.max(before.next(), charge.place().offset() + 1)));
        }
        return List.copyOf(reached.values());
    }
}
