package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import io.millrace.job.topic.TopicScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicWatchTest {

    private static final String ID = "0x" + "11".repeat(32);
    private static final List<Expected> SENT =
            List.of(
                    new Expected(new RequestPlace(0, 5), ID, null),
                    new Expected(new RequestPlace(1, 6), "", RejectReason.SCHEMA));

    private final FakeFeed feed = new FakeFeed();
    private final TopicWatch watch = new TopicWatch(feed);

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void missing_fromRequestToFinalEpoch_saysWhatComesNext() throws IOException {
        assertThat(watch.missing(SENT)).isEqualTo("2 requests neither charged nor refused");

        feed.add(TopicRecords.rejection(1, 6, RejectReason.SCHEMA));
        awaitMissing("1 requests neither charged nor refused");

        feed.add(TopicRecords.charge(ID, 0, 5));
        awaitMissing("1 charges without evidence");

        feed.add(TopicRecords.evidence(ID));
        awaitMissing("1 charges in no epoch");

        feed.add(TopicRecords.receipt());
        awaitMissing("1 epochs not final on chain");

        feed.add(TopicRecords.epoch());
        feed.add(TopicRecords.settlement());
        awaitMissing("");
        assertThat(watch.count(SENT, Set.of())).isEqualTo(new Ends.Count(2, 1, 1, 0, 0, List.of()));
        assertThat(watch.evidence()).isEqualTo(new EvidenceCount.Found(1, 0, 0, 0));
    }

    @Test
    void pendingNano_untilTheEpochIsFinal_isWhatWasCharged() throws IOException {
        feed.add(TopicRecords.charge(ID, 0, 5));
        await().until(() -> watch.pendingNano() == TopicRecords.DEBIT_NANO);
        assertThat(watch.charges()).isEqualTo(1);
        assertThat(watch.line())
                .isEqualTo("charges 1  refused 0  epochs settled 0  pending 200 nano-USD");

        feed.add(TopicRecords.receipt());
        feed.add(TopicRecords.epoch());
        feed.add(TopicRecords.settlement());
        await().until(() -> watch.pendingNano() == 0);
        assertThat(watch.line())
                .isEqualTo("charges 1  refused 0  epochs settled 1  pending 0 nano-USD");
    }

    /** The run would have waited for records that nobody reads any more. */
    @Test
    void anything_afterAnUnreadableRecord_failsWithTheReason() {
        feed.add(
                new ConsumerRecord<>(
                        "inference.charges",
                        0,
                        0,
                        new byte[0],
                        "{".getBytes(StandardCharsets.UTF_8)));

        await().until(() -> feed.closed);
        assertThatThrownBy(watch::charges)
                .hasMessage("the topics cannot be followed")
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> watch.missing(SENT)).hasMessageContaining("cannot be followed");
        assertThatThrownBy(() -> watch.count(SENT, Set.of()))
                .hasMessageContaining("cannot be followed");
    }

    @Test
    void close_itsFeed_isClosedByTheThreadThatReadsIt() {
        watch.close();

        assertThat(feed.closed).isTrue();
    }

    private void awaitMissing(String what) {
        await().untilAsserted(() -> assertThat(watch.missing(SENT)).isEqualTo(what));
    }

    private static final class FakeFeed implements Feed {

        private static final int PAUSE_MILLIS = 20;

        private final BlockingQueue<ConsumerRecord<byte[], byte[]>> records =
                new LinkedBlockingQueue<>();
        private volatile boolean closed;

        void add(ConsumerRecord<byte[], byte[]> record) {
            records.add(record);
        }

        @Override
        public void poll(TopicScan.Visitor visitor) throws IOException {
            try {
                ConsumerRecord<byte[], byte[]> record =
                        records.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                if (record != null) {
                    visitor.visit(record);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
