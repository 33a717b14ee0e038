package io.millrace.job;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Job options that belong to a savepoint and lie beside its state: a state that was rebuilt holds
 * no positions of sources, so they say where its sources go on. A job must not be started from such
 * a savepoint without them.
 */
public final class SavepointOptions {

    private static final String FILE = "job-options.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SavepointOptions() {}

    /** Those of {@code savepoint}, a URI; mostly none. */
    public static Map<String, String> of(String savepoint) throws IOException {
        var file = new org.apache.flink.core.fs.Path(savepoint, FILE);
        if (!file.getFileSystem().exists(file)) {
            return Map.of();
        }
        try (InputStream json = file.getFileSystem().open(file)) {
            return MAPPER.readValue(json, new TypeReference<Map<String, String>>() {});
        }
    }

    /** Puts {@code options} beside the state in the folder {@code savepoint}. */
    public static void write(Path savepoint, Map<String, String> options) throws IOException {
        Files.createDirectories(savepoint);
        Files.write(savepoint.resolve(FILE), MAPPER.writeValueAsBytes(options));
    }
}
