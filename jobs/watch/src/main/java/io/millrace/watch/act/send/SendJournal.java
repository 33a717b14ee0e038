package io.millrace.watch.act.send;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was signed and what became of it, a line each, on the disk before anything is sent: a crash
 * loses no transaction and sends none twice. A last line that was cut short was never sent.
 */
final class SendJournal implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Longer than a case can last, so that nothing is done twice. */
    private static final long KEPT_MILLIS = 30L * 24 * 3_600 * 1_000;

    private final FileChannel channel;
    private final FileChannel lockFile;
    private final Map<String, List<Sent>> open = new LinkedHashMap<>();
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    private record Line(@Nullable String owner, @Nullable Sent sent, @Nullable Ended ended) {}

    /**
     * Opens {@code file}, and makes it if there is none.
     *
     * @param owner chain and key that it belongs to
     * @throws IOException if another process has it open, or it is another key's
     */
    SendJournal(Path file, String owner, long nowMillis) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        lockFile =
                FileChannel.open(
                        file.resolveSibling(file.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            lock(file);
            read(file, owner);
            ended.values().removeIf(end -> end.millis() < nowMillis - KEPT_MILLIS);
            rewrite(file, owner);
            channel = FileChannel.open(file, StandardOpenOption.APPEND);
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /** Signed and not known to have ended, by id, in order of their nonces. */
    Map<String, List<Sent>> open() {
        return open;
    }

    /** What ended, by id. */
    Map<String, Ended> ended() {
        return ended;
    }

    /** Keeps what will be sent next. */
    void append(Sent sent) throws IOException {
        write(new Line(null, sent, null));
        open.computeIfAbsent(sent.id(), id -> new ArrayList<>()).add(sent);
    }

    /** Keeps what became of it. */
    void append(Ended end) throws IOException {
        write(new Line(null, null, end));
        end(end);
    }

    private void end(Ended end) {
        open.remove(end.id());
        ended.put(end.id(), end);
    }

    private void write(Line line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(line));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    private void lock(Path file) throws IOException {
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(
                    "journal %s is in use by another process; one key has one sender, stop the other or name another journal and key"
                            .formatted(file));
        }
    }

    private void read(Path file, String owner) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {

            try {

                take(MAPPER.readValue(lines.get(i), Line.class), file, owner);
            } catch (JsonProcessingException e) {
                if (i < lines.size() - 1) {
                    throw new IOException(
                            "line %d of journal %s is damaged; restore the file: without it a transaction may be sent twice"
                                    .formatted(i + 1, file),
                            e);
                }
            }
        }
    }

    private void take(Line line, Path file, String owner) throws IOException {
        if (line.owner != null && !line.owner.equals(owner)) {
            throw new IOException(
                    "journal %s is of %s, not of %s; name another journal, or that key"
                            .formatted(file, line.owner, owner));
        }
        if (line.sent != null) {
            open.computeIfAbsent(line.sent.id(), id -> new ArrayList<>()).add(line.sent);
        }
        if (line.ended != null) {
            end(line.ended);
        }
    }

    /** Without what ended long ago, whole or not at all. */
    private void rewrite(Path file, String owner) throws IOException {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(owner, null, null));
        ended.values().forEach(end -> lines.add(new Line(null, null, end)));
        open.values().forEach(sents -> sents.forEach(s -> lines.add(new Line(null, s, null))));
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try (FileChannel out =
                FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (Line line : lines) {
                out.write(ByteBuffer.wrap(bytes(line)));
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] bytes(Line line) throws IOException {
        return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        lockFile.close();
    }
}
