package io.millrace.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.act.TribunalChain.Terms;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Place;
import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is demanded, and when, so that what follows from an answer still fits into the window. */
class PatienceTest {

    private static final long HOUR = 3_600;

    @ParameterizedTest
    @CsvSource({"24, 18", "24, 30", "24, 1", "1, 1", "24, 70"})
    void secondsUntil_receiptsMissing_placesThenStatementsThenAllOthers(
            long bucketHours, long responseHours) {
        Terms terms = new Terms(responseHours * HOUR, BigInteger.ONE, bucketHours * HOUR, 4);
        Patience patience = Patience.of(terms, 0);
        Finding place = new Finding.Unsupported(1, new Place(1, 1, 1), BigInteger.ONE, "missing");

        long first = patience.secondsUntil(place);
        long statement = patience.secondsUntil(account(5, 4, false));
        long rest = patience.secondsUntil(account(5, 5, false));

        assertThat(first).isEqualTo(patience.seconds());
        assertThat(patience.secondsUntil(account(5, 4, true))).isEqualTo(first);
        assertThat(statement).isGreaterThan(first).isLessThanOrEqualTo(rest);
        assertThat(rest + 2 * responseHours * HOUR).isLessThanOrEqualTo(6 * bucketHours * HOUR);
        if (3 * responseHours <= 4 * bucketHours) {
            assertThat(statement - first)
                    .as("what is shown of places is known")
                    .isGreaterThan(responseHours * HOUR);
        }
    }

    private static Finding account(long demanded, long shown, boolean whole) {
        return new Finding.Unaccounted(
                1, BigInteger.valueOf(demanded), BigInteger.valueOf(shown), whole);
    }
}
