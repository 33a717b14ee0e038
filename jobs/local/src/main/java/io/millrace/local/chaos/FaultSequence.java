package io.millrace.local.chaos;

import static java.util.stream.Collectors.joining;

import io.millrace.local.chaos.fault.Fault;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.fault.PlannedFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Faults one after the other, most of them once the stack has recovered from the one before, some
 * before it has. Used by one thread.
 */
final class FaultSequence {

    private final Supplier<PlannedFault> plans;
    private final Function<PlannedFault, Fault> faults;
    private final Stack stack;
    private final Pace pace;
    private final Consumer<ChaosReport.Injected> recovered;
    private final List<Open> open = new ArrayList<>();

    private long startNanos;

    /**
     * @param plans of the faults, in order
     * @param faults makes a planned one real
     * @param recovered takes each fault once the stack has recovered from it
     */
    FaultSequence(
            Supplier<PlannedFault> plans,
            Function<PlannedFault, Fault> faults,
            Stack stack,
            Pace pace,
            Consumer<ChaosReport.Injected> recovered) {
        this.plans = plans;
        this.faults = faults;
        this.stack = stack;
        this.pace = pace;
        this.recovered = recovered;
    }

    /** What is hit. */
    interface Stack {

        /**
         * Returns once the stack works.
         *
         * @param what it recovers from, for the message if it does not
         */
        void awaitRecovery(String what) throws Exception;
    }

    /** Time. */
    interface Pace {

        long nanoTime();

        void sleep(long millis) throws InterruptedException;

        /** Time as it passes. */
        static Pace real() {
            return new Pace() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(long millis) throws InterruptedException {
                    TimeUnit.MILLISECONDS.sleep(millis);
                }
            };
        }
    }

    /** A fault that the stack has not recovered from yet. */
    private record Open(FaultKind kind, String target, long atNanos) {}

    /**
     * Injects until there were {@code most} faults or {@code duration} is over. The last one's
     * recovery is waited for.
     */
    void run(int most, Duration duration) throws Exception {
        startNanos = pace.nanoTime();
        PlannedFault plan = plans.get();
        for (int injected = 0;
                injected < most && pace.nanoTime() - startNanos < duration.toNanos();
                injected++) {
            pace.sleep(plan.gapMillis());
            Fault fault = faults.apply(plan);
            long at = pace.nanoTime();
            open.add(new Open(plan.kind(), fault.inject(), at));
            pace.sleep(plan.lengthMillis());
            fault.heal();
            plan = plans.get();
            if (!plan.duringRecovery()) {
                recover();
            }
        }
        recover();
    }

    private void recover() throws Exception {
        if (open.isEmpty()) {
            return;
        }
        stack.awaitRecovery(
                open.stream()
                        .map(fault -> fault.kind().label() + " of " + fault.target())
                        .collect(joining(", then ")));
        long now = pace.nanoTime();
        for (Open fault : open) {
            recovered.accept(
                    new ChaosReport.Injected(
                            ChaosReport.tenths(fault.atNanos() - startNanos),
                            fault.kind(),
                            fault.target(),
                            TimeUnit.NANOSECONDS.toMillis(now - fault.atNanos())));
        }
        open.clear();
    }
}
