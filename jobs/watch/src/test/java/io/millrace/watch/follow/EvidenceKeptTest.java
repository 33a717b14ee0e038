package io.millrace.watch.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.act.TribunalChain.Terms;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EvidenceKeptTest {

    private static final Terms LARGE = new Terms(64_800, BigInteger.ONE, 108_000, 4);
    private static final long NEEDED = Duration.ofHours(7 * 30 + 18 + 24).toMillis();

    @Test
    void problem_keptUntilNobodyMayAsk_isNone() {
        assertThat(EvidenceKept.problem(NEEDED, LARGE)).isEmpty();
        assertThat(EvidenceKept.problem(-1, LARGE)).as("kept for ever").isEmpty();
    }

    @Test
    void problem_keptTooShort_namesBothNumbersAndTheRemedy() {
        assertThat(EvidenceKept.problem(NEEDED - 1, LARGE))
                .contains("inference.evidence has retention.ms=" + (NEEDED - 1))
                .contains("BUCKET of 108000 s")
                .contains("RESPONSE of 64800 s")
                .endsWith("set it to at least " + NEEDED);
        assertThat(EvidenceKept.problem(0, LARGE)).isNotEmpty();
    }
}
