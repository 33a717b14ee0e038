package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Ranges grow while they are cheap, and shrink as the node wants. */
class RangeSizeTest {

    private final RangeSize size = new RangeSize();

    @Test
    void size_fewLogs_growsTenfoldAtMostAndIsBounded() {
        assertThat(size.blocks()).isEqualTo(500);
        size.fitted(500, 0);
        assertThat(size.blocks()).isEqualTo(5_000);
        size.fitted(5_000, 0);
        assertThat(size.blocks()).isEqualTo(5_000);
    }

    @Test
    void size_manyLogs_aimsAtTheTarget() {
        size.fitted(500, 20_000);
        assertThat(size.blocks()).isEqualTo(50);
        size.fitted(50, 100_000_000);
        assertThat(size.blocks()).as("one block is the least").isEqualTo(1);
    }

    @Test
    void size_shortRangeAtTheHead_saysNothing() {
        size.fitted(3, 0);
        assertThat(size.blocks()).isEqualTo(500);
    }

    @Test
    void size_refused_takesTheSuggestionOrHalvesAndCreepsUpAgain() {
        size.refused(500, 100);
        assertThat(size.blocks()).isEqualTo(100);
        size.refused(100, 0);
        assertThat(size.blocks()).isEqualTo(50);
        size.refused(50, 80);
        assertThat(size.blocks()).as("a suggestion wider than what was refused").isEqualTo(25);

        size.fitted(25, 0);
        assertThat(size.blocks()).as("a fixed limit is not run into again at once").isEqualTo(26);
    }

    @Test
    void size_refusedDownToOneBlock_staysThere() {
        for (int i = 0; i < 20; i++) {
            size.refused(size.blocks(), 0);
        }
        assertThat(size.blocks()).isEqualTo(1);
    }
}
