package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.infer.batch.BatchScheduler;
import io.millrace.testing.FakeModelEngine;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ModelPoolTest {

    private static final long NOW = 1_000_000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    private static final long LATER = NOW + 600_000;

    /** Ends of one row, as they come. */
    private static final class Ends implements Completion {
        private final List<String> ends = new CopyOnWriteArrayList<>();

        @Override
        public void answered(float[] embedding, BatchShare share) {
            ends.add("answered");
        }

        @Override
        public void expired() {
            ends.add("expired");
        }

        @Override
        public void failed(String detail) {
            ends.add("failed " + detail);
        }

        @Override
        public void broken(Throwable cause) {
            ends.add("broken " + cause.getMessage());
        }

        @Override
        public void cancelled() {
            ends.add("cancelled");
        }
    }

    private FakeModelEngine engine;
    private ModelPool.Key key;
    private final List<Ends> all = new ArrayList<>();

    @BeforeEach
    void name(TestInfo test) {
        engine = new FakeModelEngine(test.getDisplayName());
        key =
                new ModelPool.Key(
                        FakeModelEngine.MODEL.id(),
                        engine.device(),
                        3,
                        new BatchScheduler.Limits(64, 4_096, 64));
    }

    @Test
    void submit_poisonedRowAmong64_failsAlone() throws Exception {
        try (ModelPool.Lease lease = acquire()) {
            holdModel(lease);
            int before = engine.controls().calls();
            List<Ends> rows = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                rows.add(submit(lease, i == 41 ? FakeModelEngine.POISON : "row" + i, LATER));
            }
            release();
            awaitAllEnded();
            for (int i = 0; i < 64; i++) {
                assertThat(rows.get(i).ends)
                        .containsExactly(
                                i == 41
                                        ? "failed the model fails on this input: poisoned row"
                                        : "answered");
            }
            // The plug, the batch, 2 log2(64) more calls to find the row, one probe.
            assertThat(engine.controls().calls() - before).isLessThanOrEqualTo(15);
        }
    }

    @Test
    void submit_engineBreaks_everyRowIsBrokenAndNoneBlamed() throws Exception {
        try (ModelPool.Lease lease = acquire()) {
            holdModel(lease);
            for (int i = 0; i < 100; i++) {
                submit(lease, "row" + i, LATER);
            }
            engine.controls().broken = true;
            release();
            awaitAllEnded();
            submit(lease, "too late", LATER);
            assertThat(all.subList(1, all.size()))
                    .allSatisfy(row -> assertThat(row.ends).containsExactly("broken device lost"));
        }
        engine.controls().broken = false;
        try (ModelPool.Lease lease = acquire()) {
            Ends row = submit(lease, "after the restart", LATER);
            awaitAllEnded();
            assertThat(row.ends).containsExactly("answered");
        }
    }

    @Test
    void submit_deadlinePassed_expiresUnrun() throws Exception {
        try (ModelPool.Lease lease = acquire()) {
            int before = engine.controls().calls();
            Ends row = submit(lease, "late", NOW - 1);
            awaitAllEnded();
            assertThat(row.ends).containsExactly("expired");
            assertThat(engine.controls().calls()).isEqualTo(before);
        }
    }

    @Test
    void close_rowsQueued_areCancelledAndOthersRun() throws Exception {
        try (ModelPool.Lease stays = acquire()) {
            ModelPool.Lease leaves = acquire();
            holdModel(stays);
            Ends cancelled = submit(leaves, "mine", LATER);
            Ends kept = submit(stays, "yours", LATER);
            leaves.close();
            assertThat(cancelled.ends).containsExactly("cancelled");
            release();
            awaitAllEnded();
            assertThat(kept.ends).containsExactly("answered");
            assertThat(all).allSatisfy(row -> assertThat(row.ends).hasSize(1));
        }
    }

    @Test
    void acquire_twice_sharesOneModelUntilTheLastClose() throws Exception {
        ModelPool.Lease first = acquire();
        ModelPool.Lease second = acquire();
        assertThat(engine.controls().opened).hasValue(1);
        first.close();
        first.close(); // a second close gives nothing back twice
        assertThat(engine.controls().closed).hasValue(0);
        second.close();
        assertThat(engine.controls().closed).hasValue(1);
        acquire().close();
        assertThat(engine.controls().opened).hasValue(2);
        assertThat(engine.controls().closed).hasValue(2);
    }

    @Test
    void acquire_modelDoesNotWarmUp_failsAndNextTriesAnew() throws Exception {
        engine.controls().broken = true;
        assertThatThrownBy(this::acquire)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(FakeModelEngine.MODEL.id())
                .hasRootCauseMessage("device lost");
        engine.controls().broken = false;
        acquire().close();
        assertThat(engine.controls().opened).hasValue(2);
        assertThat(engine.controls().closed).hasValue(2);
    }

    /** A job whose model hung in its warm-up, or before, stayed "initializing" for ever. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void acquire_opensForTooLong_failsAndTheNextOneEndsTheProcess(boolean loading) {
        if (loading) {
            engine.controls().loads.drainPermits();
        } else {
            engine.controls().hold();
        }
        assertThatThrownBy(() -> ModelPool.acquire(key, engine, CLOCK, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(FakeModelEngine.MODEL.id())
                .hasMessageContaining(loading ? "being loaded" : "a batch of 1 rows")
                .hasMessageContaining("it may take %d ms".formatted(loading ? 10 : 1));
        assertThatThrownBy(this::acquire)
                .isInstanceOf(InternalError.class)
                .hasMessageContaining("still hangs");

        engine.controls().loads.release(1 << 20);
        release();
        await("the call returns").until(() -> engine.controls().closed.get() == 1);
        await("a process where nothing hangs any more").until(this::opens);
    }

    private boolean opens() throws Exception {
        try (ModelPool.Lease lease = acquire()) {
            return lease.queued() == 0;
        } catch (InternalError e) {
            return false; // the call has not come back yet
        }
    }

    private ModelPool.Lease acquire() throws IOException, InterruptedException {
        return ModelPool.acquire(key, engine, CLOCK, 60_000);
    }

    private Ends submit(ModelPool.Lease lease, String text, long deadline) {
        Ends ends = new Ends();
        all.add(ends);
        lease.submit(engine.tokenizer("").tokens(text), deadline, "requester", ends);
        return ends;
    }

    /** Keeps the model busy with a row of its own, so that what follows forms one queue. */
    private void holdModel(ModelPool.Lease lease) {
        engine.controls().hold();
        submit(lease, "plug", LATER);
        await().until(() -> engine.controls().permits.hasQueuedThreads());
    }

    private void release() {
        engine.controls().permits.release(1 << 20);
    }

    private void awaitAllEnded() {
        await().until(() -> all.stream().noneMatch(row -> row.ends.isEmpty()));
    }
}
