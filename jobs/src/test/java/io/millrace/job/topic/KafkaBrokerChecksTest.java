package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

/** Managed brokers leave out settings that are not their customers'. */
class KafkaBrokerChecksTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final String LONGEST = "transaction.max.timeout.ms";
    private static final String KEPT = "transactional.id.expiration.ms";

    /** The start died of a null pointer that named nothing. */
    @Test
    void broker_reportsNothing_goesOnAndNamesWhatIsUnchecked() {
        assertThat(verify())
                .containsExactly(LONGEST + ">=3600000", KEPT + ">=604800000")
                .isEqualTo(verify(new ConfigEntry(LONGEST, null), new ConfigEntry(KEPT, null)));
        assertThat(verify(new ConfigEntry(LONGEST, "3600000")))
                .containsExactly(KEPT + ">=604800000");
        assertThat(verify(new ConfigEntry(LONGEST, "3600000"), new ConfigEntry(KEPT, "604800000")))
                .isEmpty();
    }

    @Test
    void broker_reportsOneTooSmall_refusedWithoutTheOther() {
        assertThatThrownBy(() -> verify(new ConfigEntry(LONGEST, "3599999")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broker 3 has %s=3599999".formatted(LONGEST));
        assertThatThrownBy(() -> verify(new ConfigEntry(KEPT, "604799999")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broker 3 has %s=604799999".formatted(KEPT));
    }

    /** Of a topic of one's own there is no reason why. */
    @Test
    void topic_withoutItsRetention_refusedByItsKey() {
        assertThatThrownBy(() -> KafkaBrokerChecks.verifyRetention(new Config(List.of()), HOUR))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("do not report retention.ms of topic " + Topics.REQUESTS)
                .hasMessageContaining("at least 3600000")
                .hasMessageContaining("DESCRIBE_CONFIGS");
    }

    private static List<String> verify(ConfigEntry... reported) {
        return KafkaBrokerChecks.verify(3, new Config(List.of(reported)), HOUR);
    }
}
