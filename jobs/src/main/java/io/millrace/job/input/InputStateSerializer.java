package io.millrace.job.input;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Of {@link InputState}; reads the connector's own state too, which has no id of the topic. */
public final class InputStateSerializer implements SimpleVersionedSerializer<InputState> {

    /** Above all that the connector gives its own. */
    private static final int WITH_TOPIC_ID = 1_001;

    private final SimpleVersionedSerializer<KafkaSourceEnumState> inside =
            new KafkaSourceEnumStateSerializer();

    @Override
    public int getVersion() {
        return WITH_TOPIC_ID;
    }

    @Override
    public byte[] serialize(InputState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(state.topicId());
            out.write(
                    SimpleVersionedSerialization.writeVersionAndSerialize(
                            inside, state.partitions()));
        }
        return bytes.toByteArray();
    }

    @Override
    public InputState deserialize(int version, byte[] serialized) throws IOException {
        if (version < WITH_TOPIC_ID) {
            return new InputState(inside.deserialize(version, serialized), "");
        }
        if (version > WITH_TOPIC_ID) {
            throw new IOException(
                    "state of a topic has version %d, newer than %d; start a newer release"
                            .formatted(version, WITH_TOPIC_ID));
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized))) {
            String topicId = in.readUTF();
            return new InputState(
                    SimpleVersionedSerialization.readVersionAndDeSerialize(
                            inside, in.readAllBytes()),
                    topicId);
        }
    }
}
