package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private final Patience patience = Patience.withAll(3, 1);
    private int asked;

    @Test
    void node_thatAnswersTheLastTime_isBelieved() throws Exception {
        Deque<RpcException> failures = new ArrayDeque<>(List.of(tooFast(), unreachable()));

        assertThat(patience.of(() -> answer(failures))).isEqualTo(3);
    }

    @Test
    void node_thatNeverAnswers_lastFailureStands() {
        RpcException last = unreachable();
        Deque<RpcException> failures = new ArrayDeque<>(List.of(tooFast(), tooFast(), last));

        assertThatThrownBy(() -> patience.of(() -> answer(failures))).isSameAs(last);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void revert_isAnAnswer() {
        Deque<RpcException> failures =
                new ArrayDeque<>(
                        List.of(RpcException.refused("eth_call", 3, "execution reverted", "0x")));

        assertThatThrownBy(() -> patience.of(() -> answer(failures)))
                .isInstanceOf(RpcException.class);
        assertThat(asked).isOne();
    }

    /** A minute's ban ended recover, which had given up after half of it. */
    @Test
    void nodeThatSaysHowMuchLater_isAskedNoSooner() throws Exception {
        Deque<RpcException> failures =
                new ArrayDeque<>(List.of(RpcException.status("eth_call", "node", 429, 300)));
        long before = System.nanoTime();

        assertThat(patience.of(() -> answer(failures))).isEqualTo(2);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000);
    }

    @Test
    void otherFailure_isNotTheNodes() {
        assertThatThrownBy(
                        () ->
                                patience.of(
                                        () -> {
                                            asked++;
                                            throw new IOException("another fork");
                                        }))
                .hasMessage("another fork");
        assertThat(asked).isOne();
    }

    @Test
    void interrupted_failureStandsAtOnce() {
        Deque<RpcException> failures = new ArrayDeque<>(List.of(tooFast(), tooFast()));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> patience.of(() -> answer(failures)))
                .isInstanceOf(RpcException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(asked).isOne();
    }

    /** How often was asked, once there is no failure left. */
    private int answer(Deque<RpcException> failures) throws RpcException {
        asked++;
        RpcException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return asked;
    }

    private static RpcException tooFast() {
        return RpcException.refused("eth_call", -32099, "not so fast", null);
    }

    private static RpcException unreachable() {
        return RpcException.unreachable("eth_call", "node", new IOException("reset"));
    }
}
