package io.millrace.infer.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PoolingTest {

    /** Two rows of three tokens with two dimensions; the second row's last token is padding. */
    private static final float[] HIDDEN = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 99, 99};

    @Test
    void mean_isOverTheRowsOwnTokens() {
        assertThat(Pooling.MEAN.of(HIDDEN, 0, 3, 2)).containsExactly(3, 4);
        assertThat(Pooling.MEAN.of(HIDDEN, 6, 2, 2)).containsExactly(8, 9.5);
    }

    @Test
    void cls_isTheFirstToken() {
        assertThat(Pooling.CLS.of(HIDDEN, 6, 2, 2)).containsExactly(7, 8);
    }

    @Test
    void named_isAsInManifests() {
        assertThat(Pooling.named("cls")).isEqualTo(Pooling.CLS);
        assertThatThrownBy(() -> Pooling.named("MEAN"))
                .hasMessage("pooling MEAN: only mean and cls are supported");
    }
}
