package io.millrace.audit.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.web3j.utils.Numeric;

/**
 * The logs of some contracts, in ranges of blocks that the node takes: whatever it says to one that
 * it refuses, a narrower one is tried, down to a single block. Widths that fit are widened slowly,
 * as most limits are fixed.
 */
public final class LogRanges {

    private static final long WIDEST = 2_000;

    private final JsonRpc rpc;
    private final List<String> addresses;
    private long blocks = WIDEST;
    private long next;

    /** Of all contracts at {@code addresses}. */
    public LogRanges(JsonRpc rpc, List<String> addresses) {
        this.rpc = rpc;
        this.addresses = addresses;
    }

    /**
     * Logs from block {@code from} on, at most to {@code last}; {@link #next} says how far.
     *
     * @throws IOException if the node does not answer, or refuses the logs of {@code from} alone
     */
    public JsonNode logs(long from, long last) throws IOException {
        while (true) {
            long to = Math.min(from + blocks - 1, last);
            try {
                JsonNode logs =
                        from == to
                                ? rpc.call("eth_getLogs", filter(from, to))
                                : rpc.callOnce("eth_getLogs", filter(from, to));
                if (to - from + 1 == blocks) {
                    blocks = Math.min(WIDEST, blocks + Math.max(1, blocks / 20));
                }
                next = to + 1;
                return logs;
            } catch (IOException e) {
                // No answer, after all repetitions, may be the width too: a time-out, a 504.
                if (from == to) {
                    throw new IOException(
                            ("the logs of block %d alone are not given, so the width of the range"
                                            + " is not the matter; name another node: %s")
                                    .formatted(from, e.getMessage()),
                            e);
                }
                blocks = Math.max(1, (to - from + 1) / 2);
            }
        }
    }

    /** The first block that was not asked for yet. */
    public long next() {
        return next;
    }

    private Map<String, Object> filter(long from, long to) {
        return Map.of("fromBlock", hex(from), "toBlock", hex(to), "address", addresses);
    }

    private static String hex(long number) {
        return Numeric.encodeQuantity(BigInteger.valueOf(number));
    }
}
