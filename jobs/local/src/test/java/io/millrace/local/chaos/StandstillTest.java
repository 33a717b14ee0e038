package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class StandstillTest {

    private static final Standstill IMPATIENT = new Standstill(Duration.ZERO, Duration.ofMillis(1));

    @Test
    void await_nothingMissing_returnsAtOnce() throws Exception {
        assertThat(IMPATIENT.await(() -> "")).isEmpty();
    }

    @Test
    void await_workThatMoves_isNeverGivenUp() throws Exception {
        Queue<String> left = new ArrayDeque<>(List.of("3 left", "2 left", "3 left", "1 left", ""));

        assertThat(IMPATIENT.await(left::remove)).isEmpty();
        assertThat(left).isEmpty();
    }

    @Test
    void await_workThatStandsStill_saysWhatIsMissing() throws Exception {
        Queue<String> left = new ArrayDeque<>(List.of("3 left", "2 left", "2 left", "1 left"));

        assertThat(IMPATIENT.await(left::remove)).isEqualTo("2 left");
    }

    @Test
    void await_withinTheLimit_standingStillIsBorne() throws Exception {
        Standstill patient = new Standstill(Duration.ofHours(1), Duration.ZERO);
        Queue<String> left = new ArrayDeque<>(List.of("1 left", "1 left", "1 left", ""));

        assertThat(patient.await(left::remove)).isEmpty();
    }

    @Test
    void await_nobodyKnows_fails() {
        assertThatThrownBy(
                        () ->
                                IMPATIENT.await(
                                        () -> {
                                            throw new IllegalStateException("no topics");
                                        }))
                .hasMessage("no topics");
    }
}
