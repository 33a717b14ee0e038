package io.millrace.chain.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told while a deployment waits for its blocks. */
class FinalityWaitTest {

    private final List<String> told = new ArrayList<>();
    private final FinalityWait wait = new FinalityWait(100, told::add, 0);

    private boolean isOver(long finalBlock, long seconds) {
        return wait.isOver(finalBlock, TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void isOver_finalBlockThatMoves_toldEveryFifteenSeconds() {
        for (long second = 1; second <= 60; second++) {
            assertThat(isOver(second, second)).isFalse();
        }
        assertThat(isOver(100, 61)).isTrue();
        assertThat(told)
                .containsExactly(
                        "waits until block 100 is final",
                        "block 15 is final, 85 before block 100",
                        "block 30 is final, 70 before block 100",
                        "block 45 is final, 55 before block 100",
                        "block 60 is final, 40 before block 100");
    }

    @Test
    void isOver_finalBlockThatStands_saysWhatToLookAtUntilItMoves() {
        for (long second = 1; second < 20 * 60; second++) {
            assertThat(isOver(40, second)).isFalse();
        }
        assertThat(told).noneMatch(one -> one.contains("--chain.finality"));
        told.clear();

        assertThat(isOver(40, 21 * 60)).isFalse();
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith(
                        "block 40 is final, 60 before block 100, and has been the newest for 20")
                .contains("L1", "--chain.finality");

        told.clear();
        assertThat(isOver(41, 22 * 60)).isFalse();
        assertThat(told).containsExactly("block 41 is final, 59 before block 100");
    }
}
