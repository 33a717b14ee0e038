package io.millrace.infer.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.infer.batch.BatchScheduler.Decision;
import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.BatchScheduler.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSchedulerTest {

    private static final long MILLI = 1_000_000;
    private static final long FAR = 1L << 50;
    private static final Limits LIMITS = new Limits(8, 512, 256);

    private final CostModel cost = launchIsDear();
    private final BatchScheduler scheduler = new BatchScheduler(LIMITS, cost);

    /** Ten milliseconds a batch, a microsecond a token: batches pay up to any size. */
    private static CostModel launchIsDear() {
        return taught(10 * MILLI, 1_000);
    }

    private static CostModel taught(long launchNanos, long tokenNanos) {
        CostModel cost = new CostModel();
        for (WarmUp.Shape shape : WarmUp.shapes(LIMITS)) {
            long tokens = (long) shape.rows() * shape.length();
            cost.seed(shape.rows(), shape.length(), launchNanos + tokens * tokenNanos);
        }
        return cost;
    }

    @Test
    void edges_areGeometricAndEndAtTheLongestRow() {
        assertThat(BatchScheduler.edges(64))
                .containsExactly(8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64);
        assertThat(BatchScheduler.edges(8)).containsExactly(8);
        assertThat(BatchScheduler.edges(30)).endsWith(24, 28, 30);
    }

    @Test
    void next_nothingQueued_waitsForARow() {
        Decision decision = scheduler.next(0, 0, true);
        assertThat(decision.reason()).isNull();
        assertThat(decision.waitNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void next_loneRowAmongRareOnes_goesAtOnce() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        assertThat(scheduler.next(0, 0, false).reason()).isEqualTo(Reason.IDLE);
        scheduler.add(row(2, 10, FAR, "a", 8 * MILLI));
        assertThat(scheduler.next(8 * MILLI, 0, false).reason()).isEqualTo(Reason.IDLE);
        assertThat(scheduler.size()).isZero();
    }

    @Test
    void next_rowInABurst_waitsForTheRestWhileThatPays() {
        long now = 0;
        for (int i = 0; i < 40; i++) { // a row every 100 us, where a launch costs ten ms
            scheduler.add(row(i, 10, FAR, "a", now));
            scheduler.next(now, 0, true);
            now += MILLI / 10;
        }
        scheduler.add(row(40, 10, FAR, "a", now));
        Decision waits = scheduler.next(now, 0, false);
        assertThat(waits.reason()).isNull();
        assertThat(waits.waitNanos()).isBetween(MILLI / 10, MILLI / 2);
        Decision goes = scheduler.next(now + waits.waitNanos(), 0, false);
        assertThat(goes.reason()).isEqualTo(Reason.HELD);
        assertThat(goes.rows()).extracting(BatchRow::id).containsExactly(40L);
    }

    @Test
    void next_burstWhereTokensCostMoreThanTheLaunch_neverWaits() {
        BatchScheduler cpu = new BatchScheduler(LIMITS, taught(MILLI / 10, 100_000));
        for (int i = 0; i < 100; i++) {
            cpu.add(row(i, 10, FAR, "a", i));
            assertThat(cpu.next(i, 0, false).reason()).isNotNull();
        }
    }

    @Test
    void next_rowsBeyondTheKnee_makeNoLargerBatch() {
        CostModel cpu = taught(MILLI, 100_000); // a row of ten tokens costs what a launch does
        BatchScheduler bounded = new BatchScheduler(new Limits(128, 4_096, 256), cpu);
        for (int i = 0; i < 100; i++) {
            bounded.add(row(i, 10, FAR, "a", 0));
        }
        Decision decision = bounded.next(0, 0, false);
        assertThat(decision.reason()).isEqualTo(Reason.KNEE);
        assertThat(decision.rows()).hasSize(cpu.knee(10)).hasSizeBetween(18, 20);
    }

    @Test
    void next_enoughRows_dispatchesFullBatch() {
        for (int i = 0; i < 9; i++) {
            scheduler.add(row(i, 10, FAR, "a", 0));
        }
        Decision decision = scheduler.next(0, 0, false);
        assertThat(decision.reason()).isEqualTo(Reason.FULL);
        assertThat(decision.rows()).hasSize(8);
    }

    @Test
    void next_paddingDearerThanALaunch_keepsLengthsApart() {
        BatchScheduler cpu = new BatchScheduler(LIMITS, taught(10 * MILLI, 100_000));
        cpu.add(row(1, 10, FAR, "a", 0));
        cpu.add(row(2, 200, FAR, "a", 0));
        cpu.add(row(3, 198, FAR, "a", 0));
        assertThat(cpu.next(0, 0, true).rows()).extracting(BatchRow::id).containsExactly(1L);
        assertThat(cpu.next(0, 0, true).rows()).extracting(BatchRow::id).contains(2L, 3L);
    }

    @Test
    void next_paddingCheaperThanALaunch_runsLengthsTogether() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        scheduler.add(row(2, 200, FAR, "a", 0));
        assertThat(scheduler.next(0, 0, true).rows()).hasSize(2);
    }

    @Test
    void next_draining_doesNotWait() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        assertThat(scheduler.next(0, 0, true).reason()).isEqualTo(Reason.DRAIN);
    }

    @Test
    void next_rowNearItsDeadline_goesBeforeOnesWhoseTurnItIs() {
        BatchScheduler cpu = new BatchScheduler(LIMITS, taught(MILLI, 100_000));
        cpu.add(row(0, 250, FAR, "a", 0));
        cpu.add(row(8, 10, 1_015, "b", 0));
        Decision decision = cpu.next(0, 1_000, false);
        assertThat(decision.reason()).isEqualTo(Reason.DEADLINE);
        assertThat(decision.rows()).extracting(BatchRow::id).containsExactly(8L);
    }

    @Test
    void next_urgentRowsWithoutEnd_doNotKeepAnotherWaiting() {
        BatchScheduler cpu = new BatchScheduler(LIMITS, taught(MILLI, 100_000));
        cpu.add(row(0, 250, FAR, "a", 0));
        List<Reason> reasons = new ArrayList<>();
        for (int i = 1; cpu.size() == i; i++) {
            cpu.add(row(2L * i, 10, 1_015, "r" + i, 0));
            cpu.add(row(2L * i + 1, 10, 1_015, "s" + i, 0));
            reasons.add(cpu.next(0, 1_000, false).reason());
            if (reasons.contains(Reason.STARVED)) {
                break;
            }
            cpu.add(row(10_000L + i, 40, FAR, "a", 0)); // keeps size() growing by one a round
        }
        assertThat(reasons)
                .as("urgent batches before the long row")
                .hasSizeLessThanOrEqualTo(BatchScheduler.STARVED_AFTER + 1)
                .last()
                .isEqualTo(Reason.STARVED);
    }

    @Test
    void next_deadlinePassed_rowIsExpiredAndNotRun() {
        scheduler.add(row(1, 10, 999, "a", 0));
        scheduler.add(row(2, 10, 1_000, "a", 0));
        Decision decision = scheduler.next(0, 1_000, false);
        assertThat(decision.expired()).extracting(BatchRow::id).containsExactly(1L);
        assertThat(decision.rows()).extracting(BatchRow::id).containsExactly(2L);
    }

    @Test
    void remove_queuedRow_isGone() {
        BatchRow row = row(1, 10, FAR, "a", 0);
        scheduler.add(row);
        assertThat(scheduler.remove(row)).isTrue();
        assertThat(scheduler.remove(row)).isFalse();
        assertThat(scheduler.next(FAR, 0, true).rows()).isEmpty();
    }

    @Test
    void add_impossibleRow_isRefused() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        assertThatThrownBy(() -> scheduler.add(row(1, 10, FAR, "a", 0)))
                .hasMessage("row 1 is queued already");
        assertThatThrownBy(() -> scheduler.add(row(2, 257, FAR, "a", 0)))
                .hasMessage("row of 257 tokens: the model takes 1..256");
        assertThatThrownBy(() -> new Limits(8, 255, 256))
                .hasMessageContaining("raise the cap on batch tokens");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void next_randomTraffic_everyRowOnceWithinCapsAndBounds(long seed) {
        CostModel cost = taught(MILLI, MILLI / 20);
        BatchScheduler scheduler = new BatchScheduler(LIMITS, cost);
        Random random = new Random(seed);
        long nanos = 0;
        int rows = 400;
        int added = 0;
        Map<Long, BatchRow> queued = new HashMap<>();
        while (added < rows || !queued.isEmpty()) {
            int arrivals = Math.min(rows - added, random.nextInt(12));
            for (int i = 0; i < arrivals; i++) {
                int tokens = 1 + (int) Math.min(255, Math.exp(3 + random.nextGaussian()));
                long deadline = nanos / MILLI + (random.nextInt(10) == 0 ? 30 : 100_000);
                BatchRow row = row(added++, tokens, deadline, "r" + random.nextInt(5), nanos);
                queued.put(row.id(), row);
                scheduler.add(row);
            }
            Decision decision = scheduler.next(nanos, nanos / MILLI, added == rows);
            for (BatchRow row : decision.expired()) {
                assertThat(row.deadlineMillis()).isLessThan(nanos / MILLI);
                assertThat(queued.remove(row.id())).as("seed %d", seed).isEqualTo(row);
            }
            for (BatchRow row : decision.rows()) {
                assertThat(row.deadlineMillis()).isGreaterThanOrEqualTo(nanos / MILLI);
                assertThat(queued.remove(row.id())).as("seed %d", seed).isEqualTo(row);
            }
            if (decision.reason() != null) {
                int padded = checkCaps(decision.rows(), seed);
                long ran = MILLI + padded * MILLI / 20;
                cost.learn(decision.rows().size(), longest(decision.rows()), ran);
                nanos += ran;
            } else {
                nanos += Math.min(decision.waitNanos(), MILLI);
            }
        }
        assertThat(scheduler.size()).as("seed %d", seed).isZero();
        assertThat(cost.error()).as("seed %d", seed).isLessThan(0.05);
    }

    private static int checkCaps(List<BatchRow> rows, long seed) {
        int padded = longest(rows) * rows.size();
        assertThat(rows.size()).as("seed %d", seed).isBetween(1, LIMITS.maxRows());
        assertThat(padded).as("seed %d", seed).isLessThanOrEqualTo(LIMITS.maxTokens());
        return padded;
    }

    private static int longest(List<BatchRow> rows) {
        return rows.stream().mapToInt(BatchRow::tokens).max().orElse(0);
    }

    /** Rows of all lengths wait at once: what is served must not depend on who has more of them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void next_requesterFloods_othersKeepTheirShare(boolean withNearDeadlines) {
        long id = 0;
        Random random = new Random(42);
        long near = withNearDeadlines ? 1_060 : FAR;
        for (int i = 0; i < 4_000; i++) {
            scheduler.add(row(id++, 17 + random.nextInt(8), near, "flood", 0));
        }
        int left = 300;
        for (int i = 0; i < left; i++) {
            scheduler.add(row(id++, 17 + random.nextInt(8), FAR, "light", 0));
        }
        long balance = 0; // tokens of the flood less those of the light requester
        while (left > 0) {
            for (BatchRow row : scheduler.next(FAR, 1_000, false).rows()) {
                boolean isLight = row.requesterAddress().equals("light");
                left -= isLight ? 1 : 0;
                balance += isLight ? -row.tokens() : row.tokens();
            }
            if (left > 0) {
                // A batch either way, and what a deadline may borrow.
                long batch = 8L * 24;
                long borrowed = (long) BatchScheduler.AHEAD_ROWS * LIMITS.longestRow();
                assertThat(balance).as("tokens ahead").isBetween(-batch, 2 * batch + borrowed);
            }
        }
    }

    @Test
    void next_oneRowEachAgainstAFlood_servedWithinOneRound() {
        for (int i = 0; i < 1_000; i++) {
            scheduler.add(row(i, 10, FAR, "flood", 0));
        }
        scheduler.add(row(1_000, 10, FAR, "late", 1));
        List<Long> first = new ArrayList<>();
        scheduler.next(FAR, 0, false).rows().forEach(row -> first.add(row.id()));
        assertThat(first).contains(1_000L);
    }

    private static BatchRow row(long id, int tokens, long deadline, String requester, long nanos) {
        return new BatchRow(id, tokens, deadline, requester, nanos);
    }
}
