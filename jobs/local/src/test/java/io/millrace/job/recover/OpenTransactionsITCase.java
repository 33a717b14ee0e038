package io.millrace.job.recover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import io.millrace.settle.CheckpointMark;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A job dies between the commits of its sinks. What a complete checkpoint has promised is
 * committed, also where it hides the proof that the checkpoint is complete.
 */
class OpenTransactionsITCase {

    private static final String PREFIX = "millrace";

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    private final List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();

    @Test
    void end_transactionsOfACompleteCheckpoint_committedAndOthersAborted() throws Exception {
        String servers = BROKER.servers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            for (long checkpoint = 1; checkpoint <= 4; checkpoint++) {
                begin(servers, "millrace-money-0-" + checkpoint, mark(checkpoint, "run"))
                        .commitTransaction();
            }
            assertThat(StoredMarks.read(Brokers.at(servers)).newest()).isEqualTo(mark(4, "run"));
            assertThat(OpenTransactions.end(Brokers.at(servers), PREFIX).committed()).isEmpty();

            endHalfCommitted(servers, admin);
        } finally {
            producers.forEach(KafkaProducer::close);
        }
    }

    /** Checkpoint 5 is complete: one sink has committed it, behind what another has not. */
    private void endHalfCommitted(String servers, Admin admin) throws Exception {
        begin(servers, "millrace-money-1-7", mark(5, "run"));
        // A checkpoint that failed on the way leaves its mark with the next one's.
        begin(servers, "millrace-epochs-0-7", mark(4, "run"), mark(5, "run"));
        begin(servers, "millrace-receipts-0-7", mark(5, "run")).commitTransaction();
        begin(servers, "millrace-receipts-1-7", mark(5, "run")).abortTransaction();
        begin(servers, "millrace-money-0-8", mark(6, "run"));
        begin(servers, "millrace-epochs-0-8", mark(5, "run"), mark(6, "run"));
        begin(servers, "millrace-receipts-2-8", mark(5, "another run"));
        begin(servers, "millrace-rejections-0-8");
        begin(servers, "millrace-eu-money-0-1", mark(5, "run"));
        begin(servers, "millrace-eu-recover");

        assertThat(StoredMarks.read(Brokers.at(servers)).newest())
                .as("what is committed behind open transactions")
                .isEqualTo(mark(5, "run"));
        OpenTransactions.Ended ended = OpenTransactions.end(Brokers.at(servers), PREFIX);
        assertThat(ended.committed()).containsExactly("millrace-epochs-0-7", "millrace-money-1-7");
        assertThat(ended.aborted())
                .containsExactly(
                        "millrace-epochs-0-8",
                        "millrace-money-0-8",
                        "millrace-receipts-2-8",
                        "millrace-rejections-0-8");
        assertThat(open(admin))
                .as("another application, whose prefix begins with the same letters")
                .containsExactlyInAnyOrder("millrace-eu-money-0-1", "millrace-eu-recover");
        assertThat(committed(servers, Topics.REJECTIONS))
                .containsExactlyInAnyOrder(
                        "millrace-money-0-1",
                        "millrace-money-0-2",
                        "millrace-money-0-3",
                        "millrace-money-0-4",
                        "millrace-receipts-0-7",
                        "millrace-money-1-7",
                        "millrace-epochs-0-7");
        assertThat(OpenTransactions.end(Brokers.at(servers), PREFIX))
                .isEqualTo(new OpenTransactions.Ended(List.of(), List.of()));
    }

    /** One record of its own, in a topic that the other application does not write to. */
    private KafkaProducer<byte[], byte[]> begin(String servers, String id, CheckpointMark... marks)
            throws Exception {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", servers, "transactional.id", id),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producers.add(producer);
        producer.initTransactions();
        producer.beginTransaction();
        boolean ours = !id.contains("-eu-");
        byte[] text = id.getBytes(UTF_8);
        producer.send(new ProducerRecord<>(ours ? Topics.REJECTIONS : Topics.RESULTS, text, text))
                .get();
        for (CheckpointMark mark : ours ? marks : new CheckpointMark[0]) {
            producer.send(new ProducerRecord<>(Topics.CHECKPOINTS, text, JsonCodec.encode(mark)))
                    .get();
        }
        return producer;
    }

    private static CheckpointMark mark(long checkpoint, String writer) {
        return new CheckpointMark(checkpoint, 0, Hex.ZERO_32, writer);
    }

    private static Stream<String> open(Admin admin) throws Exception {
        return admin.listTransactions().all().get().stream()
                .filter(listed -> listed.state() == TransactionState.ONGOING)
                .map(listed -> listed.transactionalId());
    }

    private static List<String> committed(String servers, String topic) throws Exception {
        List<String> values = new ArrayList<>();
        try (TopicScan scan = new TopicScan(Brokers.at(servers), List.of(topic))) {
            scan.toEnd(record -> values.add(new String(record.value(), UTF_8)));
        }
        return values;
    }
}
