package io.millrace.chain;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * What Flink is told of {@link VaultEvent}, a sealed interface, which it would otherwise leave to
 * Kryo. No key, and no fields that Flink could name.
 */
final class VaultEventTypeInfo extends TypeInformation<VaultEvent> {

    private static final long serialVersionUID = 1L;

    /** Called by Flink wherever the type occurs. */
    public static final class Factory extends TypeInfoFactory<VaultEvent> {

        @Override
        public TypeInformation<VaultEvent> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> parameters) {
            return new VaultEventTypeInfo();
        }
    }

    @Override
    public TypeSerializer<VaultEvent> createSerializer(SerializerConfig config) {
        return new VaultEventSerializer(config);
    }

    @Override
    public Class<VaultEvent> getTypeClass() {
        return VaultEvent.class;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof VaultEventTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VaultEventTypeInfo;
    }

    @Override
    public int hashCode() {
        return VaultEventTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "VaultEvent";
    }
}
