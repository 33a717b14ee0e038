package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Eip712DomainTest {

    private static final String VAULT = "0x00000000000000000000000000000000000000aa";

    @Test
    void separator_otherChainOrVault_differs() {
        byte[] separator = new Eip712Domain(31337, VAULT).separator();

        assertThat(separator).hasSize(32).isNotEqualTo(new Eip712Domain(1, VAULT).separator());
        assertThat(separator).isNotEqualTo(new Eip712Domain(31337, EvmAddress.ZERO).separator());
        assertThat(separator)
                .isEqualTo(new Eip712Domain(31337, VAULT.replace("aa", "AA")).separator());
    }

    @Test
    void word_number_isBigEndianInTheLastBytes() {
        assertThat(Eip712Domain.word(258)).hasSize(32).startsWith(new byte[30]).endsWith(1, 2);
        assertThatThrownBy(() -> Eip712Domain.word(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void domain_noAddress_throws() {
        assertThatThrownBy(() -> new Eip712Domain(1, "vault"))
                .hasMessageContaining("not hexadecimal");
    }
}
