package io.millrace.watch.follow;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainEvents;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.utils.Numeric;

/**
 * Reads, as blocks become final, what was settled and what models cost. What settle was given is
 * believed only if it hashes to what the vault holds. One thread.
 */
public final class ChainFollower {

    private static final Logger LOG = LoggerFactory.getLogger(ChainFollower.class);
    private static final byte[] NEXT = Kind.STATE.key("next block");
    private static final byte[] SECONDS = Kind.STATE.key("seconds");
    private static final byte[] HASH = Kind.STATE.key("block hash");
    private static final byte[] UNREADABLE = Kind.STATE.key("unreadable parts");

    private final JsonRpc rpc;
    private final String vault;
    private final String registry;
    private final long startBlock;
    private final Finality finality;
    private final SettleCalls calls;
    private final WatchStore store;
    private final LogRanges ranges;

    /**
     * Of one vault and one registry.
     *
     * @param finality which blocks count
     */
    public ChainFollower(
            JsonRpc rpc,
            String vault,
            String registry,
            long startBlock,
            Finality finality,
            TypedHashes hashes,
            WatchStore store) {
        this.rpc = rpc;
        this.vault = vault.toLowerCase(Locale.ROOT);
        this.registry = registry.toLowerCase(Locale.ROOT);
        this.startBlock = startBlock;
        this.finality = finality;
        calls = new SettleCalls(rpc, vault, hashes);
        this.store = store;
        ranges = new LogRanges(rpc, List.of(this.vault, this.registry));
    }

    /** Time of the newest final block that was read, unix seconds; 0 before the first. */
    public long seconds() throws IOException {
        return store.number(SECONDS, 0);
    }

    /** The newest final block that was read. */
    public long block() throws IOException {
        return store.number(NEXT, startBlock) - 1;
    }

    /** Parts that cannot be judged, as nobody can see what settle was given. */
    public long unreadable() throws IOException {
        return store.number(UNREADABLE, 0);
    }

    /**
     * Reads on to the newest final block.
     *
     * @throws IOException if the node does not answer, or tells of another chain than before
     */
    public void step() throws IOException {
        JsonNode last = finality.newest(rpc);
        long end = quantity(last.path("number"));
        long next = store.number(NEXT, startBlock);
        if (next > startBlock && next <= end) {
            requireSameChain(next - 1);
        }
        while (next <= end) {
            JsonNode logs = ranges.logs(next, end);
            next = ranges.next();
            JsonNode block = next > end ? last : Finality.block(rpc, next - 1);
            try (WatchStore.Batch batch = store.batch()) {
                for (JsonNode log : logs) {
                    read(log, batch);
                }
                batch.put(NEXT, next);
                batch.put(SECONDS, quantity(block.path("timestamp")));
                batch.put(HASH, Numeric.hexStringToByteArray(block.path("hash").asText()));
                batch.write();
            }
        }
    }

    private void requireSameChain(long block) throws IOException {
        byte[] known = store.get(HASH);
        String found = Finality.block(rpc, block).path("hash").asText();
        if (known != null && !Numeric.toHexString(known).equals(found)) {
            throw new IOException(
                    ("block %d was %s and is %s: the node follows another chain, or"
                         + " --chain.finality %s is too near the newest block; correct it, and give"
                         + " --watch.data a new folder")
                            .formatted(block, Numeric.toHexString(known), found, finality.words()));
        }
    }

    private void read(JsonNode log, WatchStore.Batch batch) throws IOException {
        String topic = log.path("topics").path(0).asText();
        boolean ofRegistry = log.path("address").asText().equalsIgnoreCase(registry);
        if (ofRegistry && topic.equals(ChainEvents.MODEL_PRICED)) {
            AbiWords data = AbiWords.of(log.path("data").asText());
            batch.put(
                    Kind.PRICE.key(
                            Numeric.hexStringToByteArray(log.path("topics").path(1).asText()),
                            ByteBuffer.allocate(Long.BYTES).putLong(indexed(log, 2)).array()),
                    Numeric.hexStringToByteArray(data.hex()));
        } else if (!ofRegistry && topic.equals(ChainEvents.EPOCH_SETTLED)) {
            settled(log, batch);
        }
    }

    private void settled(JsonNode log, WatchStore.Batch batch) throws IOException {
        long epoch = indexed(log, 1);
        long part = indexed(log, 2);
        String header = log.path("topics").path(3).asText();
        Optional<String> words = calls.arguments(log.path("transactionHash").asText(), header);
        if (words.isEmpty()) {
            batch.put(UNREADABLE, unreadable() + 1);
            LOG.error(
                    "epoch {} part {} was settled by transaction {}, which does not show its words,"
                            + " and the node does not trace it; name a node that traces",
                    epoch,
                    part,
                    log.path("transactionHash").asText());
            return;
        }
        long seconds =
                quantity(Finality.block(rpc, quantity(log.path("blockNumber"))).path("timestamp"));
        batch.put(Kind.PART.key(epoch, part), Rows.settled(words.get(), seconds));
        batch.put(Kind.WAITING.key(epoch), seconds);
    }

    private static long indexed(JsonNode log, int topic) {
        return Numeric.toBigInt(log.path("topics").path(topic).asText()).longValueExact();
    }

    private static long quantity(JsonNode number) throws IOException {
        return JsonRpc.quantity(number).longValueExact();
    }
}
