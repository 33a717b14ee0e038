package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.Voided;
import io.millrace.audit.EpochChecks.LateReceipts;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Rows.EpochRows.Settled;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.read.Progress;
import io.millrace.audit.sort.LongRanges;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One audit: reads chain and topics once, sorts what it reads on disk, and lets it stream by the
 * checks: the movements in the order of the chain, then epochs with their receipts, then positions
 * of requests, then request ids, then numbers of charges. In memory lie accounts, withdrawals and
 * one epoch's parts.
 */
final class AuditRun {

    /** How far the clock of a partition may jump back when its leader changes. */
    private static final long CLOCK_MARGIN_MILLIS = 600_000;

    private final Ledger ledger;
    private final boolean requireSettled;
    private final AnchorState before;
    private final @Nullable Anchor anchor;
    private final RowStore store;
    private final Progress progress;
    private final Totals totals;
    private final VaultChecks vault;
    private final Findings unasked = new Findings();
    private final WithdrawalHistory history;
    private final LongRanges settledEpochs = new LongRanges();

    /**
     * @param anchor that {@code before} is of, null from the beginning
     */
    AuditRun(
            Ledger ledger,
            boolean requireSettled,
            AnchorState before,
            @Nullable Anchor anchor,
            RowStore store,
            Progress progress) {
        this.ledger = ledger;
        this.requireSettled = requireSettled;
        this.before = before;
        this.anchor = anchor;
        this.store = store;
        this.progress = progress;
        totals = new Totals(before.totals());
        vault = new VaultChecks(before, totals);
        history =
                new WithdrawalHistory(
                        before.withdrawals(),
                        before.debited(),
                        before.escaped(),
                        before.closedEpoch(),
                        unasked,
                        totals);
    }

    /**
     * Reads and judges.
     *
     * @param next becomes whole if nothing differs; null if no anchor is wanted
     */
    Books run(Anchor.@Nullable Writer next) throws IOException {
        TypedHashes hashes = ledger.hashes();
        HeaderChecks headers = new HeaderChecks(before, hashes, totals);
        ChainBooks chain = ledger.chain(before, movement -> read(movement, headers));
        history.end(chain);
        vault.read(chain);
        ChargeChecks charges = new ChargeChecks(before, chain.prices(), totals);
        Intake intake = intake(chain, charges);
        Map<String, Long> positions = ledger.topics(before, intake);
        long floorMillis = floor(intake);
        OpenRows open = new OpenRows(next, before, history.settledEpoch(), floorMillis);
        if (anchor != null) {
            open.restore(anchor, store, chain.shardDepth());
        }

        LateReceipts late = new LateReceipts(requireSettled, store.newest(), chain.shardDepth());
        EpochChecks epochs = new EpochChecks(hashes, chain.shardDepth(), totals, vault, late);
        CutChecks cuts = new CutChecks();
        WithdrawalChecks withdrawals =
                new WithdrawalChecks(
                        before, history, unasked, chain, store.newest(), requireSettled, totals);
        progress.stage("rebuilding epochs from receipts", store.receipts());
        store.epochs(new Epochs(open, headers, epochs, cuts, withdrawals));
        withdrawals.endEpochs(history.settledEpoch());
        RequestChecks requests =
                new RequestChecks(requireSettled, intake.newestMillis(), hashes, totals);
        requests(open, requests, charges, withdrawals, hashes);
        ResultChecks results =
                new ResultChecks(
                        requireSettled,
                        totals,
                        hashes,
                        intake.evidenceSinceMillis(),
                        before.floorMillis());
        ids(open, charges, results);

        List<Check> checks = new ArrayList<>();
        checks.add(intake.readable());
        checks.addAll(requests.all());
        checks.addAll(charges.all());
        checks.add(results.results());
        checks.add(results.receipts());
        checks.add(results.evidence());
        checks.addAll(epochs.all());
        checks.add(cuts.cuts(totals));
        checks.addAll(headers.all(chain.head(), requireSettled));
        vault.signers(ledger);
        checks.addAll(vault.all(chain, requireSettled));
        checks.addAll(withdrawals.all());
        Books books = Books.of(checks);
        // What an anchor takes for closed is never looked at again.
        if (next != null && books.ok() && !late.isAnyUpTo(history.settledEpoch())) {
            next.finish(
                    state(chain, headers, charges, withdrawals, intake, positions, floorMillis));
        }
        return books;
    }

    private Intake intake(ChainBooks chain, ChargeChecks charges) {
        return new Intake(
                store,
                totals,
                charges,
                vault,
                chain.shardDepth(),
                Duration.ofSeconds(chain.answerableSeconds()),
                before.appended());
    }

    private void requests(
            OpenRows open,
            RequestChecks requests,
            ChargeChecks charges,
            WithdrawalChecks withdrawals,
            TypedHashes hashes) {
        progress.stage("recovering who signed which request", store.charges());
        store.requests(
                rows -> {
                    requests.request(rows);
                    charges.request(rows);
                    withdrawals.request(rows, history.settledEpoch());
                    open.request(rows);
                    await(rows, hashes);
                    progress.advance(rows.charges().size());
                });
    }

    private void ids(OpenRows open, ChargeChecks charges, ResultChecks results) {
        progress.stage("comparing charges, results and receipts", store.charges());
        store.ids(
                rows -> {
                    charges.id(rows);
                    results.id(rows, rows.isClosed(history.settledEpoch()));
                    pending(rows);
                    open.id(rows);
                    progress.advance(rows.charges().size());
                });
        store.sequences(charges::sequence);
        progress.end();
    }

    private AnchorState state(
            ChainBooks chain,
            HeaderChecks headers,
            ChargeChecks charges,
            WithdrawalChecks withdrawals,
            Intake intake,
            Map<String, Long> positions,
            long floorMillis) {
        return new AnchorState(
                chain.chainId(),
                chain.vault(),
                chain.registry(),
                chain.block(),
                chain.blockHash(),
                chain.head(),
                headers.chainLink(),
                headers.closedLogLink(),
                history.settledEpoch(),
                vault.spendingBalances(),
                vault.releasedBalances(),
                vault.earningBalances(),
                vault.escapedAccounts(),
                history.debited(),
                withdrawals.carried(history.settledEpoch()),
                chain.prices(),
                charges.lastSequences(),
                withdrawals.closedDebits(),
                positions,
                intake.appended(),
                floorMillis,
                totals.closed());
    }

    private void read(Movement movement, HeaderChecks headers) {
        if (movement instanceof Settlement settlement) {
            headers.settled(settlement);
            store.settled(new Settled(settlement.hash(), settlement.part()));
        } else if (movement instanceof Voided voided) {
            headers.voided(voided);
        }
        vault.movement(movement);
        history.movement(movement);
    }

    /**
     * No request that could be charged again is older: each partition's clock goes on from here.
     */
    private long floor(Intake intake) {
        long oldest =
                ledger.requestPartitions().stream()
                        .mapToLong(partition -> intake.appended().getOrDefault(partition, 0L))
                        .min()
                        .orElse(0);
        return Math.max(before.floorMillis(), oldest - CLOCK_MARGIN_MILLIS);
    }

    private void await(RequestRows rows, TypedHashes hashes) {
        Request request = rows.request();
        if (request != null
                && request.signed() != null
                && rows.rejections() == 0
                && rows.charges().isEmpty()) {
            store.awaited(hashes.request(request.signed()));
        }
    }

    private void pending(IdRows rows) {
        boolean settled =
                rows.receipts().stream()
                        .anyMatch(receipt -> settledEpochs.contains(receipt.epoch()));
        if (!settled) {
            for (Charge charge : rows.charges()) {
                vault.pending(charge);
            }
        }
    }

    /** What happens to an epoch that streams by. */
    private final class Epochs implements RowStore.EpochVisitor {

        private final OpenRows open;
        private final HeaderChecks headers;
        private final EpochChecks epochs;
        private final CutChecks cuts;
        private final WithdrawalChecks withdrawals;

        Epochs(
                OpenRows open,
                HeaderChecks headers,
                EpochChecks epochs,
                CutChecks cuts,
                WithdrawalChecks withdrawals) {
            this.open = open;
            this.headers = headers;
            this.epochs = epochs;
            this.cuts = cuts;
            this.withdrawals = withdrawals;
        }

        @Override
        public void begin(EpochRows epoch) {
            boolean closed = open.isClosed(epoch.epoch());
            if (epoch.isSettled()) {
                settledEpochs.add(epoch.epoch());
            }
            headers.epoch(epoch, closed);
            cuts.epoch(epoch);
            withdrawals.epoch(epoch, closed);
        }

        @Override
        public void receipt(Receipt receipt) {
            epochs.receipt(receipt);
            cuts.receipt(receipt);
            progress.advance(1);
        }

        @Override
        public void end(EpochRows epoch) {
            epochs.end(epoch, open.isClosed(epoch.epoch()));
            open.epoch(epoch);
        }
    }
}
