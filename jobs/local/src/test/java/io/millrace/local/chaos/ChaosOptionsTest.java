package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.chaos.fault.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChaosOptionsTest {

    private static final List<FaultKind> REORG = List.of(FaultKind.REORG);

    @Test
    void options_kinds_areCopied() {
        List<FaultKind> kinds = new ArrayList<>(REORG);
        ChaosOptions options = options(kinds, Duration.ofMinutes(1), 1, 2, 1, 1);
        kinds.clear();

        assertThat(options.kinds()).isEqualTo(REORG);
    }

    @Test
    void options_withoutKinds_saysWhatToLeaveOut() {
        assertThatThrownBy(() -> options(List.of(), Duration.ofMinutes(1), 1, 2, 1, 1))
                .hasMessageContaining("leave --faults out");
    }

    @Test
    void options_negativeTime_refused() {
        assertThatThrownBy(() -> options(REORG, Duration.ofMinutes(-3), 1, 2, 1, 1))
                .hasMessageContaining("-3 minutes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;2;1;1;1 to 2147483647 faults at most, not 0",
                "1;1;1;1;2 to 8 TaskManagers, not 1",
                "1;9;1;1;2 to 8 TaskManagers, not 9",
                "1;2;0;1;1 to 1000 requesters, not 0",
                "1;2;1001;1;1 to 1000 requesters, not 1001",
                "1;2;1;0;1 to 1000 requests a second, not 0",
                "1;2;1;1001;1 to 1000 requests a second, not 1001"
            })
    void options_outsideOfWhatAStackCanDo_sayWhatItCan(
            int maxFaults, int taskManagers, int requesters, int perSecond, String message) {
        assertThatThrownBy(
                        () ->
                                options(
                                        REORG,
                                        Duration.ofMinutes(1),
                                        maxFaults,
                                        taskManagers,
                                        requesters,
                                        perSecond))
                .hasMessageContaining(message);
    }

    private static ChaosOptions options(
            List<FaultKind> kinds,
            Duration duration,
            int maxFaults,
            int taskManagers,
            int requesters,
            int perSecond) {
        return new ChaosOptions(
                1,
                duration,
                kinds,
                maxFaults,
                taskManagers,
                requesters,
                perSecond,
                Duration.ofMinutes(1));
    }
}
