package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EvmAddressTest {

    private static final String ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

    @Test
    void canonical_checksumSpelling_lowerCase() {
        assertThat(EvmAddress.canonical("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"))
                .isEqualTo(ADDRESS);
        assertThatThrownBy(() -> EvmAddress.canonical("0x12"))
                .hasMessageContaining("20 are needed");
    }

    @Test
    void toWord_address_isRightAligned() {
        byte[] word = EvmAddress.toWord(ADDRESS);

        assertThat(word).hasSize(32).startsWith(new byte[12]);
        assertThat(Hex.encode(Arrays.copyOfRange(word, 12, 32))).isEqualTo(ADDRESS);
    }

    @Test
    void ofPublicKey_otherLength_throws() {
        assertThatThrownBy(() -> EvmAddress.ofPublicKey(new byte[33]))
                .hasMessageContaining("33 bytes");
    }
}
