package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page's own files, as the build has put them on the class path. */
final class StaticFiles {

    private static final String FOLDER = "web/";
    private static final String LIST = "files.txt";
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "svg", "image/svg+xml");

    private final Map<String, File> files = new LinkedHashMap<>();

    /** One of them. */
    record File(String type, byte[] content) {}

    private StaticFiles() {}

    /** Reads those that the build has listed: no others can be asked for. */
    static StaticFiles load() throws IOException {
        StaticFiles all = new StaticFiles();
        for (String name : new String(read(LIST), UTF_8).split("\n", -1)) {
            if (!name.isEmpty()) {
                String extension = name.substring(name.lastIndexOf('.') + 1);
                String type = TYPES.get(extension.toLowerCase(Locale.ROOT));
                if (type == null) {
                    throw new IOException("no media type is known for " + name);
                }
                all.files.put("/" + name, new File(type, read(name)));
            }
        }
        return all;
    }

    /** What lies at {@code path}, null if nothing does. */
    @Nullable File at(String path) {
        return files.get(path.equals("/") ? "/index.html" : path);
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = StaticFiles.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IOException(
                        "the page's file " + name + " was not built; run mvn package");
            }
            return in.readAllBytes();
        }
    }
}
