package io.millrace.local.stack.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Blocks in a file, a line each, in the order they were mined. */
final class BlockJournal {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path file;

    /** The file need not exist. */
    BlockJournal(Path file) {
        this.file = file;
    }

    /**
     * Adds {@code block}; what was there is not written again, but for a last line that was cut
     * off, which is taken away.
     */
    void append(MinedBlock block) throws IOException {
        ByteBuffer line =
                ByteBuffer.wrap(
                        (MAPPER.writeValueAsString(block) + "\n").getBytes(StandardCharsets.UTF_8));
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            channel.position(endOfLines(channel));
            channel.truncate(channel.position());
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
    }

    /** Where the next line begins. */
    private static long endOfLines(FileChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        long end = channel.size();
        while (end > 0) {
            channel.read(one.clear(), end - 1);
            if (one.get(0) == '\n') {
                break;
            }
            end--;
        }
        return end;
    }

    /**
     * Hands over all of them, one by one. A last line that was cut off is none: its block was not
     * followed by another.
     *
     * @throws IOException if a line before it is damaged
     */
    void read(BlockUse use) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 1;
            String line = lines.readLine();
            while (line != null) {
                String after = lines.readLine();
                if (after != null || endsWithALine()) {
                    use.of(parse(line, number++));
                }
                line = after;
            }
        }
    }

    private boolean endsWithALine() throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            bytes.seek(bytes.length() - 1);
            return bytes.read() == '\n';
        }
    }

    private MinedBlock parse(String line, int number) throws IOException {
        try {
            return MAPPER.readValue(line, MinedBlock.class);
        } catch (JsonProcessingException e) {
            throw new IOException("line %d of %s is no block".formatted(number, file), e);
        }
    }
}
