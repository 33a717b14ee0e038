package io.millrace.local.chaos.sign;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The errors that come into the logs of a folder, one file a process. Used by one thread. */
final class LogTail {

    /** A time, perhaps in brackets and with its date, and the level. */
    private static final Pattern ERROR =
            Pattern.compile(
                    "\\[?(\\d{4}-\\d\\d-\\d\\d["
                            + " T])?\\d\\d:\\d\\d:\\d\\d\\S*\\s+\\[?(ERROR|FATAL)\\b.*");

    private static final Pattern TIME = Pattern.compile("^\\S*\\d\\d:\\d\\d:\\d\\d\\S*\\s+");
    private static final String SUFFIX = ".log";

    private final Path folder;
    private final Map<Path, Long> read = new HashMap<>();

    LogTail(Path folder) {
        this.folder = folder;
    }

    /** A line of the log of {@code process}, without its time. */
    record Line(String process, String text) {}

    /** The errors of the whole lines that have come since the last call. */
    List<Line> errors() throws IOException {
        List<Line> errors = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return errors;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).toList()) {
                String name = file.getFileName().toString();
                String process = name.substring(0, name.length() - SUFFIX.length());
                for (String line : fresh(file)) {
                    if (isError(line)) {
                        errors.add(new Line(process, TIME.matcher(line).replaceFirst("")));
                    }
                }
            }
        }
        return errors;
    }

    /** Whether {@code line} is one of an error, by its level, not by its words. */
    static boolean isError(String line) {
        return ERROR.matcher(line).matches();
    }

    private List<String> fresh(Path file) throws IOException {
        long from = read.getOrDefault(file, 0L);
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[Math.toIntExact(Math.max(0, log.length() - from))];
            log.seek(from);
            log.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            read.put(file, from + end);
            return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
        }
    }
}
