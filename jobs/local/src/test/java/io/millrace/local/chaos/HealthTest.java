package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.StackException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static final long NOW = 1_000_000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeVitals vitals = new FakeVitals();

    @Test
    void await_allWorks_returns() throws Exception {
        patient().await("the start");
    }

    @Test
    void await_processesThatEndedByThemselves_areCounted() throws Exception {
        vitals.ended.addAll(List.of(2, 0, 1));
        Health health = patient();

        health.await("the start");
        health.restartEnded();

        assertThat(vitals.ended).isEmpty();
        assertThat(health.restarted()).isEqualTo(3);
    }

    @Test
    void await_brokenThenWell_isWaitedOut() throws Exception {
        vitals.overviews.add("");
        vitals.overviews.add(overview());
        vitals.overviews.add(overview(job("RESTARTING", 0)));
        vitals.overviews.add(overview(job("RUNNING", 4)));

        patient().await("kill-jobmanager of jobmanager");

        assertThat(vitals.overviews).isEmpty();
    }

    @Test
    void await_jobsThatHaveEnded_areNotLookedAt() throws Exception {
        vitals.overview = overview(job("FINISHED", 0), job("CANCELED", 0), job("RUNNING", 5));

        patient().await("rescale");
    }

    @Test
    void await_neverWell_saysAfterWhatAndWhatIsMissing() {
        vitals.overview = overview(job("RUNNING", 4));

        assertThatThrownBy(() -> impatient().await("kill-broker of broker"))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("after kill-broker of broker")
                .hasMessageContaining("the job is RUNNING with tasks {\"running\":4,\"total\":5}");
    }

    @Test
    void await_noJob_saysSo() {
        vitals.overview = overview(job("FINISHED", 0));

        assertThatThrownBy(() -> impatient().await("x")).hasMessageContaining("no job runs");
    }

    @Test
    void await_checkpointsFromBeforeOnly_isNotWell() {
        vitals.checkpointMillis = NOW - 1;

        assertThatThrownBy(() -> impatient().await("x"))
                .hasMessageContaining("no checkpoint completes");
    }

    @Test
    void await_chargesStandStill_isNotWell() {
        vitals.chargesPerLook = 0;

        assertThatThrownBy(() -> impatient().await("x"))
                .hasMessageContaining("no charge becomes visible");
    }

    @Test
    void await_blocksDoNotBecomeFinal_isNotWell() {
        vitals.blocksPerLook = 0;

        assertThatThrownBy(() -> impatient().await("x"))
                .hasMessageContaining("no block becomes final");
    }

    @Test
    void await_nobodyAnswers_saysWhoDidNot() {
        vitals.overview = "";

        assertThatThrownBy(() -> impatient().await("x"))
                .hasMessageContaining("/jobs/overview answers nothing");
    }

    @Test
    void await_jobFailedForGood_isNotWaitedFor() {
        vitals.overview = overview(job("FAILED", 0));

        assertThatThrownBy(() -> patient().await("x")).hasMessage("the job has failed: why");
    }

    @Test
    void await_jobStartedAfterAFailedOne_isWhatCounts() throws Exception {
        vitals.overview = overview(job("FAILED", 0), job("RUNNING", 5));

        patient().await("older-savepoint");
    }

    private Health patient() {
        return new Health(vitals, CLOCK, HOUR, Duration.ZERO);
    }

    /** Looks a few times at least: its limit is over at once, but is asked for last. */
    private Health impatient() {
        return new Health(vitals, CLOCK, Duration.ofMillis(50), Duration.ofMillis(1));
    }

    private static String overview(String... jobs) {
        return "{\"jobs\":[" + String.join(",", jobs) + "]}";
    }

    private static String job(String state, int running) {
        return "{\"jid\":\"7a\",\"state\":\"%s\",\"tasks\":{\"running\":%d,\"total\":5}}"
                .formatted(state, running);
    }

    /** A stack that works, unless told otherwise. */
    private static final class FakeVitals implements Vitals {

        private static final ObjectMapper MAPPER = new ObjectMapper();

        private final Queue<Integer> ended = new ArrayDeque<>();
        private final Queue<String> overviews = new ArrayDeque<>();
        private String overview = overview(job("RUNNING", 5));
        private long checkpointMillis = NOW;
        private int chargesPerLook = 1;
        private int blocksPerLook = 1;
        private long charges;
        private long blocks;

        @Override
        public int restartEnded() {
            Integer count = ended.poll();
            return count == null ? 0 : count;
        }

        @Override
        public JsonNode flink(String path) throws IOException {
            if (path.equals("/jobs/7a/checkpoints")) {
                return MAPPER.readTree(
                        "{\"latest\":{\"completed\":{\"trigger_timestamp\":%d}}}"
                                .formatted(checkpointMillis));
            }
            assertThat(path).isEqualTo("/jobs/overview");
            String next = overviews.poll();
            String answer = next == null ? overview : next;
            if (answer.isEmpty()) {
                throw new IOException(path + " answers nothing");
            }
            return MAPPER.readTree(answer);
        }

        @Override
        public void requireNotFailed() {
            throw new StackException("the job has failed: why");
        }

        @Override
        public long charges() {
            return charges += chargesPerLook;
        }

        @Override
        public long finalBlock() {
            return blocks += blocksPerLook;
        }
    }
}
