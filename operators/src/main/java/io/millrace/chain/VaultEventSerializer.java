package io.millrace.chain;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Carries {@link VaultEvent}s from one operator of a running job to the next: a byte for the kind,
 * then the record as Flink writes it. Has no version, as nothing of it outlives the job; it refuses
 * to be stored.
 */
final class VaultEventSerializer extends TypeSerializer<VaultEvent> {

    private static final long serialVersionUID = 1L;

    private static final Map<Class<? extends VaultEvent>, Integer> CODES =
            Map.ofEntries(
                    Map.entry(VaultEvent.Scanned.class, 1),
                    Map.entry(VaultEvent.SpendingAccountOpened.class, 2),
                    Map.entry(VaultEvent.EarningAccountOpened.class, 3),
                    Map.entry(VaultEvent.Deposited.class, 4),
                    Map.entry(VaultEvent.WithdrawalRequested.class, 5),
                    Map.entry(VaultEvent.WithdrawalReleased.class, 6),
                    Map.entry(VaultEvent.ReleaseSkipped.class, 7),
                    Map.entry(VaultEvent.Escaped.class, 8),
                    Map.entry(VaultEvent.EpochSettled.class, 9),
                    Map.entry(VaultEvent.ModelRegistered.class, 10),
                    Map.entry(VaultEvent.ModelPriced.class, 11),
                    Map.entry(VaultEvent.ModelStatusChanged.class, 12),
                    Map.entry(VaultEvent.WithdrawalCancelled.class, 13));

    private final Map<Integer, TypeSerializer<VaultEvent>> byCode;

    VaultEventSerializer(SerializerConfig config) {
        byCode = new HashMap<>();
        CODES.forEach((kind, code) -> byCode.put(code, ofKind(kind, config)));
    }

    private VaultEventSerializer(Map<Integer, TypeSerializer<VaultEvent>> byCode) {
        this.byCode = byCode;
    }

    /** Only ever given events of its kind. */
    @SuppressWarnings("unchecked")
    private static TypeSerializer<VaultEvent> ofKind(
            Class<? extends VaultEvent> kind, SerializerConfig config) {
        return (TypeSerializer<VaultEvent>) TypeInformation.of(kind).createSerializer(config);
    }

    @Override
    public void serialize(VaultEvent event, DataOutputView target) throws IOException {
        Integer code = CODES.get(event.getClass());
        if (code == null) {
            throw new IOException(
                    event.getClass() + " has no code in VaultEventSerializer, add it");
        }
        target.writeByte(code);
        byCode(code).serialize(event, target);
    }

    @Override
    public VaultEvent deserialize(DataInputView source) throws IOException {
        return byCode(source.readUnsignedByte()).deserialize(source);
    }

    @Override
    public VaultEvent deserialize(VaultEvent reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    private TypeSerializer<VaultEvent> byCode(int code) throws IOException {
        TypeSerializer<VaultEvent> serializer = byCode.get(code);
        if (serializer == null) {
            throw new IOException(
                    "vault event of the unknown kind "
                            + code
                            + "; all processes of a job must be of one release");
        }
        return serializer;
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public VaultEvent copy(VaultEvent from) {
        return from;
    }

    @Override
    public VaultEvent copy(VaultEvent from, VaultEvent reuse) {
        return from;
    }

    /** The records' serializers keep buffers, so each thread needs its own. */
    @Override
    public TypeSerializer<VaultEvent> duplicate() {
        Map<Integer, TypeSerializer<VaultEvent>> duplicates = new HashMap<>();
        byCode.forEach((code, serializer) -> duplicates.put(code, serializer.duplicate()));
        return new VaultEventSerializer(duplicates);
    }

    @Override
    public @Nullable VaultEvent createInstance() {
        return null; // there is no event to reuse
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VaultEventSerializer that && byCode.equals(that.byCode);
    }

    @Override
    public int hashCode() {
        return byCode.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<VaultEvent> snapshotConfiguration() {
        throw new UnsupportedOperationException(
                "vault events are in no state; store a record made of them");
    }
}
