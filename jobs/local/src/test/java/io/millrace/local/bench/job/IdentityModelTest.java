package io.millrace.local.bench.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.store.ModelManifest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the real runtime: what it measures must not be something else. */
class IdentityModelTest {

    private static final int DIMENSION = 5;
    private static final int WORDS = 12;

    @TempDir private Path models;

    @Test
    void write_anyText_tokensAreItsWordsAndTheAnswerTheirMean() throws Exception {
        ModelManifest manifest = IdentityModel.write(models, DIMENSION);
        DjlModelEngine engine = new DjlModelEngine(models.toString(), 1);
        try (RowTokenizer tokenizer = engine.tokenizer(manifest.id());
                ModelRunner runner = engine.runner(manifest.id())) {
            long[] one = tokenizer.tokens(IdentityModel.text(WORDS, 3));
            long[] other = tokenizer.tokens(IdentityModel.text(1, 4));
            float[][] answers = runner.run(new long[][] {one, other});

            assertThat(one).hasSize(WORDS).doesNotContain(0);
            assertThat(other).hasSize(1);
            assertThat(answers[0]).hasSize(DIMENSION);
            for (int d = 0; d < DIMENSION; d++) {
                float expected = (float) Math.sin((double) (1 + other[0] * DIMENSION + d));
                assertThat(answers[1][d]).as("number %d", d).isEqualTo(expected);
            }
        }
    }
}
