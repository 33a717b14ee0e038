package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackJobs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UpkeepTest {

    private final List<String> said = new ArrayList<>();

    /** A stack that does at each look as told; null is healthy. */
    private Upkeep upkeep(@Nullable StackException... looks) {
        Deque<List<StackException>> left = new ArrayDeque<>();
        Arrays.stream(looks).forEach(e -> left.add(e == null ? List.of() : List.of(e)));
        return new Upkeep(
                () -> left.size() == looks.length ? List.of("kafka") : List.of(),
                () -> {
                    for (StackException failure : left.remove()) {
                        throw failure;
                    }
                },
                said::add);
    }

    @Test
    void look_flinkThatGivesNoAnswer_isToldAndAskedAgain() throws Exception {
        StackException silence = StackJobs.silence();
        Upkeep upkeep = upkeep(silence, silence, null, null);
        for (int i = 0; i < 4; i++) {
            upkeep.look();
        }
        assertThat(said)
                .containsExactly(
                        "kafka had ended by itself and was started again",
                        silence.getMessage() + "; it is asked again",
                        silence.getMessage() + "; it is asked again",
                        "Flink answers again");
    }

    /** It ended with the broker and the chain that its own remedy needs. */
    @Test
    void look_jobThatFailed_isToldOnceWithItsReasonAndTheRestStaysUp() throws Exception {
        StackException failed =
                new StackException.JobFailed(
                        "the job failed",
                        new IllegalStateException("around it", new IOException("run recover")));
        Upkeep upkeep = upkeep(failed, failed, null, null);
        for (int i = 0; i < 4; i++) {
            upkeep.look();
        }
        assertThat(said).hasSize(3);
        assertThat(said.get(1))
                .contains("the job failed", "run recover", "millrace job start")
                .doesNotContain("around it");
        assertThat(said.get(2)).isEqualTo("the job runs again");
    }

    @Test
    void look_processThatCannotBeKeptUp_ends() {
        StackException failed = new StackException("the broker's port is taken");
        assertThatThrownBy(upkeep(failed)::look).isSameAs(failed);
    }
}
