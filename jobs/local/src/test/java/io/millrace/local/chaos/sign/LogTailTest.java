package io.millrace.local.chaos.sign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTailTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22:59:02.366 ERROR [flink-rest-server-netty-worker-thread-1] Handler - Unhandled.",
                "[2026-11-28 22:59:02,366] ERROR Error while loading (kafka.log.LogManager)",
                "2026-11-28T22:59:02.366Z ERROR rpc: no",
                "22:59:02.366 FATAL [main] Kafka - gone"
            })
    void line_ofAnErrorByItsLevel_isOne(String line) {
        assertThat(LogTail.isError(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22:59:02.366 WARN  [main] Task - switched to FAILED with ERROR",
                "22:59:02.366 INFO  [main] Checks - 0 ERROR lines",
                "22:59:02.366 ERRORS [main] x",
                "java.lang.Exception: ERROR",
                "ERROR without a time",
                "\tat io.millrace.ERROR.main(Error.java:1)",
                ""
            })
    void line_thatOnlyNamesOne_isNone(String line) {
        assertThat(LogTail.isError(line)).isFalse();
    }

    @Test
    void errors_whatHasComeSince_onceAndWithoutItsTime() throws IOException {
        LogTail tail = new LogTail(folder);
        write("kafka.log", "22:00:00.000 INFO  a\n22:00:01.000 ERROR b\n");
        write("zookeeper.log", "22:00:01.000 ERROR c\n");

        assertThat(tail.errors())
                .containsExactlyInAnyOrder(
                        new LogTail.Line("kafka", "ERROR b"),
                        new LogTail.Line("zookeeper", "ERROR c"));
        assertThat(tail.errors()).isEmpty();

        write("kafka.log", "22:00:02.000 ERROR d\n");
        assertThat(tail.errors()).containsExactly(new LogTail.Line("kafka", "ERROR d"));
    }

    @Test
    void errors_lineThatIsNotWhole_waitsForItsEnd() throws IOException {
        LogTail tail = new LogTail(folder);
        write("kafka.log", "22:00:01.000 ERR");
        assertThat(tail.errors()).isEmpty();

        write("kafka.log", "OR whole\n");
        assertThat(tail.errors()).containsExactly(new LogTail.Line("kafka", "ERROR whole"));
    }

    @Test
    void errors_beforeThereIsAFolder_areNone() throws IOException {
        assertThat(new LogTail(folder.resolve("none")).errors()).isEmpty();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(
                folder.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
