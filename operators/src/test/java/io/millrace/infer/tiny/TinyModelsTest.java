package io.millrace.infer.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.infer.BundledModels;
import io.millrace.infer.store.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The committed graphs are what {@link TinyModels} writes. With {@code
 * -Dmillrace.models.write=true} they are written, if the digests of their manifests still name the
 * old ones that is a new model.
 */
class TinyModelsTest {

    private static final Path RESOURCES =
            Path.of("src/main/resources/io/millrace/infer/models").toAbsolutePath();

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"tiny-classifier, 3, 20261130", "tiny-reranker, 1, 20261201"})
    void unpack_tinyModel_isWhatItsSeedGives(String name, int logits, long seed)
            throws IOException {
        byte[] graph = TinyModels.graph(name, logits, seed);
        Path committed = RESOURCES.resolve(name).resolve(ModelManifest.MODEL_FILE);
        if (Boolean.getBoolean("millrace.models.write")) {
            Files.write(committed, graph);
        }
        assertThat(committed).hasBinaryContent(graph);
        ModelManifest manifest = BundledModels.unpack(directory, name);
        assertThat(ModelManifest.read(directory.resolve(name))).isEqualTo(manifest);
        assertThat(manifest.width()).isEqualTo(logits);
    }
}
