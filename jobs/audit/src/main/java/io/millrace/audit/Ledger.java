package io.millrace.audit;

import io.millrace.audit.ChainBooks.Movement;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Where the records of one deployment come from, the chain first. */
interface Ledger {

    /** Under the domain of the vault. */
    TypedHashes hashes() throws IOException;

    /** From which a new audit reads the chain. */
    long firstBlock();

    /** Partitions of the request topic, once the topics have been read. */
    Set<Integer> requestPartitions();

    /**
     * Pins a block, hands over all movements behind that of {@code before} in the order of the
     * chain, and says what the chain holds.
     *
     * @throws IllegalStateException if {@code before} is not of this chain
     */
    ChainBooks chain(AnchorState before, Consumer<Movement> movements) throws IOException;

    /**
     * A key answers for requests to an earning account that were admitted before this, at the block
     * that was pinned.
     *
     * @return unix seconds, 0 of a key that never signed for it
     */
    BigInteger signsUntil(long account, String key) throws IOException;

    /**
     * Hands over all committed records behind the positions of {@code before}.
     *
     * @return where each partition ended, {@code topic-partition}
     * @throws IllegalStateException if {@code before} is not of these topics
     */
    Map<String, Long> topics(AnchorState before, KafkaBooks.Sink sink);
}
