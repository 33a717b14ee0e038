package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.chaos.fault.Fault;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.fault.PlannedFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Time is the test's own: a recovery takes a second, all else only what is planned. */
class FaultSequenceTest {

    private static final int GAP = 2_000;
    private static final int LENGTH = 500;
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeStack stack = new FakeStack();
    private final List<ChaosReport.Injected> injected = new ArrayList<>();

    @Test
    void run_oneFault_gapStrikeLengthHealRecovery() throws Exception {
        sequence(Stream.of(plan(FaultKind.KILL_BROKER, false))).run(1, HOUR);

        assertThat(stack.events)
                .containsExactly(
                        "2000 inject kill-broker",
                        "2500 heal kill-broker",
                        "2500 await kill-broker of the-kill-broker");
        assertThat(injected)
                .containsExactly(
                        new ChaosReport.Injected(
                                2.0, FaultKind.KILL_BROKER, "the-kill-broker", 1500));
    }

    @Test
    void run_mostFaults_noMore() throws Exception {
        sequence(Stream.generate(() -> plan(FaultKind.REORG, false))).run(3, HOUR);

        assertThat(injected).hasSize(3);
    }

    @Test
    void run_timeOver_noFaultBegins() throws Exception {
        sequence(Stream.generate(() -> plan(FaultKind.REORG, false)))
                .run(1_000, Duration.ofSeconds(7));

        assertThat(injected)
                .extracting(ChaosReport.Injected::atSeconds)
                .as("each takes 3.5 s; the last began before the end")
                .containsExactly(2.0, 5.5);
    }

    @Test
    void run_faultDuringRecovery_bothAreWaitedForTogether() throws Exception {
        sequence(
                        Stream.of(
                                plan(FaultKind.KILL_CHAIN, false),
                                plan(FaultKind.PAUSE_BROKER, true),
                                plan(FaultKind.REORG, false)))
                .run(3, HOUR);

        assertThat(stack.events)
                .filteredOn(event -> event.contains("await"))
                .containsExactly(
                        "5000 await kill-chain of the-kill-chain, then pause-broker of"
                                + " the-pause-broker",
                        "8500 await reorg of the-reorg");
        assertThat(injected)
                .extracting(ChaosReport.Injected::recoveredMillis)
                .as("each from its own injection")
                .containsExactly(4000L, 1500L, 1500L);
    }

    @Test
    void run_lastFaultDuringRecovery_isWaitedForToo() throws Exception {
        sequence(Stream.generate(() -> plan(FaultKind.FEE_SPIKE, true))).run(2, HOUR);

        assertThat(stack.events).filteredOn(event -> event.contains("await")).hasSize(1);
        assertThat(injected).hasSize(2);
    }

    @Test
    void run_noRecovery_failsAndReportsNoneOfIt() {
        stack.works = false;

        assertThatThrownBy(
                        () ->
                                sequence(Stream.generate(() -> plan(FaultKind.KILL_ALL, false)))
                                        .run(5, HOUR))
                .hasMessage("does not work after kill-all of the-kill-all");
        assertThat(injected).isEmpty();
    }

    private FaultSequence sequence(Stream<PlannedFault> plans) {
        Iterator<PlannedFault> all = plans.iterator();
        return new FaultSequence(
                () -> all.hasNext() ? all.next() : plan(FaultKind.RESCALE, false),
                stack::fault,
                stack,
                stack,
                injected::add);
    }

    private static PlannedFault plan(FaultKind kind, boolean duringRecovery) {
        return new PlannedFault(kind, GAP, duringRecovery, LENGTH, 0, 1, 1, 1);
    }

    private static final class FakeStack implements FaultSequence.Stack, FaultSequence.Pace {

        private static final int RECOVERY = 1_000;

        private final List<String> events = new ArrayList<>();
        private long millis;
        private boolean works = true;

        Fault fault(PlannedFault plan) {
            String kind = plan.kind().label();
            return new Fault() {
                @Override
                public String inject() {
                    event("inject " + kind);
                    return "the-" + kind;
                }

                @Override
                public void heal() {
                    event("heal " + kind);
                }
            };
        }

        @Override
        public void awaitRecovery(String what) {
            event("await " + what);
            if (!works) {
                throw new IllegalStateException("does not work after " + what);
            }
            millis += RECOVERY;
        }

        @Override
        public long nanoTime() {
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public void sleep(long pauseMillis) {
            millis += pauseMillis;
        }

        private void event(String what) {
            events.add(millis + " " + what);
        }
    }
}
