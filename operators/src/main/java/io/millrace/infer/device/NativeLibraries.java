package io.millrace.infer.device;

import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The native libraries that compute, as they are mapped into this process: a version that a jar or
 * a library tells of itself is not always that of what is loaded.
 */
final class NativeLibraries {

    private static final Path MAPS = Path.of("/proc/self/maps");

    /** What takes part in the numbers: ONNX Runtime, the tokenizers, and what GPUs compute with. */
    private static final Pattern MAPPED =
            Pattern.compile(
                    "\\S+ r-xp .*?"
                        + " (/\\S.*/(lib(?:onnxruntime|tokenizers|cudart|cublas|cudnn|cufft|curand|nvinfer|nvonnxparser)[^/]*\\.so[^/"
                        + " ]*))( \\(deleted\\))?");

    private NativeLibraries() {}

    /**
     * SHA-256 of each, by file name.
     *
     * @throws IOException if one cannot be read any more, or this is no Linux
     */
    static Map<String, String> loaded() throws IOException {
        Map<String, Path> files;
        try (Stream<String> lines = Files.lines(MAPS)) {
            files = named(lines);
        }
        Map<String, String> digests = new TreeMap<>();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            digests.put(file.getKey(), Sha256.ofFile(file.getValue()));
        }
        return digests;
    }

    /**
     * Of the lines of a process's memory map.
     *
     * @throws IOException if a file was replaced since it was loaded: what runs cannot be told then
     */
    static Map<String, Path> named(Stream<String> lines) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        for (String line : (Iterable<String>) lines::iterator) {
            Matcher mapped = MAPPED.matcher(line);
            if (!mapped.matches()) {
                continue;
            }
            if (mapped.group(3) != null) {
                throw new IOException(
                        mapped.group(1)
                                + " was deleted or replaced while it is loaded; restart the"
                                + " process");
            }
            files.put(mapped.group(2), Path.of(mapped.group(1)));
        }
        return files;
    }
}
