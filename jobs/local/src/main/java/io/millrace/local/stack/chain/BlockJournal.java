package io.millrace.local.stack.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

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
     * All of them. A last line that was cut off is none: its block was not followed by another.
     *
     * @throws IOException if a line before it is damaged
     */
    List<MinedBlock> read() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        List<MinedBlock> blocks = new ArrayList<>();
        int begin = 0;
        for (int end; (end = text.indexOf('\n', begin)) >= 0; begin = end + 1) {
            blocks.add(parse(text.substring(begin, end), blocks.size() + 1));
        }
        return blocks;
    }

    private MinedBlock parse(String line, int number) throws IOException {
        try {
            return MAPPER.readValue(line, MinedBlock.class);
        } catch (JsonProcessingException e) {
            throw new IOException("line %d of %s is no block".formatted(number, file), e);
        }
    }
}
