package io.millrace.local.stack.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a chain is on disk is whole, whatever its length. */
class ChainStatesTest {

    private static final String WHOLE =
            "{\"best_block_number\":0,\"blocks\":[{\"header\":{\"number\":\"0x0\",\"timestamp\":\"0x7\"},"
                + "\"transactions\":[]}],\"transactions\":[]}";

    @TempDir private Path folder;

    /**
     * The launcher held the node's state several times over: after two weeks, a gigabyte each. A
     * state of 95 MB passes through a heap of 32.
     */
    @Test
    void state_largerThanTheHeap_isWrittenDownAndReadAgain() throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx32m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LargeNode.class.getName(),
                                folder.toString(),
                                "60000")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(said).isEqualToIgnoringWhitespace("1700000000");
        Path state = new ChainStates(folder).state(59_999);
        assertThat(Files.size(state)).isGreaterThan(90_000_000);
        String end = end(state);
        assertThat(end)
                .as("states of blocks that nobody asks for")
                .doesNotContain("0x%064x".formatted(99));
    }

    @Test
    void state_cutOff_leavesTheOneBefore() throws Exception {
        ChainStates states = new ChainStates(folder);
        states.write(0, out -> out.write(WHOLE.getBytes(StandardCharsets.UTF_8)));
        String next = WHOLE.replace("number\":0", "number\":1");
        for (String torn : List.of(WHOLE.substring(0, WHOLE.length() - 1), next)) {
            assertThatThrownBy(
                            () ->
                                    states.write(
                                            1,
                                            out ->
                                                    out.write(
                                                            torn.getBytes(StandardCharsets.UTF_8))))
                    .isInstanceOf(IOException.class);
            assertThat(states.newestFirst()).containsExactly(0L);
        }
        assertThat(states.content(0).genesisTimestamp()).isEqualTo(7);
    }

    @Test
    void blocks_lastOneCutOff_areReadUpToIt() throws Exception {
        ChainStates states = new ChainStates(folder);
        states.write(0, out -> out.write(WHOLE.getBytes(StandardCharsets.UTF_8)));
        for (int number = 1; number <= 3; number++) {
            states.append(new MinedBlock(number, "0x" + number, "0x", 8, 1, List.of("0xaa")));
        }
        Path journal = folder.resolve("blocks-0.jsonl");
        Files.writeString(journal, "{\"number\":4,", StandardOpenOption.APPEND);
        List<Long> read = new ArrayList<>();

        assertThat(states.after(0, block -> read.add(block.number()))).isEqualTo(3);
        assertThat(read).containsExactly(1L, 2L, 3L);
    }

    @Test
    void blocks_oneMissing_areRefused() throws Exception {
        ChainStates states = new ChainStates(folder);
        states.write(0, out -> out.write(WHOLE.getBytes(StandardCharsets.UTF_8)));
        states.append(new MinedBlock(2, "0x2", "0x1", 8, 1, List.of()));

        assertThatThrownBy(() -> states.after(0, block -> {}))
                .hasMessageContaining("block 1 is missing");
    }

    private static String end(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            in.skipNBytes(Files.size(file) - 200_000);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
