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
 *
 * <p>They are loaded once a process, from files in a temporary folder that may be swept while it
 * runs, and the classes of a job come and go. So a digest is kept for the process, as a system
 * property, from when the file was first seen.
 */
final class NativeLibraries {

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final String RUNTIME = "libonnxruntime";
    private static final String KNOWN = "millrace.native.sha256.";

    /** What takes part in the numbers: ONNX Runtime, the tokenizers, and what GPUs compute with. */
    private static final Pattern MAPPED =
            Pattern.compile(
                    "\\S+ r-xp \\S+ (\\S+"
                        + " \\d+)\\s+(/\\S.*/(lib(?:onnxruntime|tokenizers|cudart|cublas|cudnn|cufft|curand|nvinfer|nvonnxparser)[^/]*\\.so[^/"
                        + " ]*))( \\(deleted\\))?");

    private NativeLibraries() {}

    /**
     * SHA-256 of each, by file name.
     *
     * @throws IOException if one cannot be told, or this is no Linux
     */
    static Map<String, String> loaded() throws IOException {
        try (Stream<String> lines = Files.lines(MAPS)) {
            return digests(lines);
        }
    }

    /**
     * Of the lines of a process's memory map.
     *
     * @throws IOException if a file is gone that was never seen, or ONNX Runtime's is not mapped
     */
    static Map<String, String> digests(Stream<String> lines) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String line : (Iterable<String>) lines::iterator) {
            Matcher mapped = MAPPED.matcher(line);
            if (mapped.matches()) {
                digests.put(
                        mapped.group(3),
                        digest(mapped.group(1), mapped.group(2), mapped.group(4) != null));
            }
        }
        if (digests.keySet().stream().noneMatch(name -> name.startsWith(RUNTIME))) {
            throw new IOException(
                    "no %s is mapped into this process, so what computes cannot be named; is ONNX Runtime's jar one that brings it as a file?"
                            .formatted(RUNTIME));
        }
        return digests;
    }

    /**
     * Of one file.
     *
     * @param inode device and number of what is mapped, which another file at that path has not
     */
    private static String digest(String inode, String path, boolean isGone) throws IOException {
        String key = KNOWN + inode + " " + path;
        String known = System.getProperty(key);
        if (known != null) {
            return known;
        }
        if (isGone) {
            throw new IOException(
                    path
                            + " is loaded and was deleted or replaced before anybody looked at it;"
                            + " restart the process");
        }
        String digest = Sha256.ofFile(Path.of(path));
        System.setProperty(key, digest);
        return digest;
    }
}
