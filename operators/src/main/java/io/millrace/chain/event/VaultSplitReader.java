package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.FinalRangeReader.Step;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the chain: ranges while blocks are final and not emitted, else the blocks above them.
 * Before the first poll, and after each change of the node, the last emitted block must still be
 * where it was; before the first, the registry must announce prices far enough ahead. Failures are
 * waited out; another chain than configured, too short a notice, or a final block that was
 * replaced, ends the job, as no restart could help. Called by Flink's fetcher thread, woken by any.
 */
final class VaultSplitReader implements SplitReader<Step, VaultSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(VaultSplitReader.class);

    /** Polls in a row that must find a final block replaced before that is believed. */
    static final int VIOLATIONS_BELIEVED = 3;

    private final EventChain chain;
    private final SourceOptions options;
    private final SourceMetrics metrics;
    private final FinalRangeReader ranges;
    private final TipFollower tip;
    private final Semaphore wakeUps = new Semaphore(0);

    private @Nullable VaultSplit position;
    private long validatedAt = -1;
    private int failures;
    private int violations;
    private boolean caughtUpEmitted;
    private boolean noticeRead;

    VaultSplitReader(EventChain chain, SourceOptions options, SourceMetrics metrics) {
        this.chain = chain;
        this.options = options;
        this.metrics = metrics;
        LogsProof proof = new LogsProof(chain, options.logsCheck());
        this.ranges = new FinalRangeReader(chain, proof, metrics);
        this.tip = new TipFollower(chain, proof, metrics);
    }

    @Override
    public RecordsWithSplitIds<Step> fetch() throws IOException {
        VaultSplit from = position;
        if (from == null) {
            pause(options.pollMillis());
            return records(List.of());
        }
        List<Step> steps = List.of();
        long switches = chain.switches();
        try {
            steps = poll(validated(from));
            onSuccess();
        } catch (FinalityViolatedException e) {
            onViolation(e);
        } catch (RpcException e) {
            onFailure(e, switches);
        } finally {
            metrics.endpoint(chain.endpointInUse(), chain.switches());
        }
        if (!steps.isEmpty()) {
            position = steps.get(steps.size() - 1).after();
        }
        return records(steps);
    }

    private List<Step> poll(VaultSplit from) throws RpcException, FinalityViolatedException {
        // Asked for every range, so that a long catching-up does not end at an old final head.
        long finalNumber = chain.finalHead().number();
        metrics.finalHead(finalNumber);
        if (finalNumber >= from.nextBlock()) {
            List<Step> steps = ranges.read(from, finalNumber);
            caughtUpEmitted |= steps.get(steps.size() - 1).after().nextBlock() > finalNumber;
            return steps;
        }
        VaultSplit followed = tip.follow(from);
        boolean first =
                !caughtUpEmitted && from.nextBlock() > 0 && finalNumber >= from.nextBlock() - 1;
        if (first) {
            // Emitted once after a start in which no block became final, for those who wait for it.
            caughtUpEmitted = true;
            BlockHeader last = chain.header(from.nextBlock() - 1);
            return List.of(
                    new Step(new VaultEvent.Scanned(last.number(), last.millis(), true), followed));
        }
        if (followed.window().size() - from.window().size() < TipFollower.BLOCKS_AT_ONCE) {
            pause(options.pollMillis());
        }
        return followed.equals(position) ? List.of() : List.of(new Step(null, followed));
    }

    /** The node in use must follow the configured chain, and have the last emitted block. */
    private VaultSplit validated(VaultSplit from) throws RpcException, FinalityViolatedException {
        if (validatedAt == chain.switches()) {
            return from;
        }
        long switches = chain.switches();
        long chainId = chain.chainId();
        if (chainId != options.chainId()) {
            throw new SuppressRestartsException(
                    new IllegalStateException(
                            ("the L2 node follows chain %d but chain %d is"
                                            + " configured; correct the endpoint or the chain id")
                                    .formatted(chainId, options.chainId())));
        }
        requireNotice();
        VaultSplit known = from;
        if (from.nextBlock() > 0 && from.nextLogIndex() == 0) {
            BlockHeader last = chain.header(from.nextBlock() - 1);
            if (from.lastHash().isEmpty()) {
                known = new VaultSplit(from.nextBlock(), 0, last.hash(), List.of());
            } else if (!from.lastHash().equals(last.hash())) {
                throw new FinalityViolatedException(last.number(), from.lastHash(), last.hash());
            }
        }
        validatedAt = switches;
        return known;
    }

    /**
     * A price that counts before requests stop being read would not be heard in time. The notice is
     * fixed in the registry's code, so one reading is enough.
     */
    private void requireNotice() throws RpcException {
        if (noticeRead) {
            return;
        }
        long noticeMillis = chain.priceNoticeMillis();
        if (noticeMillis <= options.maxChainAgeMillis()) {
            throw new SuppressRestartsException(
                    new IllegalStateException(
                            ("the model registry announces a price %d ms before it"
                                            + " counts (PRICE_NOTICE) but --admit.max.chain.age is"
                                            + " %d ms, so a job that is cut off from its node would"
                                            + " charge an old price; set the option below the"
                                            + " notice")
                                    .formatted(noticeMillis, options.maxChainAgeMillis())));
        }
        noticeRead = true;
    }

    private void onSuccess() {
        if (failures > 0) {
            LOG.info("the L2 node answers again after {} failures", failures);
        }
        failures = 0;
        violations = 0;
    }

    /** A node may lie or lag: the others are asked, and all again, before the job is ended. */
    private void onViolation(FinalityViolatedException e) {
        metrics.disagreed();
        violations++;
        if (violations >= Math.max(VIOLATIONS_BELIEVED, chain.endpoints() + 1)) {
            throw new SuppressRestartsException(e);
        }
        LOG.warn("poll {} finds finality broken: {}", violations, e.getMessage());
        chain.distrust(chain.endpointInUse());
        validatedAt = -1;
        pause(options.pollMillis());
    }

    private void onFailure(RpcException e, long switchesBefore) {
        metrics.failed();
        if (e.kind() == RpcErrorKind.INVALID) {
            metrics.disagreed();
            // What was read ahead may be the lie: read without it, two nodes must agree instead.
            position = position == null ? null : position.withWindow(List.of());
            if (chain.switches() == switchesBefore) {
                chain.distrust(chain.endpointInUse());
            }
        }
        if (failures++ == 0) {
            LOG.warn("events of the vault wait: {}", e.getMessage());
        }
        int repetitions = ranges.hasNarrowed() ? 1 : failures;
        pause(e.waitMillis(options.pollMillis(), repetitions, options.maxBackoffMillis()));
    }

    private void pause(long millis) {
        try {
            if (wakeUps.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                wakeUps.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the fetcher is being closed
        }
    }

    private static RecordsWithSplitIds<Step> records(List<Step> steps) {
        return new RecordsBySplits<>(
                steps.isEmpty() ? Map.of() : Map.of(VaultSplit.ID, steps), Set.of());
    }

    @Override
    public void handleSplitsChanges(SplitsChange<VaultSplit> change) {
        for (VaultSplit split : change.splits()) {
            position = split;
            validatedAt = -1;
            // What lies before was read by an earlier run, so it is none of the lag of this one.
            metrics.scanned(split.nextBlock() - 1);
        }
    }

    @Override
    public void wakeUp() {
        wakeUps.release();
    }

    @Override
    public void close() {}
}
