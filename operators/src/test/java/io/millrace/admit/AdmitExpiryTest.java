package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.deposited;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RequestBuilder.request;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.processingTime;
import static io.millrace.testing.RestoringHarness.second;
import static io.millrace.testing.RestoringHarness.watermark;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import io.millrace.testing.RestoringHarness.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many requests whose deadlines pass at once. One requester could hold up every checkpoint of the
 * job by asking often for one deadline, and after the restore again.
 */
class AdmitExpiryTest {

    private static final long DEADLINE = 500;
    private static final int MANY = 4 * ExpiryWalk.CHUNK + 7;

    private static RestoringHarness<Candidate, FundsChange, Task> operator() {
        return RestoringHarness.keyedOperator(
                        () -> new AdmitOperator(new AdmitFunction()),
                        Candidate::requesterAddress,
                        FundsChange::requesterAddress,
                        Types.STRING)
                .collecting(AdmitFunction.REJECTIONS);
    }

    private static RestoringHarness<Candidate, FundsChange, Task> functionAlone() {
        return RestoringHarness.keyed(
                new AdmitFunction(),
                Candidate::requesterAddress,
                FundsChange::requesterAddress,
                Types.STRING);
    }

    /** Admitted and charged, so that only their memory is left. */
    private static Item<Candidate, FundsChange> admitted(int count, boolean oneDeadline) {
        List<Item<Candidate, FundsChange>> items = new ArrayList<>();
        items.add(deposit(count));
        for (int i = 0; i < count; i++) {
            items.add(first(candidate("r" + i, oneDeadline ? DEADLINE : DEADLINE - i % 400)));
            items.add(charged("r" + i));
        }
        return together(items);
    }

    private static Item<Candidate, FundsChange> together(List<Item<Candidate, FundsChange>> items) {
        return live -> {
            for (Item<Candidate, FundsChange> item : items) {
                item.apply(live);
            }
        };
    }

    private static Item<Candidate, FundsChange> deposit(long amountNano) {
        return second(FundsChange.of(deposited(5, ALICE, amountNano)).orElseThrow());
    }

    private static Item<Candidate, FundsChange> charged(String name) {
        return second(FundsChange.charged(ALICE, id(name), 1));
    }

    private static Candidate candidate(String name, long deadline) {
        return request(name).input(name, 3).feeNano(1).deadlineMillis(deadline).candidate();
    }

    /** Runs the timers that are due one mail after the other, as the task's mailbox does. */
    private static Item<Candidate, FundsChange> mails(int count) {
        return act(
                harness -> {
                    for (int mail = 0; mail < count; mail++) {
                        harness.setProcessingTime(harness.getProcessingTime() + 1);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void expiry_ofManyWithOneDeadline_isWalkedInBoundedCalls(boolean alone) {
        RestoringHarness<Candidate, FundsChange, Task> harness =
                alone ? functionAlone() : operator();
        int before = entries(harness, admitted(MANY, true));
        int passed = entries(harness, admitted(MANY, true), watermark(DEADLINE));
        int mailLater = entries(harness, admitted(MANY, true), watermark(DEADLINE), mails(1));

        assertThat(before - passed).as("in one call").isLessThanOrEqualTo(ExpiryWalk.CHUNK + 2);
        assertThat(passed - mailLater).as("in the next").isEqualTo(ExpiryWalk.CHUNK);
        assertThat(entries(harness, admitted(MANY, true), watermark(DEADLINE), mails(5)))
                .as("only the funds remain")
                .isEqualTo(1);
    }

    @Test
    void expiry_restoredInTheMiddle_goesOnWhereItWas() {
        List<Item<Candidate, FundsChange>> items = new ArrayList<>();
        items.add(admitted(MANY, true));
        items.add(watermark(DEADLINE));
        for (int mail = 0; mail < 4; mail++) {
            items.add(mails(1));
        }

        assertThat(operator().run(Feeding.RESTORE_BETWEEN, items).stateEntries())
                .as("only the funds remain, after as many calls as without a restore")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void timers_ofManyDeadlinesAtOnce_fireInBoundedCallsAndHoldTheWatermark(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                operator()
                        .run(
                                feeding,
                                admitted(400, false),
                                together(
                                        List.of(
                                                watermark(DEADLINE),
                                                act(h -> assertThat(watermarks(h)).isEmpty()),
                                                act(
                                                        h ->
                                                                assertThat(timers(h))
                                                                        .isEqualTo(
                                                                                400
                                                                                        - AdmitOperator
                                                                                                .TIMERS)))),
                                together(
                                        List.of(
                                                watermark(DEADLINE),
                                                mails(4),
                                                act(
                                                        h ->
                                                                assertThat(watermarks(h))
                                                                        .containsExactly(
                                                                                DEADLINE)))));

        assertThat(run.stateEntries()).as("only the funds remain").isEqualTo(1);
    }

    @Test
    void input_endsInTheMiddle_everyTimerFiresAndTheWatermarkLeaves() {
        RestoringHarness.Run<Task> run =
                operator()
                        .run(
                                Feeding.ALL_AT_ONCE,
                                admitted(400, false),
                                watermark(DEADLINE),
                                act(h -> ((AbstractStreamOperator<?>) h.getOperator()).finish()),
                                act(h -> assertThat(watermarks(h)).containsExactly(DEADLINE)));

        assertThat(run.eventTimers()).isZero();
    }

    /** Whatever is walked when, nobody can tell from the answers. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void answers_whileMemoryIsForgotten_areThoseOfAMemoryForgottenAtOnce(long seed) {
        Random random = new Random(seed);
        Map<String, Boolean> open = new HashMap<>();
        Map<String, Long> deadlines = new HashMap<>();
        List<RejectReason> expected = new ArrayList<>();
        List<Item<Candidate, FundsChange>> steps = new ArrayList<>();
        List<Item<Candidate, FundsChange>> start = new ArrayList<>(List.of(deposit(10_000)));
        for (int i = 0; i < 700; i++) {
            String name = "r" + i;
            long deadline = 100L + 100L * random.nextInt(2);
            start.add(first(candidate(name, deadline)));
            deadlines.put(name, deadline);
            open.put(name, true);
        }
        steps.add(together(start));
        for (int step = 0; step < 24; step++) {
            long now = 25L * step;
            List<Item<Candidate, FundsChange>> items = new ArrayList<>(List.of(watermark(now)));
            for (int i = 0; i < 40; i++) {
                String name = "r" + random.nextInt(700);
                boolean isOpen = open.getOrDefault(name, false);
                if (random.nextBoolean()) {
                    items.add(charged(name));
                    open.put(name, false);
                } else {
                    items.add(first(candidate(name, deadlines.getOrDefault(name, 0L))));
                    expected.add(
                            isOpen || deadlines.getOrDefault(name, 0L) > now
                                    ? RejectReason.DUPLICATE
                                    : RejectReason.EXPIRED);
                }
                if (i % 10 == 0) {
                    items.add(mails(1));
                }
            }
            steps.add(together(items));
        }
        steps.add(together(open.keySet().stream().map(AdmitExpiryTest::charged).toList()));
        steps.add(processingTime(1_000_000));

        for (Feeding feeding : Feeding.values()) {
            RestoringHarness.Run<Task> run = operator().run(feeding, steps);

            assertThat(run.side(AdmitFunction.REJECTIONS))
                    .extracting(Rejection::reason)
                    .as("seed %s, %s", seed, feeding)
                    .isEqualTo(expected);
            assertThat(run.stateEntries()).as("seed %s, %s", seed, feeding).isEqualTo(1);
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static int entries(
            RestoringHarness<Candidate, FundsChange, Task> harness,
            Item<Candidate, FundsChange>... items) {
        return harness.run(Feeding.ALL_AT_ONCE, items).stateEntries();
    }

    private static int timers(AbstractStreamOperatorTestHarness<?> harness) {
        return harness.numEventTimeTimers();
    }

    private static List<Long> watermarks(AbstractStreamOperatorTestHarness<?> harness) {
        return harness.getOutput().stream()
                .filter(Watermark.class::isInstance)
                .map(mark -> ((Watermark) mark).getTimestamp())
                .toList();
    }
}
