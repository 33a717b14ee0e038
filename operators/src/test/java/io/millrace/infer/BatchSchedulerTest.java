package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.infer.BatchScheduler.Decision;
import io.millrace.infer.BatchScheduler.Limits;
import io.millrace.infer.BatchScheduler.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSchedulerTest {

    private static final long MILLI = 1_000_000;
    private static final long FAR = 1L << 50;
    private static final Limits LIMITS = new Limits(8, 512, 256, 5 * MILLI, 20);

    private final BatchScheduler scheduler = new BatchScheduler(LIMITS);

    @Test
    void edges_areGeometricAndEndAtTheLongestRow() {
        assertThat(BatchScheduler.edges(256))
                .containsExactly(16, 24, 32, 48, 64, 96, 128, 192, 256);
        assertThat(BatchScheduler.edges(10)).containsExactly(10);
        assertThat(BatchScheduler.edges(100)).containsExactly(16, 24, 32, 48, 64, 96, 100);
    }

    @Test
    void next_nothingQueued_waitsForARow() {
        Decision decision = scheduler.next(0, 0, true);
        assertThat(decision.reason()).isNull();
        assertThat(decision.waitNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void next_loneRow_waitsTheDelayAndNoLonger() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        assertThat(scheduler.next(MILLI, 0, false).waitNanos()).isEqualTo(4 * MILLI);
        Decision decision = scheduler.next(5 * MILLI, 0, false);
        assertThat(decision.reason()).isEqualTo(Reason.DELAY);
        assertThat(decision.rows()).hasSize(1);
        assertThat(scheduler.size()).isZero();
    }

    @Test
    void next_draining_doesNotWait() {
        scheduler.add(row(1, 10, FAR, "a", 0));
        assertThat(scheduler.next(0, 0, true).reason()).isEqualTo(Reason.DRAIN);
    }

    @Test
    void next_enoughRows_dispatchesFullBatchOfOneBucket() {
        for (int i = 0; i < 8; i++) {
            scheduler.add(row(i, 10, FAR, "a", 0));
        }
        scheduler.add(row(8, 100, FAR, "a", 0));
        Decision decision = scheduler.next(0, 0, false);
        assertThat(decision.reason()).isEqualTo(Reason.FULL);
        assertThat(decision.rows()).hasSize(8).allMatch(row -> row.tokens() == 10);
    }

    @Test
    void next_rowNearItsDeadline_goesBeforeAFullBucket() {
        for (int i = 0; i < 8; i++) {
            scheduler.add(row(i, 10, FAR, "a", 0));
        }
        scheduler.add(row(8, 100, 1_015, "b", 0));
        Decision decision = scheduler.next(0, 1_000, false);
        assertThat(decision.reason()).isEqualTo(Reason.DEADLINE);
        assertThat(decision.rows()).extracting(BatchRow::id).containsExactly(8L);
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
        assertThatThrownBy(() -> new Limits(8, 255, 256, 0, 0))
                .hasMessageContaining("raise the cap on batch tokens");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void next_randomTraffic_everyRowOnceWithinCapsAndBounds(long seed) {
        Random random = new Random(seed);
        long nanos = 0;
        int rows = 400;
        int added = 0;
        Map<Long, BatchRow> queued = new HashMap<>();
        Map<Integer, Integer> passedOver = new HashMap<>();
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
                checkStarvation(decision.rows(), queued.values(), nanos, passedOver, seed);
                nanos += padded * MILLI / 20;
            } else {
                nanos += Math.min(decision.waitNanos(), MILLI);
            }
        }
        assertThat(scheduler.size()).as("seed %d", seed).isZero();
    }

    private static int checkCaps(List<BatchRow> rows, long seed) {
        int longest = rows.stream().mapToInt(BatchRow::tokens).max().orElse(0);
        int padded = longest * rows.size();
        assertThat(rows.size()).as("seed %d", seed).isBetween(1, LIMITS.maxRows());
        assertThat(padded).as("seed %d", seed).isLessThanOrEqualTo(LIMITS.maxTokens());
        for (BatchRow row : rows) {
            assertThat(edge(row))
                    .as("rows of one bucket, seed %d", seed)
                    .isEqualTo(edge(rows.get(0)));
        }
        return padded;
    }

    private static void checkStarvation(
            List<BatchRow> ran,
            Iterable<BatchRow> left,
            long nanos,
            Map<Integer, Integer> passed,
            long seed) {
        Set<Integer> ripe = new HashSet<>();
        for (BatchRow row : left) {
            if (nanos - row.enqueuedNanos() >= LIMITS.maxDelayNanos()) {
                ripe.add(edge(row));
            }
        }
        ripe.remove(edge(ran.get(0)));
        passed.keySet().retainAll(ripe);
        for (int bucket : ripe) {
            assertThat(passed.merge(bucket, 1, Integer::sum))
                    .as("batches that passed over bucket %d, seed %d", bucket, seed)
                    .isLessThanOrEqualTo(
                            BatchScheduler.STARVED_AFTER + BatchScheduler.edges(256).size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void next_requesterFloods_othersKeepTheirShare(boolean withNearDeadlines) {
        long id = 0;
        Random random = new Random(42);
        List<BatchRow> light = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            scheduler.add(
                    row(id++, 17 + random.nextInt(8), withNearDeadlines ? 1_010 : FAR, "flood", 0));
        }
        for (int i = 0; i < 300; i++) {
            BatchRow row = row(id++, 17 + random.nextInt(8), FAR, "light", 0);
            light.add(row);
            scheduler.add(row);
        }
        int left = light.size();
        long balance = 0; // tokens of the flood less those of the light requester
        while (left > 0) {
            for (BatchRow row : scheduler.next(FAR, 1_000, false).rows()) {
                boolean isLight = row.requesterAddress().equals("light");
                left -= isLight ? 1 : 0;
                balance += isLight ? -row.tokens() : row.tokens();
            }
            if (left > 0) {
                // One turn of 24 tokens, unused credit, and what a deadline may borrow.
                assertThat(balance)
                        .as("tokens ahead")
                        .isBetween(-96L, 24L * (BatchBucket.DEBT_ROWS + 3));
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

    private static int edge(BatchRow row) {
        return BatchScheduler.edges(LIMITS.longestRow()).stream()
                .filter(edge -> row.tokens() <= edge)
                .findFirst()
                .orElseThrow();
    }

    private static BatchRow row(long id, int tokens, long deadline, String requester, long nanos) {
        return new BatchRow(id, tokens, deadline, requester, nanos);
    }
}
