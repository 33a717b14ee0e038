package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Fixtures;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Events of every kind get from operator to operator, in a job without generic types. */
class VaultEventSerializerTest {

    private final TypeSerializer<VaultEvent> serializer = serializer();

    private static TypeSerializer<VaultEvent> serializer() {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return TypeInformation.of(VaultEvent.class).createSerializer(config);
    }

    static List<VaultEvent> events() {
        return Fixtures.everyVaultEvent();
    }

    @Test
    void fixture_hasEveryKind() {
        Set<Class<?>> kinds = new HashSet<>();
        events().forEach(event -> kinds.add(event.getClass()));

        assertThat(kinds).isEqualTo(kindsOf(VaultEvent.class)).hasSize(events().size());
    }

    @ParameterizedTest
    @MethodSource("events")
    void event_ofAnyKind_comesBackEqual(VaultEvent event) throws Exception {
        assertThat(read(serializer, bytes(event))).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void event_copiedFromViewToView_comesBackEqual(VaultEvent event) throws Exception {
        DataOutputSerializer copied = new DataOutputSerializer(64);
        serializer.copy(new DataInputDeserializer(bytes(event)), copied);

        assertThat(read(serializer, copied.getCopyOfBuffer())).isEqualTo(event);
    }

    /** Flink ships a serializer with the job, and gives each thread its own. */
    @Test
    void serializer_shippedAndDuplicated_readsTheSame() throws Exception {
        TypeSerializer<VaultEvent> shipped = InstantiationUtil.clone(serializer).duplicate();

        assertThat(shipped).isEqualTo(serializer).isNotSameAs(serializer);
        for (VaultEvent event : events()) {
            assertThat(read(shipped, bytes(event))).isEqualTo(event);
        }
    }

    @Test
    void kind_hasItsOwnCode_whateverTheOrder() throws Exception {
        Set<Byte> codes = new HashSet<>();
        for (VaultEvent event : events()) {
            codes.add(bytes(event)[0]);
        }

        assertThat(codes).hasSize(events().size());
        assertThat(bytes(new VaultEvent.Scanned(8, 8_000, true))[0]).isEqualTo((byte) 1);
        assertThat(bytes(Fixtures.modelStatus("m", 2))[0]).isEqualTo((byte) 12);
    }

    @Test
    void kind_unknown_isAnIoException() throws Exception {
        for (int code : new int[] {0, events().size() + 1, 255}) {
            byte[] bytes = bytes(events().get(0));
            bytes[0] = (byte) code;

            assertThatThrownBy(() -> read(serializer, bytes))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("unknown kind " + code);
        }
    }

    @Test
    void serializer_asStateSerializer_refuses() {
        assertThatThrownBy(serializer::snapshotConfiguration)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("in no state");
    }

    private static Set<Class<?>> kindsOf(Class<?> type) {
        Set<Class<?>> kinds = new HashSet<>();
        if (!type.isSealed()) {
            kinds.add(type);
            return kinds;
        }
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            kinds.addAll(kindsOf(permitted));
        }
        return kinds;
    }

    private byte[] bytes(VaultEvent event) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(event, out);
        return out.getCopyOfBuffer();
    }

    private static VaultEvent read(TypeSerializer<VaultEvent> reader, byte[] bytes)
            throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        VaultEvent event = reader.deserialize(in);
        assertThat(in.available()).as("bytes left").isZero();
        return event;
    }
}
