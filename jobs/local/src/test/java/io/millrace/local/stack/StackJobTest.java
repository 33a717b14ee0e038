package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink that does not answer: one line with a remedy, where a raw TimeoutException was printed. */
class StackJobTest {

    @TempDir private Path folder;

    @Test
    void stop_flinkThatTakesCallsAndNeverAnswers_saysSoAndWhatToDo() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            StackJob job = job(silent.getLocalPort());
            for (var call :
                    List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                            job::stop, job::cancel, job::running, job::requireNotFailed)) {
                assertThatThrownBy(call)
                        .isInstanceOf(StackException.NoAnswer.class)
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
        return StackJobs.at(port, folder);
    }
}
