package io.millrace.local.bench.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Data files of the benchmarks. */
final class Resource {

    private Resource() {}

    /** The lines of {@code bench/name}. */
    static List<String> lines(String name) {
        try (InputStream in = Resource.class.getResourceAsStream("/bench/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no data file bench/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
