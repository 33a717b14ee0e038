package io.millrace.infer.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {

    @TempDir private Path folder;

    private Path runtime;

    @BeforeEach
    void write() throws IOException {
        runtime = folder.resolve("libonnxruntime.so");
        Files.writeString(runtime, "the runtime");
    }

    @Test
    void digests_mapped_thoseThatCompute() throws IOException {
        Path blas = Files.writeString(folder.resolve("libcublas.so.12.9"), "of a GPU");

        assertThat(
                        NativeLibraries.digests(
                                Stream.of(
                                        "7f00-7f01 r--p 00000000 fe:00 1   " + runtime,
                                        code(1, runtime, ""),
                                        code(2, blas, ""),
                                        "7f05-7f06 r-xp 00000000 fe:00 3   /lib/libc.so.6",
                                        "7f07-7f08 r-xp 00000000 00:00 0   [vdso]")))
                .isEqualTo(
                        Map.of(
                                "libonnxruntime.so", Sha256.ofFile(runtime),
                                "libcublas.so.12.9", Sha256.ofFile(blas)));
    }

    /** A sweep of the temporary folder kept every later job of the process from starting. */
    @Test
    void digests_fileSweptSinceItWasSeen_sameAsThen() throws IOException {
        Map<String, String> seen = NativeLibraries.digests(Stream.of(code(4, runtime, "")));
        Files.writeString(runtime, "another one, at the same path");

        assertThat(NativeLibraries.digests(Stream.of(code(4, runtime, " (deleted)"))))
                .isEqualTo(seen);
    }

    @Test
    void digests_fileGoneBeforeItWasSeen_refused() {
        assertThatThrownBy(() -> NativeLibraries.digests(Stream.of(code(5, runtime, " (deleted)"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(runtime + " is loaded and was deleted");
    }

    /** A class without its runtime would be that of every machine with these instructions. */
    @Test
    void digests_runtimeNotAmongThem_refused() {
        assertThatThrownBy(
                        () ->
                                NativeLibraries.digests(
                                        Stream.of(
                                                "7f05-7f06 r-xp 00000000 fe:00 3  "
                                                        + " /lib/libc.so.6")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no libonnxruntime is mapped");
    }

    private static String code(int inode, Path file, String end) {
        return "7f01-7f02 r-xp 00001000 fe:00 %d   %s%s".formatted(inode, file, end);
    }
}
