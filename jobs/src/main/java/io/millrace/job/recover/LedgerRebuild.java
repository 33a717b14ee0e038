package io.millrace.job.recover;

import io.millrace.admit.Admitted;
import io.millrace.admit.Funds;
import io.millrace.admit.FundsChange;
import io.millrace.admit.ModelListing;
import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.meter.Charge;
import io.millrace.meter.Usage;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PackedWords;
import io.millrace.settle.PendingRequester;
import io.millrace.settle.Receipt;
import io.millrace.settle.SettleOptions;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Computes the state from a history that has been checked. Plain arithmetic.
 *
 * <p>Nothing is reserved in it, since what was in flight is admitted anew. A withdrawal requested
 * up to the final block and released by no epoch is released by the next one, of what is left now.
 */
public final class LedgerRebuild {

    private final int shardDepth;
    private final int dustMaxCuts;

    /**
     * For one ledger.
     *
     * @param shardDepth as the vault has it
     * @param dustMaxCuts how long dust is carried: whoever had any goes into the next cut, since
     *     nothing says how old it was
     */
    public LedgerRebuild(int shardDepth, int dustMaxCuts) {
        this.shardDepth = shardDepth;
        this.dustMaxCuts = dustMaxCuts;
    }

    /** One requester's money while it is added up. */
    private static final class Account {
        private final int account;
        private long balanceNano;
        private final Map<Integer, Long> askedNano = new TreeMap<>();
        private final Map<String, Admitted> admitted = new HashMap<>();
        private final Map<Long, String> lastByDeadline = new HashMap<>();

        Account(int account) {
            this.account = account;
        }

        void move(long amountNano) {
            balanceNano = Math.addExact(balanceNano, amountNano);
        }
    }

    /** The state after everything in {@code history}. */
    public RebuiltLedger of(LedgerHistory history) {
        Map<String, Account> accounts = new TreeMap<>();
        Map<Integer, String> owners = new HashMap<>();
        Map<String, ModelListing> models = new TreeMap<>();
        for (VaultEvent event : history.events()) {
            if (event instanceof VaultEvent.ModelEvent change) {
                String model = change.model();
                models.put(model, ModelListing.after(models.get(model), change));
            }
            FundsChange.of(event).ifPresent(change -> apply(change, accounts, owners));
        }
        for (Charge charge : history.charges()) {
            account(accounts, charge.requesterAddress()).move(-charge.debitNano());
        }
        settleReleases(history.parts(), accounts, owners);
        remember(history, accounts);
        List<Release> pending = pendingReleases(accounts);
        return new RebuiltLedger(
                nextCheckpoint(history),
                new RebuiltLedger.Seal(head(history.parts()), positions(history.parts())),
                models.entrySet().stream()
                        .map(entry -> new RebuiltLedger.Model(entry.getKey(), entry.getValue()))
                        .toList(),
                requesters(accounts),
                meters(history.charges()),
                shards(history, pending),
                history.requests().accounted(),
                unsettledNano(history));
    }

    /** What the gate counts: the rest reaches it as events of the chain. */
    private static long unsettledNano(LedgerHistory history) {
        long nano = 0;
        for (Charge charge : history.charges()) {
            nano = Math.addExact(nano, charge.debitNano());
        }
        for (VaultEvent event : history.events()) {
            if (event instanceof VaultEvent.EpochSettled settled) {
                nano = Math.subtractExact(nano, settled.partSumNano());
            }
        }
        return nano;
    }

    private static void apply(
            FundsChange change, Map<String, Account> accounts, Map<Integer, String> owners) {
        Account account =
                accounts.computeIfAbsent(
                        change.requesterAddress(),
                        requesterAddress -> new Account(change.requesterAccount()));
        owners.put(change.requesterAccount(), change.requesterAddress());
        switch (change.kind()) {
            case DEPOSITED, RELEASE_SKIPPED -> account.move(change.amountNano());
            case ESCAPED -> account.move(-change.amountNano());
            case WITHDRAWAL_REQUESTED ->
                    account.askedNano.put(change.request(), change.amountNano());
            case ACCOUNT_OPENED, CHARGED -> {
                // opened above; charges come from their own topic
            }
        }
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

    private static void settleReleases(
            List<SealedPart> parts, Map<String, Account> accounts, Map<Integer, String> owners) {
        for (SealedPart part : parts) {
            for (String word : part.releases()) {
                Release release =
                        PackedWords.release(
                                word, number -> owners.getOrDefault(number, "account " + number));
                Account account = account(accounts, release.requesterAddress());
                account.move(-release.amountNano());
                account.askedNano.remove(release.request());
            }
        }
    }

    /** Only what a copy could still be sent of is remembered (M8). */
    private static void remember(LedgerHistory history, Map<String, Account> accounts) {
        for (Charge charge : history.charges()) {
            long deadline = history.requests().deadlines().getOrDefault(charge.requestId(), 0L);
            // At the deadline itself a copy would still be judged: the watermark is a millisecond
            // behind.
            if (deadline >= history.requests().clockMillis()) {
                Account account = account(accounts, charge.requesterAddress());
                String before = account.lastByDeadline.put(deadline, charge.requestId());
                account.admitted.put(
                        charge.requestId(),
                        new Admitted(deadline, charge.debitNano(), false, false, before));
            }
        }
    }

    private static List<Release> pendingReleases(Map<String, Account> accounts) {
        List<Release> releases = new ArrayList<>();
        accounts.forEach(
                (requesterAddress, account) ->
                        account.askedNano.forEach(
                                (request, askedNano) -> {
                                    long amountNano =
                                            Math.min(askedNano, Math.max(0, account.balanceNano));
                                    account.move(-amountNano);
                                    releases.add(
                                            new Release(
                                                    account.account,
                                                    requesterAddress,
                                                    request,
                                                    amountNano));
                                }));
        return releases;
    }

    private static List<RebuiltLedger.Requester> requesters(Map<String, Account> accounts) {
        return accounts.entrySet().stream()
                .map(
                        entry ->
                                new RebuiltLedger.Requester(
                                        entry.getKey(),
                                        new Funds(
                                                entry.getValue().account,
                                                entry.getValue().balanceNano,
                                                0,
                                                0),
                                        entry.getValue().admitted,
                                        entry.getValue().lastByDeadline))
                .toList();
    }

    private static List<RebuiltLedger.Meter> meters(List<Charge> charges) {
        Map<String, Long> sequences = new TreeMap<>();
        Map<String, Map<String, Usage>> usage = new HashMap<>();
        for (Charge charge : charges) {
            sequences.put(charge.requesterAddress(), charge.sequence());
            Map<String, Usage> models =
                    usage.computeIfAbsent(
                            charge.requesterAddress(), requesterAddress -> new HashMap<>());
            models.put(
                    charge.model(), models.getOrDefault(charge.model(), Usage.NONE).plus(charge));
        }
        return sequences.entrySet().stream()
                .map(
                        entry ->
                                new RebuiltLedger.Meter(
                                        entry.getKey(),
                                        entry.getValue(),
                                        usage.getOrDefault(entry.getKey(), Map.of())))
                .toList();
    }

    private List<RebuiltLedger.Shard> shards(LedgerHistory history, List<Release> releases) {
        Set<String> sealed = new HashSet<>();
        for (Receipt receipt : history.receipts()) {
            sealed.add(receipt.charge().requestId());
        }
        Map<Integer, List<Charge>> charges = new TreeMap<>();
        for (Charge charge : history.charges()) {
            if (!sealed.contains(charge.requestId())) {
                charges.computeIfAbsent(
                                shardOf(charge.requesterAccount()), shard -> new ArrayList<>())
                        .add(charge);
            }
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

    private static EpochSealer.Head head(List<SealedPart> parts) {
        if (parts.isEmpty()) {
            return EpochSealer.Head.GENESIS;
        }
        SealedPart last = parts.get(parts.size() - 1);
        return new EpochSealer.Head(last.header().epoch(), last.hash(), 0);
    }

    private static List<CutPosition> positions(List<SealedPart> parts) {
        return parts.isEmpty() ? List.of() : parts.get(parts.size() - 1).positions();
    }

    private static long nextCheckpoint(LedgerHistory history) {
        long last = history.mark().checkpoint();
        for (Receipt receipt : history.receipts()) {
            last = Math.max(last, receipt.cut());
        }
        for (SealedPart part : history.parts()) {
            for (SealedPart.ShardCut cut : part.sources()) {
                last = Math.max(last, cut.cut());
            }
        }
        return last + 1;
    }
}
