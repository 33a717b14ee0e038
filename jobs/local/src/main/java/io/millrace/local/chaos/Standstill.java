package io.millrace.local.chaos;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Waits for work to be done, for as long as it moves.
 *
 * @param limit that nothing may move
 * @param pause between looks
 */
record Standstill(Duration limit, Duration pause) {

    /**
     * Returns what {@code missing} still says once it has said the same for the limit: empty if
     * nothing is missing.
     */
    String await(Callable<String> missing) throws Exception {
        String last = "";
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            String now = missing.call();
            if (now.isEmpty()) {
                return "";
            }
            if (!now.equals(last)) {
                last = now;
                deadline = System.nanoTime() + limit.toNanos();
            } else if (System.nanoTime() > deadline) {
                return now;
            }
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
    }
}
