package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each text that nodes are known to give means what the table says. */
class SendRefusalTest {

    @Test
    void row_example_isClassifiedByThatRow() {
        for (SendRefusal.Row row : SendRefusal.rows()) {
            assertThat(SendRefusal.of(refused(row.example())))
                    .as("%s says \"%s\"", row.source(), row.example())
                    .isEqualTo(row.refusal());
        }
    }

    /** "nonce too low: next nonce 429" was taken for a rate limit, and waited out for ever. */
    @Test
    void row_nearMiss_isNotOfThatRow() {
        for (SendRefusal.Row row : SendRefusal.rows()) {
            assertThat(row.text().matcher(row.nearMiss()).find())
                    .as("%s is found in \"%s\"", row.text(), row.nearMiss())
                    .isFalse();
            assertThat(SendRefusal.of(refused(row.nearMiss())))
                    .as("\"%s\"", row.nearMiss())
                    .isNotEqualTo(row.refusal());
        }
    }

    /** A host or a method is no word of the node. */
    @Test
    void host_namedLikeARefusal_isNotRead() {
        assertThat(
                        SendRefusal.of(
                                RpcException.unreachable(
                                        "eth_sendRawTransaction",
                                        "rate-limit.nonce too low.example",
                                        new IOException("nonce too low"))))
                .isEqualTo(SendRefusal.NO_ANSWER);
    }

    @Test
    void table_coversEveryRefusalThatHasAText() {
        Set<SendRefusal> named = EnumSet.noneOf(SendRefusal.class);
        SendRefusal.rows().forEach(row -> named.add(row.refusal()));

        assertThat(EnumSet.complementOf(EnumSet.copyOf(named)))
                .containsExactly(SendRefusal.UNKNOWN, SendRefusal.REVERTED);
    }

    @Test
    void text_ofOtherNodes_isKnownToo() {
        assertThat(SendRefusal.of(refused("OldNonce"))).isEqualTo(SendRefusal.NONCE_TOO_LOW);
        assertThat(SendRefusal.of(refused("Upfront cost exceeds account balance")))
                .isEqualTo(SendRefusal.OUT_OF_FUNDS);
        assertThat(SendRefusal.of(refused("queue full"))).isEqualTo(SendRefusal.POOL_FULL);
        assertThat(SendRefusal.of(refused("FeeTooLow"))).isEqualTo(SendRefusal.FEE_TOO_LOW);
    }

    @Test
    void text_unknown_isUnknown() {
        assertThat(SendRefusal.of(refused("the moon is in the wrong house")))
                .isEqualTo(SendRefusal.UNKNOWN);
    }

    @Test
    void noAnswer_isNoRefusal() {
        assertThat(
                        SendRefusal.of(
                                RpcException.unreachable(
                                        "eth_sendRawTransaction",
                                        "node",
                                        new IOException("connection reset"))))
                .isEqualTo(SendRefusal.NO_ANSWER);
    }

    @Test
    void revert_isTheVaultsWord() {
        assertThat(
                        SendRefusal.of(
                                RpcException.refused(
                                        "eth_sendRawTransaction", 3, "execution reverted", "0x")))
                .isEqualTo(SendRefusal.REVERTED);
    }

    private static RpcException refused(String message) {
        return RpcException.refused("eth_sendRawTransaction", -32000, message, null);
    }
}
