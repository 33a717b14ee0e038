package io.millrace.chain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads final blocks range by range: the logs, then a SCANNED for the last block. A range is
 * emitted only after every block with a log in it has been compared with the canonical block of its
 * number. Failures of the node are waited out; another chain than configured ends the job. Called
 * by Flink's fetcher thread, woken by any.
 */
final class VaultSplitReader implements SplitReader<VaultEvent, VaultSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(VaultSplitReader.class);
    private static final int FIRST_RANGE = 500;
    private static final int MAX_RANGE = 5_000;

    private final VaultClient chain;
    private final VaultEventSource.Options options;
    private final AtomicLong rpcFailures;
    private final Semaphore wakeUps = new Semaphore(0);

    private @Nullable VaultSplit position;
    private long finalNumber = -1;
    private int range = FIRST_RANGE;
    private int failures;
    private boolean chainChecked;
    private boolean caughtUpSaid;

    VaultSplitReader(VaultClient chain, VaultEventSource.Options options, AtomicLong rpcFailures) {
        this.chain = chain;
        this.options = options;
        this.rpcFailures = rpcFailures;
    }

    @Override
    public RecordsWithSplitIds<VaultEvent> fetch() throws IOException {
        VaultSplit from = position;
        if (from == null) {
            pause(options.pollMillis());
            return records(List.of());
        }
        try {
            requireChain();
            // Asked for every range, so that a long catching-up does not end at an old final head.
            // Never lowered: a node that is behind must not make final blocks unread again.
            finalNumber = Math.max(finalNumber, chain.finalBlock().number());
            boolean read = finalNumber >= from.nextBlock();
            List<VaultEvent> events = read ? read(from) : stillCaughtUp(from);
            recovered();
            if (events.isEmpty()) {
                pause(options.pollMillis());
            }
            return records(events);
        } catch (RpcException e) {
            failed(e);
            return records(List.of());
        }
    }

    private List<VaultEvent> read(VaultSplit from) throws RpcException {
        long to = Math.min(finalNumber, from.nextBlock() + range - 1);
        Map<Long, L2Block> blocks = new HashMap<>();
        L2Block last = chain.block(to);
        blocks.put(to, last);
        List<VaultEvent> events = new ArrayList<>();
        for (LogEntry log : chain.logs(from.nextBlock(), to)) {
            L2Block block = blocks.get(log.block());
            if (block == null) {
                block = chain.block(log.block());
                blocks.put(log.block(), block);
            }
            if (!block.hash().equals(log.blockHash())) {
                throw RpcException.invalid(
                        "eth_getLogs",
                        "a log of block "
                                + log.block()
                                + " is of "
                                + log.blockHash()
                                + " but the canonical block is "
                                + block.hash());
            }
            boolean emitted = log.block() == from.nextBlock() && log.index() < from.nextLogIndex();
            if (!emitted) {
                VaultEventDecoder.decode(log, block.millis()).ifPresent(events::add);
            }
        }
        boolean caughtUp = to == finalNumber;
        events.add(VaultEventDecoder.scanned(last, caughtUp));
        caughtUpSaid |= caughtUp;
        position = new VaultSplit(to + 1, 0);
        return events;
    }

    /** Said once after a start in which no block became final, for those who wait for it. */
    private List<VaultEvent> stillCaughtUp(VaultSplit from) throws RpcException {
        if (caughtUpSaid || finalNumber < from.nextBlock() - 1 || from.nextBlock() == 0) {
            return List.of();
        }
        L2Block last = chain.block(from.nextBlock() - 1);
        caughtUpSaid = true;
        return List.of(VaultEventDecoder.scanned(last, true));
    }

    private void requireChain() throws RpcException {
        if (chainChecked) {
            return;
        }
        long chainId = chain.chainId();
        if (chainId != options.chainId()) {
            throw new IllegalStateException(
                    "the L2 node follows chain "
                            + chainId
                            + " but chain "
                            + options.chainId()
                            + " is configured; correct the endpoint or the chain id");
        }
        chainChecked = true;
    }

    private void recovered() {
        if (failures > 0) {
            LOG.info("the L2 node answers again after {} failures", failures);
            failures = 0;
        }
        range = Math.min(MAX_RANGE, range + Math.max(1, range / 4));
    }

    private void failed(RpcException e) {
        rpcFailures.incrementAndGet();
        if (failures++ == 0) {
            LOG.warn("events of the vault wait: {}", e.getMessage());
        }
        if (e.kind() != RpcException.Kind.INVALID) {
            range = Math.max(1, range / 2); // the range may be what it refuses, or is slow at
        }
        long wait = options.pollMillis() << Math.min(failures - 1, 20);
        pause(Math.min(wait, options.maxBackoffMillis()));
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

    private static RecordsWithSplitIds<VaultEvent> records(List<VaultEvent> events) {
        return new RecordsBySplits<>(
                events.isEmpty() ? Map.of() : Map.of(VaultSplit.ID, events), Set.of());
    }

    @Override
    public void handleSplitsChanges(SplitsChange<VaultSplit> change) {
        for (VaultSplit split : change.splits()) {
            position = split;
        }
    }

    @Override
    public void wakeUp() {
        wakeUps.release();
    }

    @Override
    public void close() {}
}
