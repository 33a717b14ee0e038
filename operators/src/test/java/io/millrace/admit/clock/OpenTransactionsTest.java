package io.millrace.admit.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpenTransactionsTest {

    private static final long MAX = 10_000;
    private static final OpenTransaction FIRST = new OpenTransaction(0, 40, 7, 0, 0);
    private static final OpenTransaction LATER = new OpenTransaction(0, 90, 8, 0, 0);

    private final OpenTransactions transactions = new OpenTransactions(MAX);

    /** Of two partitions, all looked at. */
    private static RequestTopic.View view(OpenTransaction... open) {
        Map<Integer, List<OpenTransaction>> byPartition =
                Arrays.stream(open).collect(Collectors.groupingBy(OpenTransaction::topicPartition));
        byPartition.putIfAbsent(0, List.of());
        byPartition.putIfAbsent(1, List.of());
        return new RequestTopic.View(Set.of(0, 1), byPartition);
    }

    @Test
    void update_openForTheBound_isDueThen() {
        assertThat(transactions.update(view(FIRST), 1_000)).isEmpty();
        assertThat(transactions.update(view(FIRST), 1_000 + MAX - 1)).isEmpty();
        assertThat(transactions.longestMillis(1_000 + MAX - 1)).isEqualTo(MAX - 1);
        assertThat(transactions.update(view(FIRST), 1_000 + MAX)).containsExactly(FIRST);
    }

    /** A chain of overlapping ones would hold the partition for ever if its end were looked at. */
    @Test
    void update_oneBeginsBeforeAnotherEnds_eachHasItsOwnBound() {
        assertThat(transactions.update(view(FIRST), 0)).isEmpty();
        assertThat(transactions.update(view(FIRST, LATER), MAX - 1)).isEmpty();
        assertThat(transactions.update(view(LATER), MAX)).isEmpty();
        assertThat(transactions.longestMillis(MAX)).isEqualTo(1);
        assertThat(transactions.update(view(LATER), 2 * MAX - 1)).containsExactly(LATER);
    }

    @Test
    void update_endedInTime_isForgotten() {
        assertThat(transactions.update(view(FIRST), 0)).isEmpty();
        assertThat(transactions.update(view(), 5_000)).isEmpty();
        assertThat(transactions.longestMillis(5_000)).isZero();
        assertThat(transactions.update(view(FIRST), MAX)).as("counted anew").isEmpty();
    }

    @Test
    void update_partitionWithoutAnAnswer_goesOnCounting() {
        assertThat(transactions.update(view(FIRST), 0)).isEmpty();
        RequestTopic.View silent = new RequestTopic.View(Set.of(0, 1), Map.of(1, List.of()));
        assertThat(transactions.update(silent, 5_000)).isEmpty();
        assertThat(transactions.update(view(FIRST), MAX)).containsExactly(FIRST);
    }

    @Test
    void update_endingDidNotHelp_isTriedAgainLater() {
        assertThat(transactions.update(view(FIRST), 0)).isEmpty();
        assertThat(transactions.update(view(FIRST), MAX)).containsExactly(FIRST);
        assertThat(transactions.update(view(FIRST), MAX + 1_000)).isEmpty();
        assertThat(transactions.update(view(FIRST), MAX + OpenTransactions.RETRY_MILLIS))
                .containsExactly(FIRST);
    }
}
