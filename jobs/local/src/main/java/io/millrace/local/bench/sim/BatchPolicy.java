package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.List;

/** What decides, for a free device, which rows run next. Time is virtual. */
public interface BatchPolicy {

    /**
     * What to do now.
     *
     * @param rows to run; empty if none
     * @param expired rows that are given up
     * @param waitNanos if nothing is to run, how long to wait unless a row comes
     */
    record Step(List<BatchRow> rows, List<BatchRow> expired, long waitNanos) {

        static Step run(List<BatchRow> rows) {
            return new Step(rows, List.of(), 0);
        }

        static Step await(long nanos) {
            return new Step(List.of(), List.of(), nanos);
        }
    }

    /** As reports name it. */
    String name();

    /** A row came. */
    void add(BatchRow row);

    /** The device is free. {@code draining}: no more rows are to come. */
    Step next(long nowNanos, boolean draining);

    /** A batch has ended. */
    default void ran(int rows, int longest, long nanos) {}
}
