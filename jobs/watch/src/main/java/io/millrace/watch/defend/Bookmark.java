package io.millrace.watch.defend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The block from which a start has to read, one line of a file, whole or not at all. Without it, or
 * if it is of something else, all is read again, which is slower and no less right.
 */
final class Bookmark {

    private static final Pattern LINE =
            Pattern.compile("(.*): from block ([0-9]{1,18})( after (0x[0-9a-f]{64}))?\n");

    private final Path file;
    private final String ledger;
    private long block;
    private String hash;

    private Bookmark(Path file, String ledger, long block, String hash) {
        this.file = file;
        this.ledger = ledger;
        this.block = block;
        this.hash = hash;
    }

    /**
     * Opens {@code file}, which may not be there yet.
     *
     * @param ledger chain, vault and settlers that it belongs to
     * @param otherwise the block if it was never moved, or is of another
     */
    static Bookmark open(Path file, String ledger, long otherwise) throws IOException {
        if (!Files.exists(file)) {
            return new Bookmark(file, ledger, otherwise, "");
        }
        Matcher line = LINE.matcher(Files.readString(file));
        boolean isOwn = line.matches() && line.group(1).equals(ledger);
        return isOwn
                ? new Bookmark(
                        file,
                        ledger,
                        Long.parseLong(line.group(2)),
                        Objects.requireNonNullElse(line.group(4), ""))
                : new Bookmark(file, ledger, otherwise, "");
    }

    /** Nothing before it is open. */
    long block() {
        return block;
    }

    /** Hash of the block before it, empty if nobody knows: the same chain still has it. */
    String hash() {
        return hash;
    }

    /**
     * Keeps that nothing before {@code next} is open.
     *
     * @param before hash of the block before it
     */
    void move(long next, String before) throws IOException {
        if (next == block && before.equals(hash)) {
            return;
        }
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try (FileChannel out =
                FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer line =
                    UTF_8.encode("%s: from block %d after %s\n".formatted(ledger, next, before));
            while (line.hasRemaining()) {
                out.write(line);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        block = next;
        hash = before;
    }
}
