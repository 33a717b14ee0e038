package io.millrace.infer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {

    /** A folder is looked at three times in it. */
    private static final Duration SOON = Duration.ofMillis(4 * ModelStore.LOOK_MILLIS);

    @TempDir Path folder;

    private Path models;
    private ModelStore store;

    @BeforeEach
    void open() throws IOException {
        models = Files.createDirectory(folder.resolve("models"));
        store = ModelStore.of(models);
    }

    @Test
    void look_start_knowsWhatIsThere() throws Exception {
        String a = write(models.resolve("a"), "a");
        String b = write(models.resolve("b"), "b");
        Files.createDirectory(models.resolve("lost+found"));

        assertThat(store.look()).extracting(ModelManifest::id).containsExactlyInAnyOrder(a, b);
        assertThat(ModelStore.of(models)).as("one store a process").isSameAs(store);
        assertThat(store.refused()).isZero();
    }

    @Test
    void find_folderRenamedIn_knownSoon() throws Exception {
        String id = write(folder.resolve("elsewhere"), "later");
        assertThat(store.look()).isEmpty();
        assertThat(store.find(id)).isNull();

        Files.move(folder.resolve("elsewhere"), models.resolve("later"));

        awaitKnown(id);
        assertThat(store.require(id).directory()).isEqualTo(models.resolve("later"));
    }

    /** So it can be copied into place and renamed when it is whole. */
    @Test
    void find_nameWithADot_knownOnceRenamed() throws Exception {
        String id = write(models.resolve(".incoming"), "hidden");
        assertThat(store.look()).isEmpty();
        Files.move(models.resolve(".incoming"), models.resolve("shown"));
        awaitKnown(id);
    }

    /** It would fail the job, though it only needed a little more time. */
    @Test
    void find_fileStillMissing_knownOnceItIsThere() throws Exception {
        String id = write(models.resolve("half"), "half");
        Path graph = models.resolve("half").resolve(ModelManifest.MODEL_FILE);
        Path aside = Files.move(graph, folder.resolve("aside"));
        assertThat(store.look()).isEmpty();
        awaitRefused(1); // it stands still

        Files.move(aside, graph);

        awaitKnown(id);
        assertThat(store.refused()).isZero();
    }

    @Test
    void find_fileGrowsSlowly_isNotRefusedMeanwhile() throws Exception {
        String id = write(models.resolve("slow"), "0123456789abcdef");
        Path graph = models.resolve("slow").resolve(ModelManifest.MODEL_FILE);
        byte[] whole = Files.readAllBytes(graph);
        Files.write(graph, new byte[0]);
        assertThat(store.look()).isEmpty();
        for (int at = 0; at < whole.length; at++) {
            long until = System.nanoTime() + 400_000_000;
            while (System.nanoTime() < until) {
                assertThat(store.find(id)).isNull();
                assertThat(store.refused()).isZero();
                Thread.onSpinWait();
            }
            Files.write(graph, new byte[] {whole[at]}, StandardOpenOption.APPEND);
        }
        awaitKnown(id);
    }

    @Test
    void find_wrongDigest_isRefusedUntilItIsMended() throws Exception {
        String id = write(models.resolve("wrong"), "right");
        Path graph = models.resolve("wrong").resolve(ModelManifest.MODEL_FILE);
        byte[] right = Files.readAllBytes(graph);
        Files.writeString(graph, "other");
        assertThat(store.find(id)).isNull(); // nobody asks again
        awaitRefused(1);
        assertThatThrownBy(() -> store.require(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(id, models.toString());

        Files.write(graph, right);

        awaitKnown(id);
        assertThat(store.refused()).isZero();
    }

    /** A model that is registered and not here could have had the disk read at every request. */
    @Test
    void find_askedAMillionTimes_looksOnlyNowAndThen() throws Exception {
        for (int i = 0; i < 200; i++) {
            write(models.resolve("model " + i), "model " + i);
        }
        store.look();
        long started = System.nanoTime();
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(store.find("0x77") == null).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void refuse_model_isNotThereUntilItsFolderChangesOrTheJobRestarts() throws Exception {
        String id = write(models.resolve("bad"), "bad");
        store.look();
        store.refuse(id, new IOException("no graph"));
        store.refuse(id, new IOException("no graph")); // as each subtask says
        assertThat(store.find(id)).isNull();
        assertThat(store.refused()).isEqualTo(1);

        assertThat(store.look()).as("a restart").hasSize(1);
        store.refuse(id, new IOException("no graph"));
        Files.setLastModifiedTime(
                models.resolve("bad").resolve(ModelManifest.FILE), FileTime.fromMillis(1_000));
        awaitKnown(id);
        assertThat(store.refused()).isZero();
    }

    /** Memory or a disk that failed once: every request for it was refused until a restart. */
    @Test
    void refuse_model_isTriedAgainAfterAWhileAndThenEverMoreSeldom() throws Exception {
        AtomicLong clock = new AtomicLong();
        ModelStore patient = new ModelStore(models, clock::get);
        String id = write(models.resolve("large"), "large");
        patient.look();
        for (int pauseSeconds : List.of(60, 120, 240)) {
            patient.refuse(id, new IOException("no room"));
            String other = write(models.resolve("at " + pauseSeconds), "at " + pauseSeconds);
            clock.addAndGet(TimeUnit.SECONDS.toNanos(pauseSeconds - 1));
            await().atMost(SOON).until(() -> patient.find(other) != null);
            assertThat(patient.find(id)).as("before %s s", pauseSeconds).isNull();
            assertThat(patient.refused()).isEqualTo(1);

            clock.addAndGet(TimeUnit.SECONDS.toNanos(3));
            await().atMost(SOON).until(() -> patient.find(id) != null);
            assertThat(patient.refused()).isZero();
        }
    }

    @Test
    void verify_folderGoneOrAnother_failsAndTheStoreFindsItAgain() throws Exception {
        String id = write(models.resolve("gone"), "gone");
        store.look();
        StoredModel stored = store.require(id);
        stored.verify();

        write(models.resolve("gone"), "another");
        assertThatThrownBy(stored::verify).hasMessageContaining("no longer " + id);
        FileUtils.deleteDirectory(models.resolve("gone").toFile());
        assertThat(store.find(id)).as("it may be loaded").isNotNull();
        assertThatThrownBy(stored::verify).isInstanceOf(IOException.class);
        store.refuse(id, new IOException("gone"));
        assertThat(store.find(id)).isNull();

        write(models.resolve("gone"), "gone");
        awaitKnown(id);
    }

    @Test
    void look_noDirectory_namesTheOption() {
        assertThatThrownBy(() -> ModelStore.of(folder.resolve("none")).look())
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining("models.dir");
    }

    private void awaitKnown(String id) {
        await().atMost(SOON).until(() -> store.find(id) != null);
    }

    private void awaitRefused(int count) {
        await().atMost(SOON).until(() -> store.refused() == count);
    }

    /** A model whose graph is {@code graph}; tells its id. */
    private static String write(Path directory, String graph) throws IOException {
        Files.createDirectories(directory);
        Path model = Files.writeString(directory.resolve(ModelManifest.MODEL_FILE), graph);
        Path tokenizer = Files.writeString(directory.resolve(ModelManifest.TOKENIZER_FILE), "{}");
        String manifest =
                """
                {"name": "tiny", "engine": "OnnxRuntime", "precision": "float32", "dimension": 4,
                 "maxTokens": 8, "pooling": "mean", "normalize": true,
                 "files": {"model.onnx": "%s", "tokenizer.json": "%s"}}
                """
                        .formatted(Sha256.ofFile(model), Sha256.ofFile(tokenizer));
        Files.writeString(directory.resolve(ModelManifest.FILE), manifest);
        return ModelManifest.parse(manifest.getBytes(StandardCharsets.UTF_8)).id();
    }
}
