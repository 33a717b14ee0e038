package io.millrace.chain.event;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.MetricGroup;

/** What the event source shows of itself, group "chain". Written by its threads, read by any. */
final class SourceMetrics {

    private final AtomicLong rpcFailures = new AtomicLong();
    private final AtomicLong rpcDisagreements = new AtomicLong();
    private final AtomicLong reorganisations = new AtomicLong();
    private final AtomicLong scannedBlock = new AtomicLong(-1);
    private final AtomicLong finalBlock = new AtomicLong(-1);
    private final AtomicLong endpointInUse = new AtomicLong();
    private final AtomicLong endpointSwitches = new AtomicLong();

    void register(MetricGroup group) {
        MetricGroup chain = group.addGroup("chain");
        chain.gauge("rpcFailures", rpcFailures::get);
        chain.gauge("rpcDisagreements", rpcDisagreements::get);
        chain.gauge("reorganisations", reorganisations::get);
        chain.gauge("scannedBlock", scannedBlock::get);
        chain.gauge("finalBlock", finalBlock::get);
        chain.gauge("finalLagBlocks", this::finalLagBlocks);
        chain.gauge("endpointInUse", endpointInUse::get);
        chain.gauge("endpointSwitches", endpointSwitches::get);
    }

    /** A call brought no usable answer. */
    void failed() {
        rpcFailures.incrementAndGet();
    }

    /** A node contradicted another, itself, or a hash. */
    void disagreed() {
        rpcDisagreements.incrementAndGet();
    }

    /** Blocks that were not final were replaced. */
    void reorganised() {
        reorganisations.incrementAndGet();
    }

    void scanned(long block) {
        scannedBlock.set(block);
    }

    void finalHead(long block) {
        finalBlock.set(block);
    }

    void endpoint(int inUse, long switches) {
        endpointInUse.set(inUse + 1L); // from 1, as log lines count them
        endpointSwitches.set(switches);
    }

    long rpcFailures() {
        return rpcFailures.get();
    }

    long rpcDisagreements() {
        return rpcDisagreements.get();
    }

    long reorganisations() {
        return reorganisations.get();
    }

    private long finalLagBlocks() {
        return Math.max(0, finalBlock.get() - scannedBlock.get());
    }
}
