package io.millrace.local.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.pages.Node;
import io.millrace.local.stack.SharedBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a crash leaves in a topic: transactions aborted in another order than they began in, then
 * the replay. Brokers list them in the order of their ends, and kafkajs takes that for the order of
 * their beginnings, so that it gives a client what was never committed.
 */
class AbortedRecordsITCase {

    private static final String ANSWERED = "0x" + "a1".repeat(32);
    private static final String REFUSED = "0x" + "b2".repeat(32);
    private static final String UNREADABLE = "0x" + "c3".repeat(32);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @TempDir private Path folder;

    @Test
    void ends_abortedInAnotherOrderThanBegun_areOneARequestAndTheCommitted() throws Exception {
        try (var first = producer("first");
                var second = producer("second");
                var replay = producer("replay")) {
            first.beginTransaction();
            second.beginTransaction();
            send(first, Topics.REJECTIONS, refusal("INSUFFICIENT_FUNDS", ANSWERED, 0));
            send(second, Topics.REJECTIONS, refusal("UNKNOWN_ACCOUNT", REFUSED, 1));
            send(first, Topics.REJECTIONS, refusal("DUPLICATE", REFUSED, 1));
            second.abortTransaction();
            first.abortTransaction();
            replay.beginTransaction();
            send(replay, Topics.RESULTS, result("of before"));
            send(replay, Topics.RESULTS, result("of the replay"));
            send(replay, Topics.REJECTIONS, refusal("INSUFFICIENT_FUNDS", REFUSED, 1));
            send(replay, Topics.REJECTIONS, refusal("MALFORMED", null, 2));
            send(replay, Topics.REJECTIONS, refusal("DUPLICATE", ANSWERED, 3));
            send(replay, Topics.RESULTS, "{\"sentinel\":true}");
            send(replay, Topics.REJECTIONS, "{\"sentinel\":true}");
            replay.commitTransaction();
        }
        assertKafkaJs();
        assertJava();
    }

    private void assertKafkaJs() throws Exception {
        String sent =
                """
                [{"id":"%s","partition":0,"baseOffset":"0"},{"id":"%s","partition":0,"baseOffset":"1"},
                 {"id":"%s","partition":0,"baseOffset":"2"}]\
                """
                        .formatted(ANSWERED, REFUSED, UNREADABLE);
        JsonNode printed =
                new ObjectMapper()
                        .readTree(
                                new Node(folder)
                                        .run(Node.script("reread.mjs"), BROKER.servers(), sent));
        assertThat(printed.path("read").asInt())
                .as(
                        "kafkajs gives aborted records; if it has been mended, operators/README.md"
                                + " can say so")
                .isGreaterThan(5);
        JsonNode ends = printed.path("ends");
        assertThat(ends).hasSize(3);
        assertThat(ends.path(ANSWERED).path("note").asText()).isEqualTo("of the replay");
        assertThat(ends.path(REFUSED).path("code").asText()).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(ends.path(UNREADABLE).path("code").asText()).isEqualTo("MALFORMED");
    }

    private static void assertJava() throws Exception {
        Ends ends = new Ends();
        ends.sent(ANSWERED, 0, 0);
        ends.sent(REFUSED, 0, 1);
        ends.sent(UNREADABLE, 0, 2);
        List<String> read = new ArrayList<>();
        try (TopicScan scan =
                new TopicScan(
                        Brokers.at(BROKER.servers()), List.of(Topics.RESULTS, Topics.REJECTIONS))) {
            scan.toEnd(
                    record -> {
                        read.add(new String(record.value(), UTF_8));
                        ends.add(record);
                    });
        }
        assertThat(read).as("committed, with the two sentinels").hasSize(7);
        assertThat(ends.complete()).isTrue();
        assertThat(ends.all())
                .containsExactly(
                        Map.entry(ANSWERED, "answered"),
                        Map.entry(REFUSED, "INSUFFICIENT_FUNDS"),
                        Map.entry(UNREADABLE, "MALFORMED"));
    }

    private static String refusal(String code, @Nullable String id, int offset) {
        return "{\"code\":\"%s\",\"requestId\":%s,\"partition\":0,\"offset\":%d}"
                .formatted(code, id == null ? "null" : '"' + id + '"', offset);
    }

    private static String result(String note) {
        return "{\"id\":\"%s\",\"status\":\"answered\",\"note\":\"%s\"}".formatted(ANSWERED, note);
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String value)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, 0, null, value.getBytes(UTF_8))).get();
    }

    private static KafkaProducer<byte[], byte[]> producer(String id) {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                BROKER.servers(),
                                "transactional.id",
                                "aborted-" + id),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }
}
