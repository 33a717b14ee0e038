package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestStreamTest {

    private static final String RESULTS = "inference.results";
    private static final String REJECTIONS = "inference.rejections";

    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");
    private final MockProducer<String, String> producer =
            new MockProducer<>(false, null, new StringSerializer(), new StringSerializer());
    private RequestStream stream;

    @BeforeEach
    void open() {
        Node node = new Node(0, "broker", 9092);
        Node[] nodes = {node};
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String topic : List.of(RESULTS, REJECTIONS)) {
            consumer.updatePartitions(
                    topic, List.of(new PartitionInfo(topic, 0, node, nodes, nodes)));
            ends.put(new TopicPartition(topic, 0), 0L);
        }
        consumer.updateEndOffsets(ends);
        stream = new RequestStream(consumer, () -> producer);
    }

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void send_kafkaDoesNotConfirm_answerMayComeYet() throws Exception {
        CompletableFuture<JsonNode> end = stream.send("a", "key", "request");
        assertThat(producer.errorNext(new TimeoutException("120 s are over"))).isTrue();
        assertThatThrownBy(() -> end.get(1, TimeUnit.MINUTES))
                .cause()
                .isInstanceOf(NoAnswerYetException.class)
                .hasMessageContaining("120 s are over");

        String answer = "{\"id\":\"a\",\"status\":\"answered\"}";
        consumer.schedulePollTask(
                () -> consumer.addRecord(new ConsumerRecord<>(RESULTS, 0, 0, "a", answer)));
        CompletableFuture<JsonNode> later = Objects.requireNonNull(stream.endOf("a"));
        assertThat(later.get(1, TimeUnit.MINUTES).path("id").asText()).isEqualTo("a");
    }

    @Test
    void send_answerBeforeTheConfirmation_isTheEnd() throws Exception {
        CompletableFuture<JsonNode> end = stream.send("a", "key", "request");
        consumer.schedulePollTask(
                () ->
                        consumer.addRecord(
                                new ConsumerRecord<>(RESULTS, 0, 0, "a", "{\"id\":\"a\"}")));
        assertThat(end.get(1, TimeUnit.MINUTES).path("id").asText()).isEqualTo("a");
        assertThat(producer.errorNext(new TimeoutException("late"))).isTrue();
    }
}
