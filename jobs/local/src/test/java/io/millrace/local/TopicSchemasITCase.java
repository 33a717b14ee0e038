package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.millrace.admit.RejectReason;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topic;
import io.millrace.job.topic.TopicCatalogue;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.TestStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All that a job has written is as the published schemas say, by an independent validator. */
class TopicSchemasITCase {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @RegisterExtension private final TestStack shared = new TestStack();

    private final Map<String, JsonSchema> schemas = new HashMap<>();
    private final Map<String, Integer> seen = new HashMap<>();
    private final Set<String> faults = new HashSet<>();

    @Test
    void records_ofEveryTopic_areAsItsSchemaSays() throws Exception {
        for (Topic topic : TopicCatalogue.ALL) {
            schemas.put(topic.name(), schema(topic));
        }
        try (StackClient client = new StackClient(shared.get())) {
            List<SentRequest> sent = new ArrayList<>(client.send(12));
            RecordMetadata unreadable = unreadable();
            client.awaitThat(
                    "all ends",
                    view ->
                            sent.stream().allMatch(view::ended)
                                    && view.refusals()
                                            .containsKey(
                                                    unreadable.partition()
                                                            + "@"
                                                            + unreadable.offset()));
            client.awaitSettled();
        }
        try (TopicScan scan =
                new TopicScan(Brokers.at(shared.get().file().bootstrapServers()), Topics.ALL)) {
            scan.toEnd(this::check);
        }
        assertThat(faults).isEmpty();
        assertThat(seen.keySet()).as("topics with records").containsAll(Topics.ALL);
    }

    @Test
    void schemas_codesAndSharedForms_areThoseOfTheCode() throws Exception {
        JsonNode codes = tree(Topics.REJECTIONS).path("properties").path("code").path("enum");
        assertThat(codes)
                .map(JsonNode::asText)
                .containsExactlyElementsOf(
                        Stream.of(RejectReason.values()).map(RejectReason::name).toList());
        assertThat(tree(Topics.RECEIPTS).path("properties").path("charge").path("properties"))
                .as("a receipt's charge is a charge")
                .isEqualTo(tree(Topics.CHARGES).path("properties"));
    }

    /** A request that is refused before it has an id. */
    private RecordMetadata unreadable() throws Exception {
        try (RequestProducer producer =
                RequestProducer.open(shared.get().file().bootstrapServers())) {
            return producer.send(new Traffic.Item("", "{}".getBytes(UTF_8), "", null)).get();
        }
    }

    private void check(ConsumerRecord<byte[], byte[]> record) throws IOException {
        Header tick = record.headers().lastHeader(Topics.TICK_HEADER);
        if (tick != null) {
            assertThat(record.value()).isNull();
            return;
        }
        seen.merge(record.topic(), 1, Integer::sum);
        if (record.topic().equals(Topics.REQUESTS)) {
            return; // what clients write; RequestSchemaTest has it
        }
        JsonSchema schema = schemas.get(record.topic());
        if (schema == null) {
            faults.add(record.topic() + " has no schema");
            return;
        }
        boolean binary = schema.getSchemaNode().has("contentEncoding");
        schema.validate(
                        binary
                                ? MAPPER.getNodeFactory().textNode(base64(record.value()))
                                : MAPPER.readTree(record.value()))
                .forEach(fault -> faults.add(record.topic() + ": " + fault.getMessage()));
    }

    private static String base64(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    private static JsonSchema schema(Topic topic) throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(tree(topic.name()));
    }

    private static JsonNode tree(String topic) throws IOException {
        try (var in = Topic.class.getResourceAsStream(topic + ".schema.json")) {
            return in == null ? MAPPER.createObjectNode() : MAPPER.readTree(in);
        }
    }
}
