package io.millrace.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Whether a topic is the one that was read, and what a checkpoint keeps to know it. */
class InputTopicTest {

    private static final KafkaSourceEnumState PARTITIONS =
            new KafkaSourceEnumState(
                    List.of(new KafkaPartitionSplit(new TopicPartition("charges", 2), 41)),
                    List.of(),
                    true);

    private static InputTopic topic(String accepted) {
        return new InputTopic("charges", name -> "new", accepted, "start with charges:ID");
    }

    @Test
    void require_sameTopicOrNoneKnown_goesOnWithWhatIsThere() {
        assertThat(topic("").require("old", "old")).isEqualTo("old");
        assertThat(topic("").require("", "new"))
                .as("a state of an earlier release")
                .isEqualTo("new");
        assertThat(topic("").require("old", "")).as("brokers without ids").isEqualTo("old");
        assertThat(topic("new").require("old", "new")).as("accepted").isEqualTo("new");
    }

    @Test
    void require_another_refusedNamingBothAndTheRemedy() {
        assertThatThrownBy(() -> topic("").require("old", "new"))
                .isInstanceOf(NewTopicException.class)
                .hasMessageContaining("topic charges has id new")
                .hasMessageContaining("had id old")
                .hasMessageContaining("start with charges:new");
        assertThatThrownBy(() -> topic("newer").require("old", "new"))
                .as("another one is accepted")
                .isInstanceOf(NewTopicException.class);
    }

    @Test
    void state_writtenAndRead_isTheSame() throws IOException {
        InputStateSerializer serializer = new InputStateSerializer();
        byte[] bytes = serializer.serialize(new InputState(PARTITIONS, "q1Sh9-_3E0aB"));
        InputState read = serializer.deserialize(serializer.getVersion(), bytes);

        assertThat(read.topicId()).isEqualTo("q1Sh9-_3E0aB");
        assertThat(read.partitions().assignedSplits())
                .containsExactlyElementsOf(PARTITIONS.assignedSplits());
    }

    @Test
    void state_fromBeforeIdsWereKept_hasNone() throws IOException {
        KafkaSourceEnumStateSerializer older = new KafkaSourceEnumStateSerializer();
        InputState read =
                new InputStateSerializer()
                        .deserialize(older.getVersion(), older.serialize(PARTITIONS));

        assertThat(read.topicId()).isEmpty();
        assertThat(read.partitions().assignedSplits())
                .containsExactlyElementsOf(PARTITIONS.assignedSplits());
    }

    @Test
    void state_ofALaterRelease_refused() {
        InputStateSerializer serializer = new InputStateSerializer();
        assertThatThrownBy(() -> serializer.deserialize(serializer.getVersion() + 1, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("start a newer release");
    }
}
