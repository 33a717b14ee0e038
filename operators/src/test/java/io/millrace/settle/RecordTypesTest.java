package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.CutPosition;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job runs with {@code pipeline.generic-types=false}: a record that needs Kryo fails it. */
class RecordTypesTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                ShardRoot.class,
                CutReceipt.class,
                Receipt.class,
                EpochAssignment.class,
                PendingRequester.class,
                ChargeKey.class,
                RunningCut.State.class,
                ReceiptFunction.Place.class,
                ReceiptFunction.Begun.class,
                EpochSealer.Head.class,
                CheckpointMark.class,
                SealedPart.class,
                CutPosition.class,
                EpochHeader.class,
                SlotWords.class
            })
    void record_thatFlowsOrIsStored_needsNoGenericType(Class<?> type) {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);

        TypeInformation<?> info = TypeInformation.of(type);

        assertThat(info).isInstanceOf(PojoTypeInfo.class);
        assertThat(info.createSerializer(config)).isNotNull();
    }
}
