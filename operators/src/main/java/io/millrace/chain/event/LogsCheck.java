package io.millrace.chain.event;

/** How the event source makes sure that a node gave it all logs of a block. */
public enum LogsCheck {
    /** The node's word, heard twice. */
    OFF,
    /**
     * Blocks whose header's bloom filter has none of our contracts have no log of ours; the logs of
     * all others are proven by their receipts. On a chain whose blooms are nearly full that is most
     * blocks.
     */
    BLOOM,
    /** The logs of every block are proven by its receipts; for chains with late or no blooms. */
    RECEIPTS
}
