package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeccakTest {

    @Test
    void hash_knownTexts_asTheEvm() {
        assertThat(Hex.encode(Keccak.hash()))
                .isEqualTo("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        assertThat(Hex.encode(Keccak.hashUtf8("abc")))
                .isEqualTo("0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    }

    @Test
    void hash_parts_isThatOfTheirConcatenation() {
        assertThat(Keccak.hash(new byte[] {1}, new byte[0], new byte[] {2, 3}))
                .isEqualTo(Keccak.hash(new byte[] {1, 2, 3}));
    }
}
