package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.ManualClock;
import org.junit.jupiter.api.Test;

/** Time passes whatever the wall clock does. */
class SteadyClockTest {

    private final ManualClock wall = new ManualClock(1_000_000);
    private final SteadyClock steady = new SteadyClock(wall);

    @Test
    void millis_wallGoesOn_isTheWalls() {
        wall.advance(5);

        assertThat(steady.millis()).isEqualTo(1_000_005);
    }

    @Test
    void millis_wallFallsBackTwice_goesOnFromWhereItWas() {
        wall.advance(-900_000);
        assertThat(steady.millis()).isEqualTo(1_000_000);
        wall.advance(7);
        assertThat(steady.millis()).isEqualTo(1_000_007);
        wall.advance(-3);

        assertThat(steady.instant().toEpochMilli()).isEqualTo(1_000_007);
    }
}
