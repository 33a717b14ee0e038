package io.millrace.chain.submit;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SendRefusal.Reaction;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the one part that the vault waits for: simulates, has it signed and journaled, sends,
 * re-publishes, replaces. All attempts for a part are one logical transaction: each is watched,
 * none is given up, and whichever is mined settles the part. Submitter's thread only.
 */
final class PartSender {

    private static final Logger LOG = LoggerFactory.getLogger(PartSender.class);

    private final VaultClient chain;
    private final Signer signer;
    private final NonceTracker nonces;
    private final SubmitOptions options;
    private final SteadyClock clock;
    private final SubmitMetrics metrics;
    private final DryRun dryRun;
    private final AttemptSigner attempts;

    PartSender(SubmitContext context, NonceTracker nonces, SteadyClock clock) {
        this.chain = context.chain();
        this.signer = context.signer();
        this.nonces = nonces;
        this.options = context.options();
        this.clock = clock;
        this.metrics = context.metrics();
        this.dryRun = new DryRun(chain, signer);
        this.attempts = new AttemptSigner(context, dryRun, clock);
    }

    /** Appends durably, or halts. */
    void journal(SettlementRecord entry) throws SettlementHaltedException {
        attempts.journal(entry);
    }

    /**
     * Does what is due for the part that the vault waits for; {@code latest} is the block the vault
     * was read at. Returns whether nothing can be done for now.
     */
    boolean advance(TrackedPart tracked, L2Block latest)
            throws RpcException, SettlementHaltedException {
        SendOutcome outcome = outcomeOf(tracked);
        if (!(outcome instanceof SendOutcome.Replaced)) {
            tracked.replacedSinceMillis = 0;
        }
        if (outcome instanceof SendOutcome.NotSigned) {
            return signAnew(tracked, nonces.next(chain.nonce(signer.address())), latest);
        } else if (outcome instanceof SendOutcome.Unknown unknown) {
            return keepAlive(tracked, unknown.chainCount(), latest);
        } else if (outcome instanceof SendOutcome.Mined) {
            return false; // the next poll reads the vault at a newer block
        } else if (outcome instanceof SendOutcome.Reverted reverted) {
            return onReverted(tracked, reverted, latest);
        } else if (outcome instanceof SendOutcome.Replaced replaced) {
            return replaceAfterAWhile(tracked, replaced.chainCount(), latest);
        }
        throw new IllegalStateException("no branch for " + outcome);
    }

    private SendOutcome outcomeOf(TrackedPart tracked) throws RpcException {
        SendOutcome outcome = outcomeInOneLook(tracked);
        // Mined between the look at its receipt and the count: a second look finds it.
        return outcome instanceof SendOutcome.Replaced ? outcomeInOneLook(tracked) : outcome;
    }

    private SendOutcome outcomeInOneLook(TrackedPart tracked) throws RpcException {
        SendOutcome.Reverted reverted = null;
        for (SettlementRecord attempt : tracked.watched()) {
            Optional<TransactionOutcome> mined = chain.outcome(attempt.transaction());
            if (mined.isPresent() && mined.get().succeeded()) {
                return new SendOutcome.Mined();
            }
            if (mined.isPresent() && !tracked.explained.contains(attempt.transaction())) {
                reverted = new SendOutcome.Reverted(attempt, mined.get());
            }
        }
        if (reverted != null) {
            return reverted;
        }
        long highest = -1;
        for (SettlementRecord attempt : tracked.attempts) {
            if (!tracked.explained.contains(attempt.transaction())) {
                highest = Math.max(highest, attempt.nonce());
            }
        }
        if (highest < 0) {
            return new SendOutcome.NotSigned();
        }
        long chainCount = nonces.count(chain.nonce(signer.address()));
        return chainCount > highest
                ? new SendOutcome.Replaced(chainCount)
                : new SendOutcome.Unknown(chainCount);
    }

    private boolean signAnew(TrackedPart tracked, long nonce, L2Block latest)
            throws RpcException, SettlementHaltedException {
        String calldata = VaultAbi.settle(tracked.part);
        RevertReason refused = dryRun.simulate(calldata, latest);
        metrics.bondMissing(0);
        if (refused != null) {
            return haltUnlessTransient(tracked, refused, "would revert");
        }
        tracked.mutedSinceMillis = 0;
        long gas = dryRun.gas(calldata);
        if (attempts.isOverGasCap(tracked, gas)) {
            return true;
        }
        publish(tracked, attempts.first(tracked, nonce, gas, latest));
        return false;
    }

    /** The attempts may be waiting, evicted, or never have arrived: all call for the same bytes. */
    private boolean keepAlive(TrackedPart tracked, long chainCount, L2Block latest)
            throws RpcException, SettlementHaltedException {
        SettlementRecord next = tracked.nextToMine(chainCount);
        if (next == null) {
            throw new IllegalStateException("no attempt for nonce " + chainCount + " or later");
        }
        long now = clock.millis();
        if (next.nonce() == chainCount) {
            tracked.gapSinceMillis = 0;
        } else if (tracked.gapSinceMillis == 0) {
            tracked.gapSinceMillis = now;
        } else if (now - tracked.gapSinceMillis >= options.bumpMillis()) {
            // What used the nonces before ours was reorganised away: the same part fills the gap.
            tracked.gapSinceMillis = 0;
            return signAnew(tracked, chainCount, latest);
        }
        SendRefusal refusal = tracked.refusal;
        Reaction reaction = refusal == null ? Reaction.CHAIN_DECIDES : refusal.reaction();
        SettlementRecord roomier = attempts.withMoreGas(tracked, next, latest);
        if (roomier != null) {
            publish(tracked, roomier);
            return false;
        }
        if (reaction == Reaction.SIMULATE) {
            RevertReason reason = dryRun.simulate(VaultAbi.settle(tracked.part), latest);
            if (reason != null) {
                return haltUnlessTransient(tracked, reason, "is refused");
            }
        }
        boolean stuck = now - tracked.signedMillis >= options.bumpMillis();
        if (reaction == Reaction.REPRICE || (stuck && reaction != Reaction.HOLD)) {
            SettlementRecord dearer = attempts.bump(tracked, next, latest);
            if (dearer != null) {
                publish(tracked, dearer);
                return false;
            }
        }
        if (now - tracked.publishedMillis >= republishMillis(tracked)) {
            publish(tracked, next);
        }
        return reaction == Reaction.HOLD;
    }

    /** Each refusal of that kind in a row doubles the wait, up to the longest back-off. */
    private long republishMillis(TrackedPart tracked) {
        long most = Math.max(options.republishMillis(), options.maxBackoffMillis());
        return Math.min(options.republishMillis() << Math.min(tracked.refusals, 20), most);
    }

    /** Ours is in a block and failed: the reason decides. */
    private boolean onReverted(TrackedPart tracked, SendOutcome.Reverted reverted, L2Block latest)
            throws RpcException, SettlementHaltedException {
        TransactionOutcome outcome = reverted.outcome();
        String how = "was reverted in transaction " + outcome.transaction();
        RevertReason reason = dryRun.simulate(VaultAbi.settle(tracked.part), latest);
        if (reason != null) {
            return haltUnlessTransient(tracked, reason, how);
        }
        long gasLimit = SignedTransaction.gasLimit(reverted.attempt().raw());
        boolean outOfGas = outcome.gasUsed() >= gasLimit;
        if (outOfGas && gasLimit >= options.maxGas()) {
            throw new SettlementHaltedException(
                    Reason.REVERTED,
                    ("%s %s: it used all of %d gas, the most a transaction may ask for, and is now"
                                    + " estimated to need %d; raise --chain.transaction.max.gas if"
                                    + " the chain takes more, and lower --settle.part.max.gas for"
                                    + " the epochs to come")
                            .formatted(
                                    tracked.name(),
                                    how,
                                    gasLimit,
                                    dryRun.gas(VaultAbi.settle(tracked.part))));
        }
        // It would pass now: it met a pause, or ran out of gas. Its nonce is used up.
        if (outOfGas) {
            tracked.minGasLimit = Math.addExact(gasLimit, gasLimit / 2);
        }
        attempts.warn(tracked.name() + " " + how + " but would pass now; signing it anew");
        long usedUp = reverted.attempt().nonce();
        nonces.mined(usedUp);
        for (SettlementRecord attempt : tracked.attempts) {
            if (attempt.nonce() == usedUp) {
                tracked.explained.add(attempt.transaction());
            }
        }
        return false;
    }

    /**
     * The nonce went to a transaction that is none of ours, or the node forgot ours for a moment.
     * Signing again is safe, the vault takes the header once (M5); it only waits to save gas.
     */
    private boolean replaceAfterAWhile(TrackedPart tracked, long chainCount, L2Block latest)
            throws RpcException, SettlementHaltedException {
        long now = clock.millis();
        if (tracked.replacedSinceMillis == 0) {
            tracked.replacedSinceMillis = now;
        } else if (now - tracked.replacedSinceMillis >= options.republishMillis()) {
            // Not at once: a node may count a transaction before it has its receipt.
            attempts.warn(
                    ("a nonce of %s below %d was used by a transaction unknown"
                                    + " here, %s is signed anew soon; keep the settler's key for"
                                    + " this job only")
                            .formatted(signer.address(), chainCount, tracked.name()));
        }
        return now - tracked.replacedSinceMillis >= options.bumpMillis()
                && signAnew(tracked, nonces.next(chainCount), latest);
    }

    private boolean haltUnlessTransient(TrackedPart tracked, RevertReason reason, String how)
            throws RpcException, SettlementHaltedException {
        if (reason.error().equals(RevertReason.PAUSED)) {
            attempts.warn(tracked.name() + " waits, the vault is paused: " + reason.text());
            return true;
        }
        if (reason.error().equals(RevertReason.SHORTFALL)) {
            attempts.warn(
                    ("%s waits, owners left by the hatch with what it debits: %s; give the settler"
                                    + " as much of the vault's token and let it approve the vault")
                            .formatted(tracked.name(), reason.text()));
            return true;
        }
        if (waitsForBond(tracked, reason)) {
            return true;
        }
        EpochHeader header = tracked.part.header();
        L2Block now = chain.latestBlock();
        boolean settledMeanwhile =
                chain.headerOf(header.epoch(), header.part(), now).equals(tracked.part.hash());
        boolean headMoved = !chain.head(now).header().equals(header.previousHeader());
        if (settledMeanwhile || headMoved) {
            return false; // the next poll compares the vault with the log and names both
        }
        if (reason.error().equals(RevertReason.UNKNOWN)) {
            // The vault names its errors; without one it may be the node that failed.
            if (tracked.mutedSinceMillis == 0) {
                tracked.mutedSinceMillis = clock.millis();
                attempts.warn(tracked.name() + " " + how + ": " + reason.text() + "; asking again");
            }
            if (clock.millis() - tracked.mutedSinceMillis < options.bumpMillis()) {
                return true;
            }
        }
        throw new SettlementHaltedException(
                Reason.REVERTED,
                ("%s %s: %s; the epoch log and the vault disagree, run millrace"
                                + " audit before going on")
                        .formatted(tracked.name(), how, reason.text()));
    }

    /**
     * Whether the vault takes no more of this settler for now. What it settled leaves the window by
     * itself, and anybody may post more.
     */
    private boolean waitsForBond(TrackedPart tracked, RevertReason reason) {
        if (reason.error().equals(RevertReason.EXPOSURE)) {
            attempts.warn(
                    "%s waits for the vault's next bucket of time: %s"
                            .formatted(tracked.name(), reason.text()));
            return true;
        }
        if (!reason.error().equals(RevertReason.BOND)) {
            return false;
        }
        metrics.bondMissing(reason.bondMissingNano());
        attempts.warn(
                ("%s waits, the settler's bond lacks %d nano-USD for it: %s; post as much with the"
                                + " vault's postBond(%s, base units), or wait until what was"
                                + " settled before has left the window")
                        .formatted(
                                tracked.name(),
                                reason.bondMissingNano(),
                                reason.text(),
                                signer.address()));
        return true;
    }

    private void publish(TrackedPart tracked, SettlementRecord attempt) {
        tracked.publishedMillis = clock.millis();
        metrics.sent();
        try {
            chain.sendRaw(attempt.raw());
            tracked.refusal = null;
            tracked.refusals = 0;
            LOG.info(
                    "{} sent: transaction {}, nonce {}",
                    tracked.name(),
                    attempt.transaction(),
                    attempt.nonce());
        } catch (RpcException e) {
            // M9: whatever the node says or does not say, only the chain tells what became of it.
            tracked.refusal = SendRefusal.of(e);
            tracked.gasAsked = false;
            tracked.refusals = tracked.refusal.backsOff() ? tracked.refusals + 1 : 0;
            attempts.warn(
                    "%s may not have been sent: %s%s"
                            .formatted(tracked.name(), e.getMessage(), tracked.refusal.remedy()));
        }
        metrics.sendAnswered(tracked.refusal);
    }
}
