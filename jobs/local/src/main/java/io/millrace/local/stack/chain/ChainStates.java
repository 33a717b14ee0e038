package io.millrace.local.stack.chain;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What of the local L2 is on disk: its whole state at a few blocks, {@code state-N.json}, and every
 * block mined after each, {@code blocks-N.jsonl}. A state is replaced by none: a newer one lies
 * beside it, and the one before stays until two are newer, so one that turns out damaged costs
 * nothing. Not for two threads at once.
 */
public final class ChainStates {

    private static final int KEPT = 2;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;

    public ChainStates(Path folder) {
        this.folder = folder;
    }

    /** Block numbers of the states, newest first. */
    public List<Long> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("state-\\d+\\.json"))
                    .map(name -> Long.valueOf(name.replaceAll("\\D", "")))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** File of the state at block {@code number}. */
    public Path state(long number) {
        return folder.resolve("state-" + number + ".json");
    }

    /** Adds a block that was mined after the newest state. */
    public void append(MinedBlock block) throws IOException {
        journal(newestFirst().get(0)).append(block);
    }

    /**
     * Hands over every block after {@code number}, in their order.
     *
     * @return number of the last one, or {@code number} if there is none
     * @throws IOException if one is missing
     */
    public long after(long number, BlockUse use) throws IOException {
        List<Long> states = new ArrayList<>(newestFirst());
        states.sort(Comparator.naturalOrder());
        AtomicLong last = new AtomicLong(number);
        for (long state : states) {
            if (state >= number) {
                journal(state)
                        .read(
                                block -> {
                                    if (block.number() > number) {
                                        next(block, last, use);
                                    }
                                });
            }
        }
        return last.get();
    }

    private void next(MinedBlock block, AtomicLong last, BlockUse use) throws IOException {
        if (block.number() != last.get() + 1) {
            throw new IOException("block %d is missing in %s".formatted(last.get() + 1, folder));
        }
        use.of(block);
        last.set(block.number());
    }

    /** Writes a state. */
    @FunctionalInterface
    public interface StateSource {
        void into(OutputStream out) throws IOException;
    }

    /**
     * Writes a state down, all of it or nothing.
     *
     * @throws IOException if it is not whole, as when it was taken while a block was mined
     */
    public void write(long number, StateSource state) throws IOException {
        Files.createDirectories(folder);
        Path draft = folder.resolve("state.draft");
        try (FileChannel channel =
                        FileChannel.open(
                                draft,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                OutputStream out =
                        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
            state.into(out);
            out.flush();
            channel.force(true);
        }
        content(draft, number); // of what is on disk, not of what was meant to be
        Files.move(draft, state(number), StandardCopyOption.ATOMIC_MOVE);
        keep(KEPT);
    }

    /** Writes a state down, and forgets all others with their blocks: they are another chain's. */
    public void replaceAll(long number, StateSource state) throws IOException {
        write(number, state);
        Files.deleteIfExists(journalFile(number));
        for (long other : newestFirst()) {
            if (other != number) {
                delete(other);
            }
        }
    }

    /**
     * What the state at block {@code number} has in it.
     *
     * @throws IOException if it is not whole
     */
    public StateContent content(long number) throws IOException {
        return content(state(number), number);
    }

    private static StateContent content(Path file, long number) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            StateContent content = StateContent.of(in);
            content.requireWhole(number);
            return content;
        }
    }

    private void keep(int count) throws IOException {
        List<Long> states = newestFirst();
        for (long old : states.subList(Math.min(count, states.size()), states.size())) {
            delete(old);
        }
    }

    private void delete(long number) throws IOException {
        Files.deleteIfExists(state(number));
        Files.deleteIfExists(journalFile(number));
    }

    private BlockJournal journal(long number) {
        return new BlockJournal(journalFile(number));
    }

    private Path journalFile(long number) {
        return folder.resolve("blocks-" + number + ".jsonl");
    }
}
