package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink that does not answer: one line with a remedy, where a raw TimeoutException was printed. */
class StackJobTest {

    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir private Path folder;

    @Test
    void stop_flinkThatTakesCallsAndNeverAnswers_saysSoAndWhatToDo() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            StackJob job = job(silent.getLocalPort());
            for (var call :
                    List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                            job::stop, job::cancel, job::running, job::requireNotFailed)) {
                assertThatThrownBy(call)
                        .isInstanceOf(StackException.class)
                        .hasNoCause()
                        .hasMessageContainingAll(
                                "Flink has not answered at http://127.0.0.1:"
                                        + silent.getLocalPort(),
                                "millrace up");
            }
        }
    }

    @Test
    void stop_nobodyAtTheAddress_saysSoAndWhatToDo() throws Exception {
        int free;
        try (ServerSocket gone = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            free = gone.getLocalPort();
        }
        assertThatThrownBy(job(free)::stop)
                .isInstanceOf(StackException.class)
                .hasNoCause()
                .hasMessageContaining("millrace up");
    }

    private StackJob job(int port) {
        StackFile stack =
                new StackFile(
                        "127.0.0.1:1",
                        "http://127.0.0.1:1",
                        1,
                        "",
                        "",
                        "",
                        0,
                        "",
                        0,
                        "http://127.0.0.1:" + port,
                        List.of(),
                        List.of(),
                        Map.of(),
                        1);
        return new StackJob(stack, folder, new StackJob.Limits(SOON, SOON));
    }
}
