package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndingTest {

    /** A SIGTERM took minutes on a busy machine: for each part that did not end, its own limit. */
    @Test
    void within_partThatNeverEnds_isLeftAfterTheLimit() {
        CountDownLatch never = new CountDownLatch(1);
        long start = System.nanoTime();
        assertThat(Ending.within(Duration.ofMillis(200), never::await)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
        never.countDown();
    }

    @Test
    void within_partThatEnds_isNotWaitedForLonger() {
        AtomicInteger ended = new AtomicInteger();
        assertThat(Ending.within(Duration.ofMinutes(1), ended::incrementAndGet)).isTrue();
        assertThat(ended).hasValue(1);
    }

    @Test
    void of_partThatFails_isNoFailure() {
        Ending.of(
                () -> {
                    throw new IllegalStateException("not in the mood");
                });
        assertThat(
                        Ending.within(
                                Duration.ofMinutes(1),
                                () -> {
                                    throw new IllegalStateException("neither");
                                }))
                .isTrue();
    }
}
