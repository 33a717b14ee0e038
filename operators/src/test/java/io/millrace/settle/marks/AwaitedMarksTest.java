package io.millrace.settle.marks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.settle.marks.MarkLog.Look;
import io.millrace.settle.marks.MarksTopic.State;
import io.millrace.settle.marks.MarksTopic.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwaitedMarksTest {

    private static final List<String> SINKS = List.of("money-0", "money-1", "epochs-0");
    private static final long BOUND_MILLIS = 1_000;
    private static final int RUNS = 2_000;

    private final AwaitedMarks marks = new AwaitedMarks(List.of("money-0"), BOUND_MILLIS, 0);

    @Test
    void update_storedAndInNoOpenTransactionAndNotVisible_isLost() {
        promise(7);
        assertThatThrownBy(() -> look(Set.of(), Map.of(mark(7), 12L), 13, 1))
                .as("charges that no one can ever read")
                .isInstanceOf(LostMarkException.class)
                .hasMessageContaining("checkpoint 7 is complete")
                .hasMessageContaining("sink money-0")
                .hasMessageContaining("millrace recover");
    }

    /** A job whose committer waits for a broker must not end for it. */
    @Test
    void update_storedInAnOpenTransaction_waitsHoweverLong() {
        promise(7);
        assertThatCode(() -> look(Set.of(), Map.of(mark(7), 12L), 12, BOUND_MILLIS * 100))
                .doesNotThrowAnyException();
        assertThat(marks.awaited()).containsExactly(mark(7));
    }

    @Test
    void update_notStoredAtAll_isLostOnceItIsTooOldToCome() throws Exception {
        promise(7);
        look(Set.of(), Map.of(), 20, BOUND_MILLIS);
        assertThatThrownBy(() -> look(Set.of(), Map.of(), 20, BOUND_MILLIS + 1))
                .isInstanceOf(LostMarkException.class)
                .hasMessageContaining("not in the log");
    }

    @Test
    void update_notStoredButALaterOneIsThere_mayHaveBeenCompacted() throws Exception {
        promise(7);
        promise(8);
        look(Set.of(mark(8)), Map.of(), 20, BOUND_MILLIS * 2);
        assertThat(marks.awaited()).isEmpty();
        assertThat(marks.takeUnproven()).containsExactly(mark(7));
        assertThat(marks.takeUnproven()).isEmpty();
    }

    /** Its records travel with the next: they are as much lost as that one's would be. */
    @Test
    void update_lostMarkOfAFailedCheckpoint_isLostWithTheNextThatCompletes() throws Exception {
        marks.sent(7);
        look(Set.of(), Map.of(mark(7), 3L), 4, 1);
        promise(8);
        assertThatThrownBy(() -> look(Set.of(mark(8)), Map.of(mark(7), 3L), 6, 2))
                .isInstanceOf(LostMarkException.class)
                .hasMessageContaining("checkpoint 7 ");
    }

    @Test
    void update_visibleBeforeTheNoticeOfItsCheckpoint_isNotAwaitedAfterIt() throws Exception {
        marks.sent(7);
        look(Set.of(mark(7)), Map.of(), 4, 1);
        marks.completed(7, 2);
        assertThat(marks.awaited()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void update_anyOrderOfEvents_endsTheJobWhereSomethingIsLostAndOnlyThere(boolean lossy) {
        int caught = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            caught += new World(new Random(seed), lossy).live("seed " + seed) ? 1 : 0;
        }
        assertThat(caught > RUNS / 10).as("%d of %d runs ended", caught, RUNS).isEqualTo(lossy);
    }

    private void promise(long checkpoint) {
        marks.sent(checkpoint);
        marks.completed(checkpoint, 0);
    }

    private void look(Set<SinkMark> visible, Map<SinkMark, Long> written, long end, long nowMillis)
            throws LostMarkException {
        marks.update(new Look(visible, written, end), Set.copyOf(marks.awaited()), nowMillis);
    }

    private static SinkMark mark(long checkpoint) {
        return new SinkMark("money-0", checkpoint);
    }

    /** Sinks that commit late, checkpoints that fail, compaction, and brokers that abort. */
    private static final class World {

        private final Random random;
        private final boolean lossy;
        private final MarksTopic topic = new MarksTopic();
        private final AwaitedMarks marks = new AwaitedMarks(SINKS, BOUND_MILLIS, 0);
        private final List<Sink> sinks = SINKS.stream().map(Sink::new).toList();
        private final Deque<Long> unheard = new ArrayDeque<>();
        private final Set<SinkMark> lost = new HashSet<>();
        private final List<SinkMark> unproven = new ArrayList<>();
        private long checkpoint;
        private long nowMillis;

        World(Random random, boolean lossy) {
            this.random = random;
            this.lossy = lossy;
        }

        /** One subtask: the transaction it writes in, those prepared, those to be committed. */
        private static final class Sink {
            final String name;
            final Deque<Prepared> prepared = new ArrayDeque<>();
            final Deque<Prepared> committing = new ArrayDeque<>();
            Prepared current = new Prepared(new Transaction(), new ArrayList<>());

            Sink(String name) {
                this.name = name;
            }
        }

        private record Prepared(Transaction transaction, List<SinkMark> marks) {}

        /** Whether a loss has ended it. */
        boolean live(String seed) {
            for (int step = 0; step < 60; step++) {
                nowMillis += random.nextInt(400);
                if (step(seed)) {
                    return true;
                }
            }
            return end(seed);
        }

        private boolean step(String seed) {
            switch (random.nextInt(5)) {
                case 0 -> checkpoint();
                case 1 -> commit(sinks.get(random.nextInt(sinks.size())));
                case 2 -> hear();
                case 3 -> topic.compact();
                default -> {
                    return look(seed);
                }
            }
            return false;
        }

        private boolean end(String seed) {
            sinks.forEach(
                    sink -> {
                        while (!sink.committing.isEmpty()) {
                            commit(sink);
                        }
                    });
            while (!unheard.isEmpty()) {
                hear();
            }
            nowMillis += 1;
            if (look(seed)) {
                return true;
            }
            nowMillis += 2 * BOUND_MILLIS;
            if (look(seed)) {
                return true;
            }
            assertThat(marks.awaited()).as(seed).isEmpty();
            assertThat(unproven).as("losses that nobody was told of, %s", seed).containsAll(lost);
            return false;
        }

        private void checkpoint() {
            checkpoint++;
            marks.sent(checkpoint);
            boolean completes = random.nextInt(4) > 0;
            for (Sink sink : sinks) {
                SinkMark mark = new SinkMark(sink.name, checkpoint);
                topic.append(mark, sink.current.transaction());
                sink.current.marks().add(mark);
                if (completes || random.nextBoolean()) { // the barrier of a failed one may not come
                    sink.prepared.add(sink.current);
                    sink.current = new Prepared(new Transaction(), new ArrayList<>());
                }
                if (completes) {
                    sink.committing.addAll(sink.prepared);
                    sink.prepared.clear();
                }
            }
            if (completes) {
                unheard.add(checkpoint);
            }
        }

        private void commit(Sink sink) {
            Prepared prepared = sink.committing.poll();
            if (prepared == null) {
                return;
            }
            boolean aborted = lossy && random.nextInt(20) == 0;
            if (aborted) {
                lost.addAll(prepared.marks());
            }
            topic.end(prepared.transaction(), aborted ? State.ABORTED : State.COMMITTED);
        }

        private void hear() {
            Long completed = unheard.poll();
            if (completed != null) {
                marks.completed(completed, nowMillis);
            }
        }

        private boolean look(String seed) {
            Set<SinkMark> awaited = Set.copyOf(marks.awaited());
            long from = marks.from();
            long askedMillis = nowMillis;
            long end = topic.stableEnd();
            Set<SinkMark> visible = topic.readVisible(end);
            int meanwhile = random.nextInt(3);
            if (meanwhile == 1) {
                topic.compact();
            } else if (meanwhile == 2) {
                commit(sinks.get(0));
            }
            LostMarkException told =
                    told(topic.look(visible, awaited, from, end), awaited, askedMillis);
            unproven.addAll(marks.takeUnproven());
            if (told == null) {
                return false;
            }
            String said = String.valueOf(told.getMessage());
            assertThat(lost)
                    .as("false alarm: %s, %s", said, seed)
                    .anyMatch(
                            mark ->
                                    said.startsWith(
                                            "checkpoint %d is complete, but what sink %s was"
                                                    .formatted(mark.checkpoint(), mark.sink())));
            return true;
        }

        private @Nullable LostMarkException told(
                Look look, Set<SinkMark> awaited, long askedMillis) {
            try {
                marks.update(look, awaited, askedMillis);
                return null;
            } catch (LostMarkException e) {
                return e;
            }
        }
    }
}
