package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.infer.device.Device;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.Fixtures;
import io.millrace.testing.Models;
import io.millrace.unit.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DjlModelEngineTest {

    private static final Pattern RUNTIME =
            Pattern.compile("(?m)^sha256\\.libonnxruntime\\.so=([0-9a-f]{64})$");

    /** With ONNX Runtime for the CPU, a GPU that was asked for must not become the CPU. */
    @ParameterizedTest
    @ValueSource(strings = {"cuda:0", "tensorrt:0"})
    void runner_gpuWithoutItsRuntime_refusedNamingDeviceAndRemedy(String device) throws Exception {
        Models.minilm();
        DjlModelEngine engine = engine(device);

        assertThatThrownBy(() -> engine.runner(Models.MINILM.id()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("infer.device is " + device)
                .hasMessageContaining("onnxruntime_gpu");
    }

    @Test
    void placed_subtasks_computeOnTheirGpus() {
        DjlModelEngine engine = engine("cuda");

        assertThat(engine.placed(0, List.of(0, 1)).device()).isEqualTo("cuda:0");
        assertThat(engine.placed(1, List.of(0, 1)).device()).isEqualTo("cuda:1");
        assertThatThrownBy(() -> engine.placed(0, List.of()))
                .hasMessageContaining("no external resource 'gpu'");
    }

    /** What is told of the runtime is what is mapped, not what a jar says of itself. */
    @Test
    void numericClass_cpu_namesTheLibraryThatIsLoaded() throws Exception {
        Models.minilm();
        String text;
        try (ModelRunner open =
                new DjlModelEngine(Models.DIRECTORY.toString(), 1).runner(Models.MINILM.id())) {
            assertThat(open.run(new long[][] {{101, 102}})).hasDimensions(1, 384);
            text = new DjlModelEngine(Models.DIRECTORY.toString(), 1).numericClass().text();
        }

        Matcher runtime = RUNTIME.matcher(text);
        assertThat(runtime.find()).as(text).isTrue();
        assertThat(runtime.group(1)).isEqualTo(Sha256.ofFile(mapped("libonnxruntime.so")));
        assertThat(text).contains("sha256.libtokenizers", "provider=cpu\n", "precision=float32\n");
    }

    private static Path mapped(String name) throws Exception {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.endsWith("/" + name))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static DjlModelEngine engine(String device) {
        return new DjlModelEngine(
                new InferOptions(
                        8,
                        512,
                        1_000,
                        new DeviceOptions(Device.parse(device), 1, "/engines"),
                        1_000,
                        3_600_000,
                        Models.DIRECTORY.toString(),
                        List.of(new ProviderKey(1, "key")),
                        Fixtures.DOMAIN));
    }
}
