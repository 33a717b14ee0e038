package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HexTest {

    @Test
    void encode_bytes_lowerCaseWithPrefix() {
        assertThat(Hex.encode(new byte[] {0, (byte) 0xAB, 127})).isEqualTo("0x00ab7f");
        assertThat(Hex.encode(new byte[0])).isEqualTo("0x");
    }

    @Test
    void decode_eitherCase_sameBytes() {
        assertThat(Hex.decode("0x00aB7F")).containsExactly(0, 0xAB, 127);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0X00", "0x0", "0x0g", "0x ", "0x00\n", "0x٠٠"})
    void decode_noHexadecimal_throwsNamingIt(String text) {
        assertThatThrownBy(() -> Hex.decode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not hexadecimal");
    }

    @Test
    void decode_otherLength_throwsNamingBoth() {
        assertThatThrownBy(() -> Hex.decode("0x0011", 3))
                .hasMessageContaining("has 2 bytes where 3 are needed");
    }

    @Test
    void decode_hugeText_messageStaysShort() {
        assertThatThrownBy(() -> Hex.decode("z".repeat(1 << 20)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }
}
