package io.millrace.admit.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClockOperatorTest {

    private static final long MAX = 3 * ClockOperator.LOOK_MILLIS;
    private static final OpenTransaction OPEN = new OpenTransaction(1, 40, 7, 0, 0);

    /** Partitions and their transactions, and what was asked of the brokers. */
    private static final class FakeRequestTopic implements RequestTopic {

        private static final FakeRequestTopic ONLY = new FakeRequestTopic();

        final Map<Integer, List<OpenTransaction>> open = new TreeMap<>();
        final List<OpenTransaction> ended = new ArrayList<>();
        boolean down;
        boolean forbidden;

        @Override
        public CompletableFuture<View> look() {
            return down
                    ? CompletableFuture.failedFuture(new IllegalStateException("no broker"))
                    : CompletableFuture.completedFuture(
                            new View(open.keySet(), new HashMap<>(open)));
        }

        @Override
        public CompletableFuture<Void> end(OpenTransaction transaction) {
            if (forbidden) {
                return CompletableFuture.failedFuture(
                        new NotPermittedException(
                                "not authorized", new IllegalStateException("cluster")));
            }
            ended.add(transaction);
            open.put(transaction.topicPartition(), List.of());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            ended.clear();
        }
    }

    private final FakeRequestTopic topic = FakeRequestTopic.ONLY;
    private OneInputStreamOperatorTestHarness<Long, Long> harness;
    private long nowMillis;

    @BeforeEach
    void open() throws Exception {
        topic.open.clear();
        topic.down = false;
        topic.forbidden = false;
        topic.open.put(0, List.of());
        topic.open.put(1, List.of());
        harness =
                new OneInputStreamOperatorTestHarness<>(
                        new ClockOperator(() -> FakeRequestTopic.ONLY, MAX));
        harness.open();
        look();
        look();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private void look() throws Exception {
        nowMillis += ClockOperator.LOOK_MILLIS;
        harness.setProcessingTime(nowMillis);
    }

    private List<Long> ticked(int ticks) throws Exception {
        int before = harness.extractOutputValues().size();
        for (long tick = 0; tick < ticks; tick++) {
            harness.processElement(new StreamRecord<>(tick));
        }
        return harness.extractOutputValues().subList(before, before + ticks);
    }

    @Test
    void ticks_goToEveryPartitionInTurn() throws Exception {
        assertThat(ticked(4)).containsExactly(1L, 0L, 1L, 0L);
    }

    /** An added partition got no tick until a restart, and held the watermark of all. */
    @Test
    void ticks_partitionIsAdded_getItWithinTwoLooks() throws Exception {
        topic.open.put(2, List.of());
        look();
        look();
        assertThat(ticked(6)).contains(2L);
    }

    @Test
    void ticks_brokersAreDown_goOnToThePartitionsKnown() throws Exception {
        topic.down = true;
        look();
        look();
        assertThat(ticked(2)).containsExactlyInAnyOrder(0L, 1L);
    }

    @Test
    void transaction_ofAStrangerStaysOpen_isEndedOnceTheBoundIsReached() throws Exception {
        topic.open.put(1, List.of(OPEN));
        look();
        look();
        look();
        assertThat(topic.ended).as("before the bound").isEmpty();
        look();
        look();
        assertThat(topic.ended).containsExactly(OPEN);
    }

    @Test
    void transaction_rightIsLacking_goesOnAndIsTriedAgain() throws Exception {
        topic.forbidden = true;
        topic.open.put(1, List.of(OPEN));
        for (int look = 0; look < 8; look++) {
            look();
        }
        assertThat(ticked(2)).as("the clock goes on").hasSize(2);
        topic.forbidden = false;
        nowMillis += OpenTransactions.RETRY_MILLIS;
        look();
        look();
        assertThat(topic.ended).containsExactly(OPEN);
    }
}
