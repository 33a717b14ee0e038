package io.millrace.chain.rpc;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * When something that wants to be left alone wants to be asked again, as it says in its header (RFC
 * 9110, 10.2.3): so many seconds, or a date, which is held against its own clock. It is believed up
 * to {@value #MAX_MILLIS} ms: a limit of a day is for a person to look at.
 */
final class RetryAfter {

    private static final String HEADER = "Retry-After";
    private static final long MAX_MILLIS = 60_000;

    private RetryAfter() {}

    /** From now, 0 if it does not say. */
    static long millis(HttpHeaders headers) {
        String value = headers.firstValue(HEADER).map(String::trim).orElse("");
        if (value.matches("\\d{1,9}")) {
            return bounded(Duration.ofSeconds(Long.parseLong(value)));
        }
        Optional<Instant> now = headers.firstValue("Date").flatMap(RetryAfter::date);
        Optional<Instant> then = date(value);
        return now.isEmpty() || then.isEmpty()
                ? 0
                : bounded(Duration.between(now.get(), then.get()));
    }

    private static long bounded(Duration wait) {
        return Math.max(0, Math.min(MAX_MILLIS, wait.toMillis()));
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
