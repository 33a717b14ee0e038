package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Asked again sooner, a limiter may begin to count anew, and never answer. */
class RetryAfterTest {

    private static final String NOW = "Tue, 03 Jun 2008 11:05:30 GMT";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    7                             | 7000
                    0                             | 0
                    86400                         | 60000
                    soon                          | 0
                    -5                            | 0
                    Tue, 03 Jun 2008 11:05:41 GMT | 11000
                    Tue, 03 Jun 2008 11:05:01 GMT | 0
                    Wed, 04 Jun 2008 11:05:30 GMT | 60000
                    """)
    void millis_ofAnyForm_areBounded(String later, long millis) {
        Map<String, List<String>> headers =
                Map.of("Retry-After", List.of(later), "Date", List.of(NOW));

        assertThat(RetryAfter.millis(HttpHeaders.of(headers, (name, value) -> true)))
                .isEqualTo(millis);
    }

    @Test
    void millis_ofNoHeader_areNone() {
        assertThat(RetryAfter.millis(HttpHeaders.of(Map.of(), (name, value) -> true))).isZero();
    }
}
