package io.millrace.audit.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.utils.Numeric;

/**
 * The logs of some contracts, in ranges of blocks that the node takes: whatever it says to one that
 * it refuses, a narrower one is tried, down to a single block. Widths that fit are widened slowly,
 * as most limits are fixed. A node that has not yet come to a block says that it has no logs, as if
 * that were so for ever: logs are believed of a node that has the last block of the range, too.
 */
public final class LogRanges {

    private static final long WIDEST = 2_000;
    private static final int MOST_REFUSED_BATCHES = 3; // then logs are asked for by themselves

    private final JsonRpc rpc;
    private final List<String> addresses;
    private long blocks = WIDEST;
    private int refusedBatches;
    private long next;

    /** The node does not have the block whose logs it was asked for. */
    private static final class BehindException extends IOException {

        private static final long serialVersionUID = 1L;

        BehindException(String message) {
            super(message);
        }
    }

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
                JsonNode logs = ask(from, to);
                if (to - from + 1 == blocks) {
                    blocks = Math.min(WIDEST, blocks + Math.max(1, blocks / 20));
                }
                next = to + 1;
                return logs;
            } catch (BehindException e) {
                throw e;
            } catch (IOException e) {
                // No answer may be the width too: a time-out, a 504, a connection that ends.
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

    private JsonNode ask(long from, long to) throws IOException {
        Optional<JsonNode> together =
                refusedBatches < MOST_REFUSED_BATCHES ? together(from, to) : Optional.empty();
        if (together.isPresent()) {
            refusedBatches = 0;
            return together.get();
        }
        JsonNode logs =
                whole(
                        from == to
                                ? rpc.call("eth_getLogs", filter(from, to))
                                : rpc.callForMuch("eth_getLogs", filter(from, to)));
        if (!has(to, from == to)) {
            throw new BehindException(
                    "%s does not have block %d, whose logs it gave; it is behind itself, wait or name another node"
                            .formatted(rpc.host(), to));
        }
        refusedBatches++;
        return logs;
    }

    /** With the last block; empty if the range, that block or the batch is refused. */
    private Optional<JsonNode> together(long from, long to) throws IOException {
        try {
            return Optional.of(
                    whole(
                            rpc.together(
                                            new JsonRpc.Call("eth_getLogs", filter(from, to)),
                                            new JsonRpc.Call(
                                                    "eth_getBlockByNumber", hex(to), false))
                                    .get(0)));
        } catch (JsonRpc.RefusedException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (from < to) {
                throw e;
            }
            return Optional.empty(); // a single block is asked for with patience
        }
    }

    private boolean has(long block, boolean patiently) throws IOException {
        try {
            return rpc.find("eth_getBlockByNumber", hex(block), false).isPresent();
        } catch (JsonRpc.RefusedException e) {
            if (!patiently) {
                throw e;
            }
            return rpc.call("eth_getBlockByNumber", hex(block), false).isContainerNode();
        }
    }

    private JsonNode whole(JsonNode logs) throws IOException {
        if (!logs.isArray()) {
            throw new IOException(
                    "%s gave no list of logs: %s".formatted(rpc.host(), JsonRpc.shown(logs)));
        }
        return logs;
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
