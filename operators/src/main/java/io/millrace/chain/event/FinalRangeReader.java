package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.VaultSplit.WindowBlock;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.LogRanges;
import io.millrace.chain.rpc.RpcException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads ranges of final blocks. A range is given out only when its blocks continue the last one
 * given out, hash by hash, every block's logs are proven (see {@link LogsCheck}), and two readings
 * agree: the one of when the block was new, or one from another node. The fetcher's thread.
 */
final class FinalRangeReader {

    private static final Logger LOG = LoggerFactory.getLogger(FinalRangeReader.class);

    private final EventChain chain;
    private final LogsProof proof;
    private final SourceMetrics metrics;
    private final LogRanges<EventChain.Reading> ranges =
            new LogRanges<>(reading -> reading.logs().size());

    /**
     * What to emit, and where the split stands after it.
     *
     * @param event null if only the split moved
     */
    record Step(@Nullable VaultEvent event, VaultSplit after) {}

    FinalRangeReader(EventChain chain, LogsProof proof, SourceMetrics metrics) {
        this.chain = chain;
        this.proof = proof;
        this.metrics = metrics;
    }

    /** The next range from {@code from} on, up to the newest final block. */
    List<Step> read(VaultSplit from, long finalNumber)
            throws RpcException, FinalityViolatedException {
        LogRanges.Piece<EventChain.Reading> piece =
                ranges.first(from.nextBlock(), finalNumber, chain::logs);
        try {
            return proven(from, piece.answer(), piece.to(), finalNumber);
        } catch (RpcException e) {
            ranges.failed(piece.to() - from.nextBlock() + 1, e); // it may be cut for its length
            throw e;
        }
    }

    /** See {@link LogRanges#hasNarrowed}. */
    boolean hasNarrowed() {
        return ranges.hasNarrowed();
    }

    private List<Step> proven(
            VaultSplit from, EventChain.Reading reading, long to, long finalNumber)
            throws RpcException, FinalityViolatedException {
        Map<Long, List<LogEntry>> logs = new TreeMap<>();
        for (LogEntry log : reading.logs()) {
            logs.computeIfAbsent(log.block(), block -> new ArrayList<>()).add(log);
        }
        long windowed = Math.min(to, from.top());
        Map<Long, BlockHeader> headers =
                proof.isOff()
                        ? someHeaders(from, windowed, to, logs)
                        : allHeaders(from.nextBlock(), to);
        requireContinues(from, header(headers, from.nextBlock()));
        for (BlockHeader header : headers.values()) {
            proof.require(header, logs.getOrDefault(header.number(), List.of()));
        }
        boolean windowHolds =
                windowed >= from.nextBlock()
                        && header(headers, windowed).hash().equals(from.at(windowed).hash());
        if (!windowHolds && windowed >= from.nextBlock()) {
            metrics.reorganised(); // while it was not looked at; what was read ahead is void
        }
        long agreed = windowHolds ? windowed : from.nextBlock() - 1;
        requireAsWhenNew(from, agreed, logs);
        requireSecondReading(reading, agreed + 1, to);
        List<WindowBlock> rest = windowHolds ? from.windowFrom(to + 1) : List.of();
        return steps(from, to, to == finalNumber, headers, logs, rest);
    }

    private Map<Long, BlockHeader> allHeaders(long from, long to) throws RpcException {
        Map<Long, BlockHeader> headers = new TreeMap<>();
        BlockHeader before = null;
        for (BlockHeader header : chain.headers(from, to)) {
            if (before != null && !header.parentHash().equals(before.hash())) {
                throw RpcException.invalid(
                        "eth_getBlockByNumber",
                        "final block %d has the parent %s but the block before is %s"
                                .formatted(header.number(), header.parentHash(), before.hash()));
            }
            headers.put(header.number(), header);
            before = header;
        }
        return headers;
    }

    /** Without proofs: the ends, the newest one of the window, and those with logs. */
    private Map<Long, BlockHeader> someHeaders(
            VaultSplit from, long windowed, long to, Map<Long, List<LogEntry>> logs)
            throws RpcException {
        Map<Long, BlockHeader> headers = new HashMap<>();
        List<Long> numbers = new ArrayList<>(logs.keySet());
        numbers.add(from.nextBlock());
        numbers.add(to);
        if (windowed >= from.nextBlock()) {
            numbers.add(windowed);
        }
        for (long number : numbers) {
            if (!headers.containsKey(number)) {
                headers.put(number, chain.header(number));
            }
        }
        return headers;
    }

    private static BlockHeader header(Map<Long, BlockHeader> headers, long number)
            throws RpcException {
        BlockHeader header = headers.get(number);
        if (header == null) {
            throw RpcException.invalid("eth_getBlockByNumber", "no block " + number + " came back");
        }
        return header;
    }

    private static void requireContinues(VaultSplit from, BlockHeader first)
            throws FinalityViolatedException {
        if (!from.lastHash().isEmpty() && !from.lastHash().equals(first.parentHash())) {
            throw new FinalityViolatedException(
                    from.nextBlock() - 1, from.lastHash(), first.parentHash());
        }
    }

    private void requireAsWhenNew(VaultSplit from, long to, Map<Long, List<LogEntry>> logs)
            throws RpcException {
        for (long number = from.nextBlock(); number <= to; number++) {
            String now = LogsDigest.of(logs.getOrDefault(number, List.of()));
            if (!now.equals(from.at(number).logsDigest())) {
                throw RpcException.invalid(
                        "eth_getLogs",
                        "block %d (%s) has other logs now that it is final than when it was new"
                                .formatted(number, from.at(number).hash()));
            }
        }
    }

    private void requireSecondReading(EventChain.Reading first, long from, long to)
            throws RpcException {
        if (from > to) {
            return;
        }
        EventChain.Reading second = chain.logsElsewhere(from, to);
        List<LogEntry> same = first.logs().stream().filter(entry -> entry.block() >= from).toList();
        if (second.logs().equals(same)) {
            return;
        }
        String what =
                "blocks "
                        + from
                        + " to "
                        + to
                        + " have "
                        + same.size()
                        + " logs at endpoint "
                        + (first.endpoint() + 1)
                        + " and "
                        + second.logs().size()
                        + (same.size() == second.logs().size() ? " others" : "")
                        + " at endpoint "
                        + (second.endpoint() + 1);
        if (proof.isOff()) {
            throw RpcException.invalid("eth_getLogs", what); // either may be wrong
        }
        metrics.disagreed();
        chain.distrust(second.endpoint());
        LOG.warn("{}; the former are proven", what);
    }

    private List<Step> steps(
            VaultSplit from,
            long to,
            boolean caughtUp,
            Map<Long, BlockHeader> headers,
            Map<Long, List<LogEntry>> logs,
            List<WindowBlock> rest)
            throws RpcException {
        List<Step> steps = new ArrayList<>();
        for (Map.Entry<Long, List<LogEntry>> entry : logs.entrySet()) {
            BlockHeader block = header(headers, entry.getKey());
            for (LogEntry log : entry.getValue()) {
                boolean emitted =
                        log.block() == from.nextBlock() && log.index() < from.nextLogIndex();
                VaultEvent event =
                        emitted ? null : VaultEventDecoder.decode(log, block.millis()).orElse(null);
                if (event != null) {
                    VaultSplit after =
                            new VaultSplit(
                                    block.number(), log.index() + 1, block.parentHash(), List.of());
                    steps.add(new Step(event, after));
                }
            }
        }
        BlockHeader last = header(headers, to);
        steps.add(
                new Step(
                        new VaultEvent.Scanned(last.number(), last.millis(), caughtUp),
                        new VaultSplit(to + 1, 0, last.hash(), rest)));
        return steps;
    }
}
