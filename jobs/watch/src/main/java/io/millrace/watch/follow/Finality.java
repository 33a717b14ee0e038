package io.millrace.watch.follow;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.math.BigInteger;
import org.web3j.utils.Numeric;

/**
 * Which blocks count.
 *
 * @param words a tag of the node, or a number of blocks behind the newest
 */
public record Finality(String words) {

    /**
     * Refuses what is neither.
     *
     * @throws IllegalArgumentException that says what may be given
     */
    public Finality {
        requireNonNull(words, "words is null");
        if (!words.matches("finalized|safe|latest|[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    ("--chain.finality is %s; give finalized, safe, or a number of blocks behind"
                                    + " the newest")
                            .formatted(words));
        }
    }

    /** The newest block that counts, as the node gives it. */
    JsonNode newest(JsonRpc rpc) throws IOException {
        boolean depth = words.matches("[0-9]+");
        JsonNode block = rpc.call("eth_getBlockByNumber", depth ? "latest" : words, false);
        long behind = depth ? Long.parseLong(words) : 0;
        return behind == 0 ? block : block(rpc, Math.max(0, numberOf(block) - behind));
    }

    /** Number of the newest block that counts. */
    public long newestNumber(JsonRpc rpc) throws IOException {
        return numberOf(newest(rpc));
    }

    static JsonNode block(JsonRpc rpc, long number) throws IOException {
        return rpc.call(
                "eth_getBlockByNumber", Numeric.encodeQuantity(BigInteger.valueOf(number)), false);
    }

    private static long numberOf(JsonNode block) throws IOException {
        return JsonRpc.quantity(block.path("number")).longValueExact();
    }
}
