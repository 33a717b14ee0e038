package io.millrace.chain.event;

import io.millrace.chain.event.VaultSplit.WindowBlock;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads blocks that are not final yet, one by one, their logs by block hash, into the split's
 * window. A block whose parent is not the one before it means that the window was reorganised: the
 * replaced blocks are dropped down to the common ancestor. Nothing of the window is emitted, so
 * nothing is retracted; it is the first of the two readings that {@link FinalRangeReader} wants,
 * and shows a reorganisation before it matters. The fetcher's thread.
 */
final class TipFollower {

    private static final Logger LOG = LoggerFactory.getLogger(TipFollower.class);

    /** Blocks read at one go, so that the fetcher can be stopped. */
    static final int BLOCKS_AT_ONCE = 32;

    private final EventChain chain;
    private final LogsProof proof;
    private final SourceMetrics metrics;

    TipFollower(EventChain chain, LogsProof proof, SourceMetrics metrics) {
        this.chain = chain;
        this.proof = proof;
        this.metrics = metrics;
    }

    /** The split with its window as the chain is now; an equal one if nothing has changed. */
    VaultSplit follow(VaultSplit split) throws RpcException, FinalityViolatedException {
        BlockHeader latest = chain.latest();
        VaultSplit kept = dropReplaced(split, latest);
        List<WindowBlock> window = new ArrayList<>(kept.window());
        long top = Math.min(latest.number(), kept.nextBlock() + VaultSplit.MAX_WINDOW - 1);
        long end = Math.min(top, kept.top() + BLOCKS_AT_ONCE);
        String parent = window.isEmpty() ? kept.lastHash() : window.get(window.size() - 1).hash();
        for (long number = kept.top() + 1; number <= end; number++) {
            BlockHeader header = number == latest.number() ? latest : chain.header(number);
            if (!parent.isEmpty() && !header.parentHash().equals(parent)) {
                if (window.isEmpty()) {
                    throw new FinalityViolatedException(number - 1, parent, header.parentHash());
                }
                break; // replaced while being read; the next poll drops it
            }
            List<LogEntry> logs = proof.rulesOut(header) ? List.of() : chain.logsOf(header).logs();
            proof.require(header, logs);
            window.add(
                    new WindowBlock(
                            number,
                            header.hash(),
                            header.parentHash(),
                            header.millis(),
                            LogsDigest.of(logs)));
            parent = header.hash();
        }
        return split.withWindow(window);
    }

    private VaultSplit dropReplaced(VaultSplit split, BlockHeader latest) throws RpcException {
        // A node that is lower than the window, after a restart, can only speak for what it has.
        long number = Math.min(split.top(), latest.number());
        long compared = number;
        while (number >= split.nextBlock()) {
            BlockHeader now = number == latest.number() ? latest : chain.header(number);
            if (now.hash().equals(split.at(number).hash())) {
                break;
            }
            number--;
        }
        if (number == compared) {
            return split;
        }
        metrics.reorganised();
        LOG.info(
                "the L2 replaced blocks {} to {}; nothing of them was final, {} is kept",
                number + 1,
                split.top(),
                number);
        return split.withWindow(split.windowBelow(number + 1));
    }
}
