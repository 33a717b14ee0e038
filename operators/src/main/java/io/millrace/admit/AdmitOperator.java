package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.metrics.MetricRegistrar;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link AdmitFunction} and lets no watermark hold up the task: at most {@value #TIMERS} of
 * the timers that it makes due fire in one call, then everything else has a turn. After an outage
 * the clock of the requests leaps, and the deadlines of millions of requests pass at once. Function
 * and state see the new watermark at once; it leaves when the last of its timers has fired.
 *
 * <p>Source: Flink's interruptible timers do the same, but for unaligned checkpoints only, which
 * the gate of admission rules out. Metric: {@code admit.clockStandsMillis}.
 */
public class AdmitOperator extends KeyedCoProcessOperator<String, Candidate, FundsChange, Task> {

    private static final long serialVersionUID = 1L;

    /** A few milliseconds of RocksDB, since most deadlines have one request. */
    static final int TIMERS = 128;

    /** A pause in which barriers, requests and charges pass. */
    private static final long PAUSE_MILLIS = 1;

    private transient @Nullable Watermark leaving;
    private transient @Nullable ScheduledFuture<?> pause;
    private transient volatile long risenMillis;

    /** Everything else is {@code function}'s. */
    public AdmitOperator(AdmitFunction function) {
        super(function);
    }

    @Override
    public void open() throws Exception {
        super.open();
        risenMillis = now();
        new MetricRegistrar(getMetricGroup())
                .gauge(AdmitMetrics.CLOCK_STANDS_MILLIS, () -> Math.max(0, now() - risenMillis));
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        risenMillis = now();
        leaving = mark;
        advance();
    }

    private void advance() throws Exception {
        Watermark mark = requireNonNull(leaving, "no watermark is on its way");
        if (timeServiceManager.tryAdvanceWatermark(mark, new Turn()::isOver)) {
            leaving = null;
            output.emitWatermark(mark);
        } else if (pause == null) {
            pause = getProcessingTimeService().registerTimer(now() + PAUSE_MILLIS, this::goOn);
        }
    }

    private void goOn(long timestamp) throws Exception {
        pause = null;
        if (leaving != null) {
            advance();
        }
    }

    /** The input has ended: there is nothing left to give way to. */
    @Override
    public void finish() throws Exception {
        if (leaving != null) {
            Watermark mark = leaving;
            leaving = null;
            super.processWatermark(mark);
        }
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (pause != null) {
            pause.cancel(false);
        }
        super.close();
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    /** Counts the timers of one call. */
    private static final class Turn {

        private int fired;

        boolean isOver() {
            return ++fired >= TIMERS;
        }
    }
}
