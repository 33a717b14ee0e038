package io.millrace.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GapRuleTest {

    private static final TopicPartition PARTITION = new TopicPartition("inference.requests", 3);
    private static final String REMEDY = "start with PARTITION:FIRST";
    private static final Bounds HELD = new Bounds(10, 20);

    private final GapRule strict = new GapRule(REMEDY, Map.of());

    @ParameterizedTest
    @ValueSource(longs = {10, 15, 20})
    void start_offsetIsThere_isTaken(long wanted) {
        assertThat(strict.start(PARTITION, wanted, HELD)).isEqualTo(wanted);
    }

    /** A state that says "beginning" would else skip what ages out before the first record. */
    @Test
    void start_atTheBeginning_isFixed() {
        assertThat(strict.start(PARTITION, KafkaPartitionSplit.EARLIEST_OFFSET, HELD))
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 21})
    void start_agedOutOrCutOff_isRefusedNamingAll(long wanted) {
        assertThatThrownBy(() -> strict.start(PARTITION, wanted, HELD))
                .isInstanceOf(InputGapException.class)
                .hasMessageContaining("topic inference.requests partition 3")
                .hasMessageContaining("from offset " + wanted)
                .hasMessageContaining("offsets 10 to 20")
                .hasMessageEndingWith("start with inference.requests-3:10");
    }

    @Test
    void start_acceptedUpToThere_goesOnBehindTheGapAndNoFurther() {
        GapRule accepting = new GapRule(REMEDY, Map.of(PARTITION, 10L));
        assertThat(accepting.start(PARTITION, 4, HELD)).isEqualTo(10);
        assertThatThrownBy(() -> accepting.start(PARTITION, 4, new Bounds(11, 20)))
                .as("a later gap that nobody has seen")
                .isInstanceOf(InputGapException.class);
        assertThatThrownBy(() -> accepting.start(PARTITION, 21, HELD))
                .as("records that were cut off")
                .isInstanceOf(InputGapException.class);
    }
}
