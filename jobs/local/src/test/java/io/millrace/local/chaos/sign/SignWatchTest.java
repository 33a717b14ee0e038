package io.millrace.local.chaos.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignWatchTest {

    @TempDir private Path logs;

    @Test
    void stop_everySortOfSign_isThere() throws Exception {
        SignWatch watch = new SignWatch(() -> Map.of("submit.halts", 1L), logs);
        Files.writeString(logs.resolve("kafka.log"), "22:00:00.000 ERROR why\n");
        watch.refused("what it committed is not in the log");

        List<Sign> signs = watch.stop();

        assertThat(signs)
                .extracting(Sign::toString)
                .containsExactly(
                        "REFUSAL job: what it committed is not in the log",
                        "ERROR kafka: ERROR why",
                        "ALARM submit.halts: 1");
    }

    @Test
    void stop_quietStack_hasNone() throws Exception {
        SignWatch watch = new SignWatch(() -> Map.of("submit.halts", 0L), logs);

        assertThat(watch.stop()).isEmpty();
    }

    /** A JobManager that is gone shows nothing: what shows that it is, is another's to watch. */
    @Test
    void look_nobodyAnswers_isSatOut() throws Exception {
        SignWatch watch =
                new SignWatch(
                        () -> {
                            throw new IOException("503");
                        },
                        logs);
        Files.writeString(logs.resolve("kafka.log"), "22:00:00.000 ERROR why\n");
        watch.look();

        assertThat(watch.stop()).hasSize(1);
    }

    /** What could not be read may have held an error: that is no run without one. */
    @Test
    void stop_logThatCouldNotBeRead_isNoCleanRun() throws Exception {
        SignWatch watch = new SignWatch(Map::of, logs);
        Files.createDirectory(logs.resolve("kafka.log"));

        assertThatThrownBy(watch::stop).hasMessage("the logs cannot be watched");
    }
}
