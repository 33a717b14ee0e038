package io.millrace.testing.proxy;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * When a fault applies. Made by {@link RpcFaultProxy#on}, in force from {@link #then} to {@link
 * RpcFaultProxy#heal}, or until it was used up.
 */
public final class FaultRule {

    private final RpcFaultProxy proxy;
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();
    private Predicate<RpcCall> matches;
    private long from = 1;
    private long times = Long.MAX_VALUE;
    private Fault fault = Faults.pass();

    FaultRule(RpcFaultProxy proxy, Predicate<RpcCall> matches) {
        this.proxy = proxy;
        this.matches = matches;
    }

    /** Only calls with these parameters, or whatever else is asked of them. */
    public FaultRule when(Predicate<RpcCall> also) {
        matches = matches.and(also);
        return this;
    }

    /** Only from the {@code nth} of its calls on, counted from 1. */
    public FaultRule fromNth(long nth) {
        from = nth;
        return this;
    }

    /** At most {@code count} times. */
    public FaultRule times(long count) {
        times = count;
        return this;
    }

    /** Puts it in force, before all older rules. */
    public FaultRule then(Fault what) {
        fault = what;
        proxy.enforce(this);
        return this;
    }

    /** How often it applied. */
    public long hits() {
        return hits.get();
    }

    /** Whether it applies to this call, which counts as seen by it. */
    boolean takes(RpcCall call) {
        if (!matches.test(call) || seen.incrementAndGet() < from) {
            return false;
        }
        if (hits.incrementAndGet() > times) {
            hits.decrementAndGet();
            return false;
        }
        return true;
    }

    Fault fault() {
        return fault;
    }
}
