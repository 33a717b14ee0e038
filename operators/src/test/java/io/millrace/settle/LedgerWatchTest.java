package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.settle.LedgerTail.Ends;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LedgerWatchTest {

    private static final Map<String, Ends> HIDDEN = Map.of("charges-0", new Ends(10, 14));

    private final Deque<CompletableFuture<Map<String, Ends>>> answers = new ArrayDeque<>();
    private final LedgerWatch watch = new LedgerWatch(answers::removeFirst);

    @Test
    void completed_nothingAskedYet_nothingIsHidden() {
        assertThat(watch.hiddenMillis(1_000)).isZero();
    }

    @Test
    void completed_sameEndHidesRecordsAgainAndAgain_growsFromTheFirstLook() {
        for (int checkpoint = 1; checkpoint <= 4; checkpoint++) {
            answers.add(CompletableFuture.completedFuture(HIDDEN));
            watch.completed(checkpoint * 1_000L);
        }

        assertThat(watch.hiddenMillis(9_000)).isEqualTo(8_000);
    }

    /** A broker that does not answer neither holds up the task nor clears the alarm. */
    @Test
    void completed_lookUnansweredOrFailed_keepsWhatIsKnownAndLooksAgain() {
        answers.add(CompletableFuture.completedFuture(HIDDEN));
        watch.completed(1_000);
        CompletableFuture<Map<String, Ends>> slow = new CompletableFuture<>();
        answers.add(slow);
        watch.completed(2_000);
        watch.completed(3_000); // asks for nothing meanwhile
        slow.completeExceptionally(new IOException("no broker"));
        answers.add(CompletableFuture.completedFuture(Map.of()));
        watch.completed(4_000);
        assertThat(watch.hiddenMillis(5_000)).isEqualTo(4_000);

        answers.add(new CompletableFuture<>());
        watch.completed(5_000);
        assertThat(watch.hiddenMillis(6_000)).as("visible again").isZero();
    }
}
