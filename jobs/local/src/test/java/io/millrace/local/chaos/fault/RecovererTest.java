package io.millrace.local.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecovererTest {

    @Test
    void refusal_deepInTheFailure_isFound() {
        Throwable failure =
                new IllegalStateException(
                        "the job failed",
                        new RuntimeException(
                                "restarts are suppressed",
                                new IllegalStateException(
                                        "what it committed is not in the log; rebuild the state"
                                                + " with: jobs/bin/millrace recover\n\tat x")));

        assertThat(Recoverer.refusalIn(failure))
                .hasValue(
                        "what it committed is not in the log; rebuild the state with:"
                                + " jobs/bin/millrace recover");
    }

    /** An operator does what the message says, and recovers from nothing else. */
    @Test
    void refusal_thatNamesAnotherRemedy_isNone() {
        assertThat(
                        Recoverer.refusalIn(
                                new IllegalStateException(
                                        "DIVERGED; stop the other holder of the key")))
                .isEmpty();
        assertThat(Recoverer.refusalIn(new IllegalStateException((String) null))).isEmpty();
    }
}
