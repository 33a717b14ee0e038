package io.millrace.job.strimzi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The component kafka is what Strimzi takes. Rendering adds labels and a namespace to it and
 * nothing else, so its files are read as they are.
 */
class StrimziManifestsTest {

    private static final Path COMPONENT = Path.of("../k8s/components/kafka");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final StrimziReader READER = new StrimziReader("v1");

    @Test
    void component_eachObject_isTaken() throws IOException {
        List<ObjectNode> objects = objects();
        assertThat(objects)
                .extracting(object -> object.path("kind").asText())
                .contains("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser");
        assertThat(objects)
                .allSatisfy(
                        object -> assertThat(READER.problems(object)).as(name(object)).isEmpty());
    }

    /** A mistake of each kind in the first object of its kind, one at a time. */
    @ParameterizedTest(name = "{0}{1} = {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Kafka         | /apiVersion                                    |"
                        + " \"kafka.strimzi.io/v1beta2\" | v1beta2",
                "Kafka         | /spec/entityOperater                           | {}         |"
                        + " entityOperater",
                "KafkaTopic    | /spec/partition                                | 3          |"
                        + " partition",
                "Kafka         | /spec/kafka/listeners/0/TLS                    | true       | TLS",
                "KafkaNodePool | /spec/storage/volumes/0/deleteclaim            | false      |"
                        + " deleteclaim",
                "KafkaUser     | /spec/authorization/acls/0/resource/named      | \"x\"        |"
                        + " named",
                "KafkaUser     | /spec/authorization/acls/0/operation           | \"Read\"     |"
                        + " operation",
                "KafkaTopic    | /spec/partitions                               | \"twelve\"   |"
                        + " partitions",
                "KafkaTopic    | /spec/partitions                               | \"12\"       |"
                        + " partitions",
                "Kafka         | /spec/kafka/listeners/0/name                   | 7          |"
                        + " name",
                "Kafka         | /spec/kafka/listeners/0/port                   | 9093.5     |"
                        + " port",
                "Kafka         | /spec/kafka/listeners/0/tls                    | \"true\"     |"
                        + " tls",
                "KafkaNodePool | /spec/roles                                    | \"broker\"   |"
                        + " roles",
                "KafkaNodePool | /spec/roles/0                                  | \"worker\"   |"
                        + " worker",
                "Kafka         | /spec/kafka/listeners/0/type                   | \"inside\"   |"
                        + " type",
                "Kafka         | /spec/kafka/listeners/0/authentication/type    | \"password\" |"
                        + " password",
                "KafkaNodePool | /spec/storage/volumes/0/kraftMetadata          | \"common\"   |"
                        + " common",
                "KafkaUser     | /spec/authorization/acls/0/operations/0        | \"read\"     |"
                        + " read",
                "KafkaUser     | /spec/authorization/acls/0/resource/type       | \"topics\"   |"
                        + " topics",
                "KafkaUser     | /spec/authorization/acls/0/resource            |            |"
                        + " resource",
                "KafkaNodePool | /spec/roles                                    |            |"
                        + " roles",
                "Kafka         | /spec/kafka/listeners/0/port                   |            |"
                        + " port",
                "Kafka         | /spec/kafka/listeners/0/port                   | 80         |"
                        + " below 9092",
                "Kafka         | /spec/kafka/listeners/0/name                   | \"my-door\"  |"
                        + " my-door",
                "Kafka         | /spec/kafka/listeners                          | []         |"
                        + " listeners",
                "KafkaTopic    | /spec/partitions                               | 0          |"
                        + " below 1",
            })
    void mistake_isRefused(String kind, String at, @Nullable String value, String says)
            throws IOException {
        ObjectNode object =
                objects().stream()
                        .filter(one -> one.path("kind").asText().equals(kind))
                        .findFirst()
                        .orElseThrow();
        put(object, JsonPointer.compile(at), value);
        assertThat(READER.problems(object)).anyMatch(problem -> problem.contains(says));
    }

    private static void put(ObjectNode object, JsonPointer at, @Nullable String value)
            throws IOException {
        JsonNode parent = object.at(at.head());
        String name = at.last().getMatchingProperty();
        if (parent instanceof ArrayNode items) {
            items.set(at.last().getMatchingIndex(), MAPPER.readTree(value));
        } else if (value == null) {
            ((ObjectNode) parent).remove(name);
        } else {
            ((ObjectNode) parent).set(name, MAPPER.readTree(value));
        }
    }

    private static List<ObjectNode> objects() throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
        for (String file : List.of("kafka.yaml", "topics.yaml", "users.yaml")) {
            new Load(LoadSettings.builder().setLabel(file).build())
                    .loadAllFromString(Files.readString(COMPONENT.resolve(file)))
                    .forEach(object -> objects.add(MAPPER.<ObjectNode>valueToTree(object)));
        }
        return objects;
    }

    private static String name(JsonNode object) {
        return object.path("kind").asText() + " " + object.path("metadata").path("name").asText();
    }
}
