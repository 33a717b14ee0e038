package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.Models;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * bge-small-en-v1.5, whose embedding is its first token's. The cosines are those of its export in
 * sentence-transformers; averaged over the tokens it would give others.
 */
class BgeSmallTest {

    private static final Path DIRECTORY = Path.of("target", "models-bge").toAbsolutePath();
    private static final double ROUNDED = 0.0001;

    private static ModelRunner runner;
    private static RowTokenizer tokenizer;

    @BeforeAll
    static void open() throws Exception {
        ModelManifest manifest = BundledModels.unpack(DIRECTORY, "bge-small-en-v1.5");
        DjlModelEngine engine = new DjlModelEngine(DIRECTORY.toString(), 1);
        runner = engine.runner(manifest.id());
        tokenizer = engine.tokenizer(manifest.id());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        runner.close();
    }

    @Test
    void embed_threeSentences_areAsFarApartAsPublished() throws Exception {
        float[][] embeddings =
                embed(
                        "The man is eating food.",
                        "A man eats some bread.",
                        "The stock market fell sharply today.");

        assertThat(Models.dot(embeddings[0], embeddings[0])).isEqualTo(1, within(1e-6));
        assertThat(Models.dot(embeddings[0], embeddings[1])).isEqualTo(0.8230, within(ROUNDED));
        assertThat(Models.dot(embeddings[0], embeddings[2])).isEqualTo(0.3930, within(ROUNDED));
    }

    private static float[][] embed(String... texts) throws Exception {
        long[][] rows = new long[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            rows[i] = tokenizer.tokens(texts[i]);
        }
        return runner.run(rows);
    }
}
