package io.millrace.chain.submit;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One part on its way into the vault, with everything ever signed for it. Submitter's thread only.
 */
final class TrackedPart {

    final SealedPart part;

    /** Since when it is in the log: survives restarts, as far as the log tells. */
    final long sinceMillis;

    /** Every SIGNED entry of our account, oldest first; any of them may be mined. */
    final List<SettlementRecord> attempts = new ArrayList<>();

    /** Those of a signer that was replaced: watched, but their nonces are not ours. */
    final List<SettlementRecord> byFormerSigner = new ArrayList<>();

    /** Reverted attempts that were explained, so that a new one may take their place. */
    final Set<String> explained = new HashSet<>();

    /** Where the vault settled it, once that was seen; a reorganisation can undo it until final. */
    @Nullable LogEntry settledIn;

    /** Since when the vault holds it and shows no log of it; 0 if that is not so. */
    long unloggedSinceMillis;

    long signedMillis;

    /** When signed bytes were handed to the node, or long ago if this process never did. */
    long publishedMillis = Long.MIN_VALUE / 2;

    /** What the node said to the newest of them; null if it took it, or was not asked yet. */
    @Nullable SendRefusal refusal;

    /** How often in a row the node did not take it. */
    int refusals;

    /** Whether the gas it needs was asked for since that refusal. */
    boolean gasAsked;

    /** Lowest gas limit worth signing, raised when one ran out. */
    long minGasLimit;

    /** Since when every nonce of ours is used by something else; 0 if it is not. */
    long replacedSinceMillis;

    /** Since when the account waits for a nonce lower than all of ours; 0 if it does not. */
    long gapSinceMillis;

    /** Since when the vault reverts without saying why; 0 if it does not. */
    long mutedSinceMillis;

    TrackedPart(SealedPart part, List<SettlementRecord> signed, String signer, TrackTimes times) {
        this.part = part;
        this.sinceMillis = times.sealedMillis();
        this.signedMillis = times.nowMillis();
        for (SettlementRecord entry : signed) {
            (SignedTransaction.isSignedBy(entry.raw(), signer) ? attempts : byFormerSigner)
                    .add(entry);
        }
    }

    /** When the part came into the log, and when it came here. */
    record TrackTimes(long sealedMillis, long nowMillis) {}

    /** All that may be mined for it. */
    List<SettlementRecord> watched() {
        List<SettlementRecord> all = new ArrayList<>(byFormerSigner);
        all.addAll(attempts);
        return all;
    }

    /** The newest attempt with the lowest nonce that is not used up yet, or null. */
    @Nullable SettlementRecord nextToMine(long chainCount) {
        SettlementRecord next = null;
        for (SettlementRecord attempt : attempts) {
            if (attempt.nonce() >= chainCount
                    && (next == null || attempt.nonce() <= next.nonce())) {
                next = attempt;
            }
        }
        return next;
    }

    /** "epoch 41 part 0 (0x9f..)", for messages. */
    String name() {
        EpochHeader header = part.header();
        return "epoch " + header.epoch() + " part " + header.part() + " (" + part.hash() + ")";
    }

    /** What was signed as {@code transaction}, or null if another process of ours did that. */
    @Nullable SettlementRecord attempt(String transaction) {
        for (SettlementRecord attempt : watched()) {
            if (attempt.transaction().equals(transaction)) {
                return attempt;
            }
        }
        return null;
    }

    /** The journal's entry that says it is final. */
    SettlementRecord settlement(TransactionOutcome outcome, long atMillis) {
        SettlementRecord sent = attempt(outcome.transaction());
        return new SettlementRecord(
                SettlementRecord.State.FINAL,
                part.header().epoch(),
                part.header().part(),
                part.hash(),
                sent == null ? -1 : sent.nonce(),
                outcome.transaction(),
                "",
                sent == null ? 0 : sent.maxFeePerGasWei(),
                sent == null ? 0 : sent.maxPriorityFeePerGasWei(),
                outcome.block(),
                outcome.gasUsed(),
                atMillis);
    }
}
