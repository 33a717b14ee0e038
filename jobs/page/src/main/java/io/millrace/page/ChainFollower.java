package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.page.PageStore.Batch;
import io.millrace.page.PageStore.Kind;
import io.millrace.page.Tally.Sum;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Reads the vault's events as their blocks become final: which transaction settled which part, and
 * what all accounts hold together. Its own thread, until interrupted; what others may ask is
 * volatile.
 */
final class ChainFollower implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ChainFollower.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final byte[] STATE = Kind.STATE.key("chain");
    private static final String DEPOSITED = topic("Deposited(uint32,address,address,uint64)");
    private static final String RELEASED =
            topic("WithdrawalReleased(uint32,address,uint32,uint64)");
    private static final String TAKEN = topic("WithdrawalTaken(uint32,address,address,uint64)");
    private static final String ESCAPED = topic("Escaped(uint32,address,uint32,uint64,uint64)");
    private static final String EARNINGS_WITHDRAWN =
            topic("EarningsWithdrawn(uint32,address,address,uint64)");
    private static final String EPOCH_SETTLED =
            topic("EpochSettled(uint64,uint32,bytes32,uint32,bytes32,uint64,uint64,uint64)");

    private final JsonRpc rpc;
    private final VaultView vault;
    private final LogRanges ranges;
    private final long startBlock;
    private final String finality;
    private final PageStore store;

    private volatile JsonNode state;
    private volatile String failure = "";

    /**
     * @param finality a tag of the node, or a number of blocks behind the newest
     */
    ChainFollower(JsonRpc rpc, VaultView vault, long startBlock, String finality, PageStore store)
            throws IOException {
        this.rpc = rpc;
        this.vault = vault;
        this.startBlock = startBlock;
        this.finality = finality;
        this.store = store;
        ranges = new LogRanges(rpc, List.of(vault.address()));
        state = store.json(STATE);
    }

    /** {@code block}, the newest final one that was read, {@code heldNano} there, and sums. */
    JsonNode state() {
        return state;
    }

    /** Why it does not read, empty while it does. */
    String failure() {
        return failure;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
                failure = "";
            } catch (IOException | RuntimeException e) { // whatever it is, visitors are told
                LOG.warn("the chain cannot be read; tried again in {}", PAUSE, e);
                failure = String.valueOf(e.getMessage());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() throws IOException {
        long last = finalBlock();
        long next = Math.max(startBlock, state.path("block").asLong(-1) + 1);
        while (next <= last) {
            JsonNode logs = ranges.logs(next, last);
            next = ranges.next();
            fold(logs, next - 1, next > last);
        }
    }

    private long finalBlock() throws IOException {
        boolean depth = finality.matches("[0-9]+");
        JsonNode block = rpc.call("eth_getBlockByNumber", depth ? "latest" : finality, false);
        long number = Numeric.decodeQuantity(block.path("number").asText()).longValueExact();
        return depth ? Math.max(0, number - Long.parseLong(finality)) : number;
    }

    private void fold(JsonNode logs, long block, boolean newest) throws IOException {
        try (Batch batch = store.batch()) {
            Tally sums = Tally.of(state.path(RecordFold.SUMS));
            for (JsonNode log : logs) {
                fold(log, sums, batch);
            }
            ObjectNode next = Json.object().put("block", block);
            next.set(RecordFold.SUMS, sums.toJson());
            if (newest) {
                vault.heldNano(Numeric.encodeQuantity(BigInteger.valueOf(block)))
                        .ifPresent(held -> next.put("heldNano", held.toString()));
            }
            batch.put(STATE, next);
            batch.write();
            state = next;
        }
    }

    private static void fold(JsonNode log, Tally sums, Batch batch) throws IOException {
        String topic = log.path("topics").path(0).asText();
        AbiWords data = AbiWords.of(log.path("data").asText());
        if (topic.equals(EPOCH_SETTLED)) {
            long paid = data.count(4);
            sums.count(Sum.SETTLED_PARTS);
            sums.add(Sum.SETTLED_NANO, paid);
            move(sums, Sum.SPENDING_NANO, Sum.EARNING_NANO, paid);
            batch.put(
                    Kind.SETTLED.key(indexed(log, 1), indexed(log, 2)),
                    Json.object()
                            .put("transaction", log.path("transactionHash").asText())
                            .put(
                                    "block",
                                    Numeric.decodeQuantity(log.path("blockNumber").asText())
                                            .longValueExact())
                            .put("sumNano", paid));
        } else if (topic.equals(DEPOSITED)) {
            sums.add(Sum.SPENDING_NANO, data.count(0));
        } else if (topic.equals(RELEASED)) {
            move(sums, Sum.SPENDING_NANO, Sum.RELEASED_NANO, data.count(0));
        } else if (topic.equals(TAKEN)) {
            sums.add(Sum.RELEASED_NANO, -data.count(1));
        } else if (topic.equals(ESCAPED)) {
            move(sums, Sum.SPENDING_NANO, Sum.RELEASED_NANO, data.count(1));
            sums.add(Sum.RELEASED_NANO, -data.count(0));
        } else if (topic.equals(EARNINGS_WITHDRAWN)) {
            sums.add(Sum.EARNING_NANO, -data.count(1));
        }
    }

    private static void move(Tally sums, Sum from, Sum to, long amount) {
        sums.add(from, -amount);
        sums.add(to, amount);
    }

    private static long indexed(JsonNode log, int topic) {
        return Numeric.toBigInt(log.path("topics").path(topic).asText()).longValueExact();
    }

    private static String topic(String signature) {
        return Hash.sha3String(signature);
    }
}
