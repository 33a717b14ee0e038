package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.BundledModels;
import io.millrace.infer.store.ModelManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {

    @TempDir private Path models;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();
    private ModelManifest bundled;
    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        bundled = BundledModels.unpack(models, BundledModels.DEFAULT);
        folder = models.resolve(bundled.name());
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(out);
        System.setErr(err);
    }

    @Test
    void model_asPublished_printsTheIdThatGoesOnChain() throws IOException {
        assertThat(Millrace.run("model", folder.toString(), "--json")).isZero();

        JsonNode last = new ObjectMapper().readTree(printed.toString(StandardCharsets.UTF_8));
        assertThat(last.path("id").asText()).isEqualTo(bundled.id());
        assertThat(last.path("pooling").asText()).isEqualTo("mean");
    }

    @Test
    void model_ofAnotherTask_printsWhatItsTaskHas() throws IOException {
        BundledModels.unpack(models, "tiny-classifier");
        Path classifier = models.resolve("tiny-classifier");
        assertThat(Millrace.run("model", classifier.toString(), "--json")).isZero();

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        JsonNode last = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        assertThat(last.path("task").asText()).isEqualTo("classification");
        assertThat(last.path("labels")).hasSize(3);

        Path file = classifier.resolve(ModelManifest.FILE);
        Files.writeString(file, Files.readString(file).replace("\"left\", ", ""));
        assertThat(Millrace.run("model", classifier.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(complaint()).contains("logits of the shape (2, 3)", "says (2, 2)");
    }

    @Test
    void model_thatTakesLessThanItsManifestSays_isRefused() throws IOException {
        Path file = folder.resolve(ModelManifest.FILE);
        Files.writeString(file, Files.readString(file).replace("256", "513"));

        assertThat(Millrace.run("model", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(complaint()).contains("does not run as its manifest says");
    }

    @Test
    void model_ofAnotherDimension_isRefused() throws IOException {
        Path file = folder.resolve(ModelManifest.FILE);
        Files.writeString(file, Files.readString(file).replace("384", "383"));

        assertThat(Millrace.run("model", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(complaint()).contains("384", "where its manifest says", "383");
    }

    @Test
    void model_withAChangedFile_isRefused() throws IOException {
        Files.writeString(folder.resolve(ModelManifest.TOKENIZER_FILE), "{}");

        assertThat(Millrace.run("model", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(complaint()).contains("tokenizer.json has sha-256", "put back the file");
    }

    private String complaint() {
        return complained.toString(StandardCharsets.UTF_8);
    }
}
