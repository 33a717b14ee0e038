package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.stack.SharedBroker;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.marks.MarkLog;
import io.millrace.settle.marks.SinkMark;
import io.millrace.unit.Hex;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KafkaMarkLogITCase {

    private static final String WRITER = "writer";
    private static final SinkMark ONE = new SinkMark("money-0", 1);
    private static final SinkMark TWO = new SinkMark("money-1", 1);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    /**
     * The job was ended for good, of a lost mark that had been there, once the brokers had kept one
     * look waiting after it had seen the mark.
     */
    @Test
    void look_failsOnceMarksAreRead_nextLookShowsThem() throws Exception {
        try (MarkLog log = KafkaMarkLog.open(Brokers.at(BROKER.servers()), Duration.ofMinutes(1));
                var one = producer("one");
                var two = producer("two");
                var stranger = producer("stranger")) {
            send(one, ONE);
            one.commitTransaction();
            stranger.beginTransaction();
            stranger.send(new ProducerRecord<>(Topics.CHECKPOINTS, new byte[0], new byte[] {'?'}))
                    .get();
            assertThatThrownBy(() -> look(log, ONE, TWO))
                    .as("a look at what is stored behind the visible, which it cannot read")
                    .isInstanceOf(ExecutionException.class);

            stranger.abortTransaction();
            send(two, TWO);
            two.commitTransaction();
            assertThat(look(log, ONE, TWO).visible()).containsExactlyInAnyOrder(ONE, TWO);
            assertThat(look(log).visible()).as("marks that have been shown").isEmpty();
        }
    }

    private static MarkLog.Look look(MarkLog log, SinkMark... awaited) throws Exception {
        return log.look(new MarkLog.Question(WRITER, Set.of(awaited), 0)).get(30, TimeUnit.SECONDS);
    }

    private static void send(KafkaProducer<byte[], byte[]> sink, SinkMark mark) throws Exception {
        sink.beginTransaction();
        sink.send(
                        new ProducerRecord<>(
                                Topics.CHECKPOINTS,
                                mark.sink().getBytes(StandardCharsets.UTF_8),
                                JsonCodec.encode(
                                        new CheckpointMark(
                                                mark.checkpoint(), 0, Hex.ZERO_32, WRITER))))
                .get();
    }

    private static KafkaProducer<byte[], byte[]> producer(String id) {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", BROKER.servers(), "transactional.id", id),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }
}
