package io.millrace.infer.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NumericClassTest {

    private static final Set<String> AVX2 = new TreeSet<>(Set.of("avx2", "fma"));
    private static final Map<String, String> LIBRARIES = Map.of("libonnxruntime.so", "aa");

    /** The text is what a third party hashes: it may not change with the code around it. */
    @Test
    void of_known_textAndId() {
        NumericClass one = NumericClass.of(Device.CPU, LIBRARIES, AVX2, Set.of());

        assertThat(one.text())
                .isEqualTo(
                        """
                        runtime=onnxruntime
                        sha256.libonnxruntime.so=aa
                        provider=cpu
                        gpu=
                        instructions=avx2,fma
                        precision=float32
                        optimization=all
                        pooling=float64
                        """);
        assertThat(one.id()).matches("0x[0-9a-f]{64}");
    }

    @Test
    void of_anotherLibraryCpuGpuOrProvider_anotherClass() {
        Device cuda = Device.parse("cuda:0");
        Set<String> h200 = Set.of("NVIDIA H200");
        assertThat(
                        Stream.of(
                                        NumericClass.of(Device.CPU, LIBRARIES, AVX2, Set.of()),
                                        NumericClass.of(
                                                Device.CPU,
                                                Map.of("libonnxruntime.so", "ab"),
                                                AVX2,
                                                Set.of()),
                                        NumericClass.of(
                                                Device.CPU, LIBRARIES, Set.of("avx2"), Set.of()),
                                        NumericClass.of(cuda, LIBRARIES, AVX2, h200),
                                        NumericClass.of(
                                                Device.parse("tensorrt:0"), LIBRARIES, AVX2, h200),
                                        NumericClass.of(cuda, LIBRARIES, AVX2, Set.of("NVIDIA L4")))
                                .map(NumericClass::id))
                .doesNotHaveDuplicates();
        assertThat(NumericClass.of(Device.parse("cuda:1"), LIBRARIES, AVX2, h200))
                .as("which of two like GPUs does not matter")
                .isEqualTo(NumericClass.of(cuda, LIBRARIES, AVX2, h200));
    }

    @Test
    void instructions_coresThatDiffer_whatAllHave() {
        assertThat(
                        NumericClass.instructions(
                                List.of(
                                        "model name\t: avx512f",
                                        "flags\t\t: fpu avx2 fma avx512f hypervisor",
                                        "flags\t\t: fpu fma avx2",
                                        "")))
                .containsExactly("avx2", "fma");
        assertThat(NumericClass.instructions(List.of("Features\t: fp asimd i8mm")))
                .containsExactly("asimd", "i8mm");
    }
}
