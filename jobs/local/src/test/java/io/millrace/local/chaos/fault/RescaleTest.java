package io.millrace.local.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RescaleTest {

    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void stop_savepointFailsTwice_thirdCounts() throws Exception {
        assertThat(Rescale.stop(() -> savepoint(3), 0)).isEqualTo("savepoint-3");
    }

    @Test
    void stop_savepointFailsAlways_givesUp() {
        assertThatThrownBy(() -> Rescale.stop(() -> savepoint(9), 0))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("attempt 3");
    }

    @Test
    void stop_jobIsGone_isNotTriedAgain() {
        assertThatThrownBy(
                        () ->
                                Rescale.stop(
                                        () -> {
                                            attempts.incrementAndGet();
                                            throw new IllegalStateException("no job runs");
                                        },
                                        0))
                .hasMessage("no job runs");
        assertThat(attempts).hasValue(1);
    }

    private String savepoint(int firstThatWorks) throws ExecutionException {
        int attempt = attempts.incrementAndGet();
        if (attempt < firstThatWorks) {
            throw new ExecutionException("attempt " + attempt, null);
        }
        return "savepoint-" + attempt;
    }
}
