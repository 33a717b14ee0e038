package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.PartPlace;
import io.millrace.local.stack.SharedBroker;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.SentMark;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a start sees of the marks of several sinks, each with transactions of its own. */
class KafkaLedgerLogITCase {

    private static final List<String> SINKS = List.of("money-0", "money-1");
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @Test
    void read_someTransactionsOpenOrAborted_seesOfEachSinkWhatItCommitted() throws Exception {
        try (var one = producer("money-0");
                var two = producer("money-1")) {
            assertReads(one, two);
        }
    }

    private static void assertReads(
            KafkaProducer<byte[], byte[]> one, KafkaProducer<byte[], byte[]> two) throws Exception {
        LedgerLog log = new KafkaLedgerLog(Brokers.at(BROKER.servers()), PATIENCE);
        assertThat(log.read(SentMark.NONE)).isEqualTo(LedgerLog.Recorded.NOTHING);
        for (int checkpoint = 1; checkpoint <= 40; checkpoint++) {
            send(one, "money-0", checkpoint);
            send(two, "money-1", checkpoint);
            one.commitTransaction();
            two.commitTransaction();
        }
        SentMark both = new SentMark(mark(40), SINKS);
        LedgerLog.Recorded recorded = log.read(both);
        assertThat(recorded.marks()).containsOnly(entry(0, 40), entry(1, 40));
        assertThat(recorded.missing(both)).isEmpty();

        send(one, "money-0", 41);
        one.abortTransaction();
        send(two, "money-1", 41);
        two.commitTransaction();
        SentMark half = new SentMark(mark(41), SINKS);
        recorded = log.read(half);
        assertThat(recorded.marks()).containsOnly(entry(0, 40), entry(1, 41));
        assertThat(recorded.newest()).isEqualTo(mark(41));
        assertThat(recorded.missing(half)).containsExactly("money-0");

        // Checkpoints that one sink alone has marked, as when another's barriers came late.
        for (int checkpoint = 42; checkpoint <= 80; checkpoint++) {
            send(two, "money-1", checkpoint);
            two.commitTransaction();
        }
        assertThat(log.read(both).marks())
                .as("marks of which one lies far behind the other's")
                .containsOnly(entry(0, 40), entry(1, 80));

        send(one, "money-0", 81); // and nobody knows yet what becomes of it
        send(two, "money-1", 81);
        two.commitTransaction();
        assertThatThrownBy(() -> log.read(new SentMark(mark(81), SINKS)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("checkpoint 81")
                .hasMessageContaining("still open")
                .hasMessageContaining(Topics.CHECKPOINTS + "-0 is hidden from offset")
                .hasMessageContaining("with transactional id money-0; if kafka-transactions.sh")
                .hasMessageContaining("find-hanging --topic " + Topics.CHECKPOINTS);
        assertThatThrownBy(() -> log.read(new SentMark(mark(80), List.of("money-1"))))
                .as("an older state, while what the newest has committed is hidden")
                .isInstanceOf(IOException.class)
                .hasMessageContaining("whether it is the newest");
        one.abortTransaction();
        assertThat(log.read(new SentMark(mark(80), List.of("money-1"))).newest())
                .isEqualTo(mark(81));
    }

    /** A submitter reads the parts that it holds no more by their place in the log. */
    @Test
    void epochs_readFromAPlace_thoseBehindItAndNoneThatWasAborted() throws Exception {
        KafkaEpochLog log = new KafkaEpochLog(Brokers.at(BROKER.servers()));
        assertThat(log.newest()).isEmpty();
        assertThat(log.read(place(part(1), 0), 10)).isEmpty();
        try (var sink = producer("epochs-0")) {
            for (int epoch = 1; epoch <= 30; epoch++) {
                append(sink, part(epoch), epoch * 1_000L);
                sink.commitTransaction();
            }
            append(sink, part(31), 31_000);
            sink.abortTransaction();
        }
        assertThat(log.newest()).contains(part(30));
        assertThat(log.read(place(part(7), 7_000), 3))
                .containsExactly(
                        new LoggedPart(part(7), 7_000),
                        new LoggedPart(part(8), 8_000),
                        new LoggedPart(part(9), 9_000));
        assertThat(log.read(place(part(29), 29_000), 10)).hasSize(2);
        assertThat(log.read(place(part(12), 0), 1))
                .as("by a place from before times were kept")
                .containsExactly(new LoggedPart(part(12), 12_000));
        assertThat(log.read(place(part(12), 20_000), 1))
                .as("by a time behind it, as when clocks went back")
                .containsExactly(new LoggedPart(part(12), 12_000));
        assertThat(log.read(place(part(31), 31_000), 10)).as("one that was aborted").isEmpty();
    }

    private static PartPlace place(SealedPart part, long millis) {
        return new PartPlace(part.header().epoch(), 0, part.hash(), millis);
    }

    private static SealedPart part(int epoch) {
        String none = Hex.ZERO_32;
        return new SealedPart(
                "0x%064x".formatted(epoch),
                new EpochHeader(none, epoch, 0, 1, none, 0, 0, 0, 0, none, none, epoch),
                new SlotWords(List.of(), List.of(), List.of(), List.of()),
                List.of(),
                0,
                List.of(),
                List.of());
    }

    private static void append(KafkaProducer<byte[], byte[]> sink, SealedPart part, long millis)
            throws Exception {
        sink.beginTransaction();
        sink.send(new ProducerRecord<>(Topics.EPOCHS, 0, millis, null, JsonCodec.encode(part)))
                .get();
    }

    private static Map.Entry<String, CheckpointMark> entry(int sink, long checkpoint) {
        return Map.entry(SINKS.get(sink), mark(checkpoint));
    }

    private static CheckpointMark mark(long checkpoint) {
        return new CheckpointMark(checkpoint, 0, Hex.ZERO_32, "writer");
    }

    private static void send(KafkaProducer<byte[], byte[]> sink, String name, long checkpoint)
            throws Exception {
        sink.beginTransaction();
        sink.send(
                        new ProducerRecord<>(
                                Topics.CHECKPOINTS,
                                name.getBytes(StandardCharsets.UTF_8),
                                JsonCodec.encode(mark(checkpoint))))
                .get();
    }

    private static KafkaProducer<byte[], byte[]> producer(String name) {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", BROKER.servers(), "transactional.id", name),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }
}
