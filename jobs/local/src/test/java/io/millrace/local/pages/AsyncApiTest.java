package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.millrace.job.topic.Topic;
import io.millrace.job.topic.TopicCatalogue;
import io.millrace.job.topic.TopicSetting;
import io.millrace.job.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code jobs/asyncapi.json} says what the catalogue and the schemas say, in AsyncAPI's form. */
class AsyncApiTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path FILE = Page.ROOT.resolve("jobs/asyncapi.json");
    private static final Path SPECIFICATION =
            Page.ROOT.resolve(
                    "jobs/local/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json");

    /** Settings of a topic that Kafka's binding names, as numbers. */
    private static final Set<String> NUMBERS =
            Set.of("retention.ms", "retention.bytes", "max.message.bytes");

    @Test
    void document_ofTheTopics_isWhatTheCatalogueSays() throws IOException {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withArrayIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        String expected = MAPPER.writer(printer).writeValueAsString(document()) + "\n";
        if (Boolean.getBoolean(Page.WRITE)) {
            Files.writeString(FILE, expected);
        }
        assertThat(Files.readString(FILE))
                .as("run this test again with -D%s=true, and read the difference", Page.WRITE)
                .isEqualTo(expected);
    }

    @Test
    void document_againstTheSpecification_isValid() throws IOException {
        var specification =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                        .getSchema(MAPPER.readTree(SPECIFICATION.toFile()));
        assertThat(specification.validate(MAPPER.readTree(FILE.toFile()))).isEmpty();
        ObjectNode broken = (ObjectNode) MAPPER.readTree(FILE.toFile());
        ((ObjectNode) broken.path("channels").path(Topics.RESULTS)).put("adress", "x");
        assertThat(specification.validate(broken)).as("with a misspelt field").isNotEmpty();
    }

    @Test
    void payloads_ofTheMessages_areSchemasOfTheirTopics() throws IOException {
        JsonNode messages = MAPPER.readTree(FILE.toFile()).path("components").path("messages");
        assertThat(messages).hasSameSizeAs(TopicCatalogue.ALL);
        for (JsonNode message : messages) {
            Path schema =
                    FILE.resolveSibling(
                            message.path("payload").path("schema").path("$ref").asText());
            JsonNode found = MAPPER.readTree(schema.toFile());
            assertThat(found.path("$schema").asText()).contains("2020-12");
            assertThat(message.path("summary").asText())
                    .isEqualTo(found.path("description").asText());
        }
    }

    private static ObjectNode document() throws IOException {
        ObjectNode document = MAPPER.createObjectNode();
        document.put("asyncapi", "3.0.0");
        ObjectNode info = document.putObject("info");
        info.put("title", "Millrace").put("version", "0.1.0");
        info.put(
                "description",
                "Signed requests for inference in; answers, refusals, charges, receipts and settled"
                        + " epochs out. Records that have no value but the header "
                        + Topics.TICK_HEADER
                        + " are the job's clock: pass over them.");
        info.putObject("license").put("name", "Apache-2.0");
        document.put("defaultContentType", "application/json");
        ObjectNode channels = document.putObject("channels");
        ObjectNode operations = document.putObject("operations");
        ObjectNode messages = document.putObject("components").putObject("messages");
        for (Topic topic : TopicCatalogue.ALL) {
            Path schema = FILE.resolveSibling(TablesTest.schemaOf(topic.name()));
            JsonNode values = MAPPER.readTree(schema.toFile());
            String message = values.path("title").asText();
            addChannel(channels.putObject(topic.name()), topic, message);
            ObjectNode described = messages.putObject(message);
            described.put("summary", values.path("description").asText());
            if (values.has("contentMediaType")) {
                described.put("contentType", values.path("contentMediaType").asText());
            }
            ObjectNode payload = described.putObject("payload");
            payload.put("schemaFormat", "application/schema+json;version=draft-2020-12");
            payload.putObject("schema").put("$ref", TablesTest.schemaOf(topic.name()));
            addOperation(operations, topic);
        }
        return document;
    }

    private static void addChannel(ObjectNode channel, Topic topic, String message) {
        channel.put("address", topic.name()).put("description", topic.holds());
        channel.putObject("messages")
                .putObject(message)
                .put("$ref", "#/components/messages/" + message);
        ObjectNode kafka = channel.putObject("bindings").putObject("kafka");
        kafka.put("topic", topic.name());
        if (topic.partitions() == Topic.Partitions.ONE) {
            kafka.put("partitions", 1);
        }
        if (!topic.settings().isEmpty()) {
            ObjectNode settings = kafka.putObject("topicConfiguration");
            topic.settings().forEach(setting -> add(settings, setting));
        }
        kafka.put("bindingVersion", "0.5.0");
    }

    private static void add(ObjectNode settings, TopicSetting setting) {
        if (setting.key().equals("cleanup.policy")) {
            settings.putArray(setting.key()).add(setting.value());
        } else if (NUMBERS.contains(setting.key())) {
            settings.put(setting.key(), Long.parseLong(setting.value()));
        } else {
            settings.put(setting.key(), setting.value());
        }
    }

    /** What the job does with it: AsyncAPI looks from the application outwards. */
    private static void addOperation(ObjectNode operations, Topic topic) {
        boolean receives = topic.name().equals(Topics.REQUESTS);
        ObjectNode operation =
                operations.putObject((receives ? "receive." : "send.") + topic.name());
        operation.put("action", receives ? "receive" : "send");
        operation.putObject("channel").put("$ref", "#/channels/" + topic.name());
    }
}
