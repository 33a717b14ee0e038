package io.millrace.chain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One part on its way into the vault, with everything ever signed for it. Submitter's thread only.
 */
final class TrackedPart {

    final SealedEpoch part;
    final long sinceMillis;

    /** Every SIGNED entry, oldest first; any of them may be mined. */
    final List<SettlementRecord> attempts;

    /** Where the vault settled it, once that was seen; a reorganisation can undo it until final. */
    @Nullable LogEntry settledIn;

    long signedMillis;

    /** When the newest attempt was handed to the node, or long ago if this process never did. */
    long publishedMillis = Long.MIN_VALUE / 2;

    /** Since when the nonce of every attempt is used by something else; 0 if it is not. */
    long replacedSinceMillis;

    TrackedPart(SealedEpoch part, List<SettlementRecord> attempts, long nowMillis) {
        this.part = part;
        this.attempts = new ArrayList<>(attempts);
        this.sinceMillis = nowMillis;
        this.signedMillis = nowMillis;
    }

    SettlementRecord newest() {
        return attempts.get(attempts.size() - 1);
    }

    /** "epoch 41 part 0 (0x9f..)", for messages. */
    String name() {
        EpochHeader header = part.header();
        return "epoch " + header.epoch() + " part " + header.part() + " (" + part.hash() + ")";
    }
}
