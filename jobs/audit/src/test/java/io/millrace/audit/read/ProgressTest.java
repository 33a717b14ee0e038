package io.millrace.audit.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final List<String> lines = new ArrayList<>();
    private long nanos;
    private final Progress progress = new Progress(lines::add, () -> nanos);

    @Test
    void progress_longStage_rateAndRemainingTime() {
        progress.stage("reading charges", 10_000);
        nanos += 6_000_000_000L;
        progress.step(3_000);
        nanos += 1_000_000_000L;
        progress.step(1);
        nanos += 13_000_000_000L;
        progress.step(6_999);
        progress.end();

        assertThat(lines)
                .containsExactly(
                        "reading charges: 3,000 of 10,000 (30 %), 500 a second, 14 s left",
                        "reading charges: 10,000 of 10,000 (100 %), 500 a second, 0 s left",
                        "reading charges: 10,000 in 20 s, 500 a second");
    }

    @Test
    void progress_stageThatKnowsItsPlace_rateAndTimeOfThat() {
        progress.stage("reading charges, offsets", 1_000);
        nanos += 6_000_000_000L;
        progress.reached(300);
        nanos += 14_000_000_000L;
        progress.reached(1_000);

        assertThat(lines)
                .containsExactly(
                        "reading charges, offsets: 300 of 1,000 (30 %), 50 a second, 14 s left",
                        "reading charges, offsets: 1,000 of 1,000 (100 %), 50 a second, 0 s left");
    }

    @Test
    void progress_shortStage_silent() {
        progress.stage("reading charges", 10);
        nanos += 4_000_000_000L;
        progress.step(10);
        progress.end();

        assertThat(lines).isEmpty();
    }

    @Test
    void progress_manySmallSteps_clockLookedAtNowAndThen() {
        progress.stage("reading charges", 1_000);
        nanos += 10_000_000_000L;
        for (int i = 0; i < 512; i++) {
            progress.advance(1);
        }

        assertThat(lines)
                .containsExactly("reading charges: 256 of 1,000 (25 %), 26 a second, 28 s left");
    }
}
