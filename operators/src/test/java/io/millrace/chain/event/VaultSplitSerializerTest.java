package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.event.VaultSplit.WindowBlock;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Old bytes are read for ever; bytes of a newer release, or broken ones, never silently. */
class VaultSplitSerializerTest {

    private static final String A = "0x" + "0a".repeat(32);
    private static final String B = "0x" + "0b".repeat(32);
    private static final String C = "0x" + "0c".repeat(32);
    private static final VaultSplit SPLIT =
            new VaultSplit(
                    42,
                    0,
                    A,
                    List.of(
                            new WindowBlock(42, B, A, 1_000, LogsDigest.NONE),
                            new WindowBlock(43, C, B, 3_000, A)));

    private final VaultSplitSerializer serializer = new VaultSplitSerializer();

    @Test
    void split_bytesOfVersionOne_areRead() throws Exception {
        assertThat(serializer.deserialize(1, resource("v1/vault-split.bin")))
                .isEqualTo(new VaultSplit(42, 7, "", List.of()));
    }

    @Test
    void split_bytesOfVersionTwo_areReadAndWritten() throws Exception {
        byte[] stored = resource("v2/vault-split.bin");

        assertThat(serializer.deserialize(2, stored)).isEqualTo(SPLIT);
        assertThat(serializer.serialize(SPLIT)).isEqualTo(stored);
    }

    @Test
    void enumerator_bytesOfVersionOne_areRead() throws Exception {
        byte[] split = resource("v1/vault-split.bin");
        byte[] bytes = new byte[split.length + 1];
        bytes[0] = 1;
        System.arraycopy(split, 0, bytes, 1, split.length);

        VaultEnumerator.StateSerializer states = new VaultEnumerator.StateSerializer();

        assertThat(states.deserialize(1, bytes).unassigned())
                .isEqualTo(new VaultSplit(42, 7, "", List.of()));
        VaultEnumerator.State now = new VaultEnumerator.State(SPLIT);
        assertThat(states.deserialize(2, states.serialize(now))).isEqualTo(now);
    }

    @Test
    void split_otherBytes_areRefused() throws Exception {
        byte[] stored = resource("v2/vault-split.bin");
        byte[] cut = Arrays.copyOf(stored, stored.length - 1);
        byte[] longer = Arrays.copyOf(stored, stored.length + 1);

        assertThatThrownBy(() -> serializer.deserialize(3, stored))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> serializer.deserialize(2, cut)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> serializer.deserialize(2, longer)).isInstanceOf(IOException.class);
    }

    @Test
    void split_windowWithAGapOrAnotherParent_isRefused() {
        WindowBlock first = new WindowBlock(42, B, A, 1_000, LogsDigest.NONE);
        WindowBlock gap = new WindowBlock(44, C, B, 3_000, LogsDigest.NONE);
        WindowBlock stranger = new WindowBlock(43, C, A, 3_000, LogsDigest.NONE);

        for (WindowBlock second : List.of(gap, stranger)) {
            assertThatThrownBy(() -> new VaultSplit(42, 0, A, List.of(first, second)))
                    .hasMessageContaining("does not follow");
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in =
                VaultSplitSerializerTest.class.getResourceAsStream("/state/" + name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}
