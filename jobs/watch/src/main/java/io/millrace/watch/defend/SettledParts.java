package io.millrace.watch.defend;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainEvents;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.follow.SettleCalls;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the headers of challenged parts on the chain: the vault keeps their hashes alone. Walks
 * back from the newest block as far as it has to, once, and remembers in which transactions parts
 * were settled. One thread.
 */
final class SettledParts {

    private static final long STEP = 2_000;

    private final JsonRpc rpc;
    private final TribunalChain chain;
    private final SettleCalls calls;
    private final LogRanges ranges;
    private final long startBlock;

    private final Map<String, String> transactions = new HashMap<>();
    private long lowest;
    private long highest;

    /**
     * Of one vault.
     *
     * @param startBlock not after its deployment
     */
    SettledParts(JsonRpc rpc, TribunalChain chain, SettleCalls calls, long startBlock) {
        this.rpc = rpc;
        this.chain = chain;
        this.calls = calls;
        this.startBlock = startBlock;
        ranges = new LogRanges(rpc, List.of(chain.vault()));
    }

    /**
     * The header of a part, as the vault has it now.
     *
     * @throws IOException if the node does not answer, or the part is not to be found
     */
    Header header(long epoch, long part) throws IOException {
        String hash = chain.headerOf(epoch, part);
        if (hash.equals(MerkleSum.EMPTY.hash())) {
            throw new IOException(
                    "the vault has no epoch %d part %d; the node is behind, or the chain was reorganised"
                            .formatted(epoch, part));
        }
        String transaction = transactionOf(hash);
        if (transaction == null || !isMined(transaction)) { // a reorganisation may have moved it
            transactions.clear();
            highest = 0;
            transaction = transactionOf(hash);
        }
        if (transaction == null) {
            throw new IOException(
                    ("epoch %d part %d was settled before block %d; give --chain.start.block that"
                                    + " of the vault's deployment")
                            .formatted(epoch, part, startBlock));
        }
        String data = calls.arguments(transaction, hash).orElse(null);
        if (data == null) {
            throw new IOException(
                    ("epoch %d part %d was settled by transaction %s, which does not show its"
                                    + " header, and the node does not trace it; name a node that"
                                    + " traces")
                            .formatted(epoch, part, transaction));
        }
        return ChainEvents.settleCall(new AbiWords(data)).header();
    }

    private boolean isMined(String transaction) throws IOException {
        return rpc.find("eth_getTransactionByHash", transaction)
                .filter(mined -> mined.hasNonNull("blockNumber"))
                .isPresent();
    }

    private @Nullable String transactionOf(String hash) throws IOException {
        long newest = chain.newest().number();
        if (highest == 0) {
            lowest = newest + 1;
            highest = newest;
        }
        if (!transactions.containsKey(hash) && highest < newest) {
            read(highest + 1, newest);
            highest = newest;
        }
        while (!transactions.containsKey(hash) && lowest > startBlock) {
            long from = Math.max(startBlock, lowest - STEP);
            read(from, lowest - 1);
            lowest = from;
        }
        return transactions.get(hash);
    }

    private void read(long first, long last) throws IOException {
        for (long from = first; from <= last; from = ranges.next()) {
            for (JsonNode log : ranges.logs(from, last)) {
                if (log.path("topics").path(0).asText().equals(ChainEvents.EPOCH_SETTLED)) {
                    transactions.put(
                            log.path("topics").path(3).asText().toLowerCase(Locale.ROOT),
                            log.path("transactionHash").asText());
                }
            }
        }
    }
}
