package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.CheckpointConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** A transaction that the broker may abort before its checkpoint completes loses charges. */
class TransactionAgeTest {

    @Test
    void age_twoCheckpointsAndTheirPause_mustFit() {
        Configuration settings = every(30, 300);
        assertThat(TransactionAge.longest(checkpoints(settings)))
                .isEqualTo(Duration.ofSeconds(300 + 30 + 300 + 60));
        accepted(690, settings);
        refused(689, settings, "690 s");
    }

    @Test
    void age_flinksOwnTimeOut_isRefusedWithTheDefault() {
        Configuration settings = new Configuration();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(30));
        refused(900, settings, "execution.checkpointing.timeout 600 s");
    }

    @Test
    void age_eachToleratedFailure_addsAWholeCheckpoint() {
        Configuration settings = every(3, 60);
        settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3);
        accepted(5 * 60 + 4 * 3 + 60, settings);
        refused(5 * 60 + 4 * 3 + 59, settings, "3 tolerated failures");
    }

    @Test
    void age_pauseLongerThanTheInterval_counts() {
        Configuration settings = every(1, 60);
        settings.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofSeconds(100));
        accepted(60 + 100 + 60 + 60, settings);
        refused(60 + 100 + 60 + 59, settings, "280 s");
    }

    @Test
    void age_checkpointsSideBySide_areRefused() {
        Configuration settings = every(30, 60);
        settings.set(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS, 2);
        refused(900, settings, "max-concurrent-checkpoints to 1");
    }

    @Test
    void age_ofTheManifests_fitsTheDefault() throws IOException {
        Path manifest = Path.of("..").resolve("k8s/base/flink-deployment.yaml");
        Configuration settings = new Configuration();
        Pattern.compile(
                        "(?m)^ +(execution\\.checkpointing\\.(?:interval|min-pause|timeout)):"
                                + " (\\w+)")
                .matcher(Files.readString(manifest))
                .results()
                .forEach(line -> settings.setString(line.group(1), line.group(2)));
        assertThat(settings.keySet()).hasSize(3);
        accepted((int) JobOptions.KAFKA_TRANSACTION_TIMEOUT.defaultValue().toSeconds(), settings);
    }

    private static void accepted(int timeoutSeconds, Configuration settings) {
        assertThatCode(() -> require(timeoutSeconds, settings)).doesNotThrowAnyException();
    }

    private static void refused(int timeoutSeconds, Configuration settings, String saying) {
        assertThatThrownBy(() -> require(timeoutSeconds, settings))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(saying);
    }

    private static void require(int timeoutSeconds, Configuration settings) {
        TransactionAge.requireWithin(Duration.ofSeconds(timeoutSeconds), checkpoints(settings));
    }

    private static Configuration every(int intervalSeconds, int timeoutSeconds) {
        Configuration settings = new Configuration();
        settings.set(
                CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(intervalSeconds));
        settings.set(
                CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(timeoutSeconds));
        return settings;
    }

    private static CheckpointConfig checkpoints(Configuration settings) {
        return new StreamExecutionEnvironment(settings).getCheckpointConfig();
    }
}
