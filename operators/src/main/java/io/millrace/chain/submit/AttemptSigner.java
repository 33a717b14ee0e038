package io.millrace.chain.submit;

import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.fee.Fees;
import io.millrace.chain.submit.fee.Tips;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs the attempts for a part: what they offer, how much gas they ask for, and that each is in
 * the journal before anybody else sees it. Submitter's thread only.
 */
final class AttemptSigner {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptSigner.class);

    private final VaultClient chain;
    private final Signer signer;
    private final SubmissionJournal journal;
    private final SubmitOptions options;
    private final SubmitMetrics metrics;
    private final DryRun dryRun;
    private final SteadyClock clock;

    private String lastWarning = "";

    AttemptSigner(SubmitContext context, DryRun dryRun, SteadyClock clock) {
        this.chain = context.chain();
        this.signer = context.signer();
        this.journal = context.journal();
        this.options = context.options();
        this.metrics = context.metrics();
        this.dryRun = dryRun;
        this.clock = clock;
    }

    /** A first attempt with {@code nonce} for a call that needs {@code gas}. */
    SettlementRecord first(TrackedPart tracked, long nonce, long gas, L2Block latest)
            throws RpcException, SettlementHaltedException {
        long wanted = Math.max(tracked.minGasLimit, DryRun.limit(gas));
        Fees fees = options.fees().initial(latest.baseFeeWei(), tips(latest));
        return sign(tracked, nonce, Math.min(options.maxGas(), wanted), fees);
    }

    /** More gas than a transaction may ask for would only be burnt; the price of gas may fall. */
    boolean isOverGasCap(TrackedPart tracked, long gas) {
        boolean over = gas > options.maxGas();
        metrics.gasCapped(over);
        if (over) {
            warn(
                    ("%s waits: it needs %d gas but a transaction may ask for %d; raise"
                                    + " --chain.transaction.max.gas if the chain takes more")
                            .formatted(tracked.name(), gas, options.maxGas()));
        }
        return over;
    }

    /** What is said of tips; an alarm shows if it is more than is ever offered. */
    private Tips tips(L2Block latest) throws RpcException {
        Tips tips = chain.tips();
        boolean over = options.fees().isOverLimit(latest.baseFeeWei(), tips);
        metrics.feeOverLimit(over);
        if (over) {
            warn(
                    ("the L2 node suggests a tip of %d wei a gas at a base fee of %d; no more is"
                                    + " offered than the limits and the newest blocks say")
                            .formatted(tips.suggestedWei(), latest.baseFeeWei()));
        }
        return tips;
    }

    /**
     * After a refusal that may be about gas, asks for the gas anew, once a refusal: what a call
     * needs can rise after it was signed (on Arbitrum with the price of L1), and nodes say so in
     * words that no table has. Null if the limit is not the matter.
     */
    @Nullable SettlementRecord withMoreGas(
            TrackedPart tracked, SettlementRecord old, L2Block latest)
            throws RpcException, SettlementHaltedException {
        SendRefusal refusal = tracked.refusal;
        if (refusal == null || tracked.gasAsked || !refusal.mayBeGas()) {
            return null;
        }
        long gas = dryRun.gas(VaultAbi.settle(tracked.part));
        tracked.gasAsked = true;
        long limit = SignedTransaction.gasLimit(old.raw());
        boolean tooLow = gas > limit || refusal == SendRefusal.GAS_TOO_LOW;
        boolean tooHigh = limit > options.maxGas(); // of before the option was lowered
        if (isOverGasCap(tracked, gas) || !(tooLow || tooHigh)) {
            return null;
        }
        long wanted = tooHigh ? DryRun.limit(gas) : Math.max(DryRun.limit(gas), limit / 2 * 3);
        long room = Math.min(wanted, options.maxGas());
        if (room == limit) {
            warn(
                    ("%s is refused with %d gas, the most of --chain.transaction.max.gas, though"
                                    + " the node estimates %d; raise the option if the chain"
                                    + " takes more")
                            .formatted(tracked.name(), limit, gas));
            metrics.gasCapped(true);
            return null;
        }
        return replacement(tracked, old, room, dearer(old, latest));
    }

    /** Signs a dearer replacement for {@code old}, or returns null if the policy forbids it. */
    @Nullable SettlementRecord bump(TrackedPart tracked, SettlementRecord old, L2Block latest)
            throws RpcException, SettlementHaltedException {
        Optional<Fees> fees = dearer(old, latest);
        return replacement(tracked, old, roomFor(tracked, old, fees.isEmpty()), fees);
    }

    /** Fees of a replacement for {@code old}; empty if the policy forbids any. */
    private Optional<Fees> dearer(SettlementRecord old, L2Block latest) throws RpcException {
        return options.fees().bump(feesOf(old), latest.baseFeeWei(), tips(latest));
    }

    private static Fees feesOf(SettlementRecord attempt) {
        return new Fees(attempt.maxFeePerGasWei(), attempt.maxPriorityFeePerGasWei());
    }

    private @Nullable SettlementRecord replacement(
            TrackedPart tracked, SettlementRecord old, long gasLimit, Optional<Fees> dearer)
            throws RpcException, SettlementHaltedException {
        Optional<Fees> fees = dearer;
        if (fees.isEmpty() && gasLimit > SignedTransaction.gasLimit(old.raw())) {
            // No price gets the old one into a block. At the limit of the fees the same ones will
            // do, as a node that finds the gas too low does not keep it.
            fees = options.fees().raise(feesOf(old)).or(() -> Optional.of(feesOf(old)));
        }
        metrics.capped(fees.isEmpty());
        if (fees.isEmpty()) {
            warn(
                    ("%s is stuck at %d wei a gas, a dearer replacement is over"
                                    + " the limit; it is published again until the market comes"
                                    + " down")
                            .formatted(tracked.name(), old.maxFeePerGasWei()));
            return null;
        }
        metrics.bumped();
        return sign(tracked, old.nonce(), gasLimit, fees.get());
    }

    /**
     * Gas limit of a replacement: never lower than before, and of what the call needs by now. If a
     * node has refused it all the time for a reason that nobody knows, half as much again: also
     * where no price helps that the policy allows, for a text may name a fee and mean gas.
     */
    private long roomFor(TrackedPart tracked, SettlementRecord old, boolean noPriceHelps) {
        long limit = SignedTransaction.gasLimit(old.raw());
        try {
            long gas = dryRun.gas(VaultAbi.settle(tracked.part));
            SendRefusal refusal = tracked.refusal;
            boolean unexplained = refusal != null && refusal.leavesGasOpen(noPriceHelps);
            long most = unexplained ? Math.min(limit / 2 * 3, 4 * gas) : 0;
            long wanted = Math.max(limit, Math.max(DryRun.limit(gas), most));
            return Math.max(limit, Math.min(wanted, options.maxGas()));
        } catch (RpcException e) {
            return limit; // a dearer one with the old limit is better than none
        }
    }

    private SettlementRecord sign(TrackedPart tracked, long nonce, long gasLimit, Fees fees)
            throws RpcException, SettlementHaltedException {
        SignedTransaction signed;
        try {
            signed =
                    SignedTransaction.sign(
                            new SignedTransaction.Unsigned(
                                    options.vault().chainId(),
                                    nonce,
                                    gasLimit,
                                    chain.vault(),
                                    VaultAbi.settle(tracked.part),
                                    fees),
                            signer);
        } catch (IOException e) {
            throw RpcException.unreachable("signing", "the signer", e);
        }
        SettlementRecord entry =
                new SettlementRecord(
                        SettlementRecord.State.SIGNED,
                        tracked.part.header().epoch(),
                        tracked.part.header().part(),
                        tracked.part.hash(),
                        nonce,
                        signed.hash(),
                        signed.raw(),
                        fees.maxFeePerGasWei(),
                        fees.maxPriorityFeePerGasWei(),
                        0,
                        0,
                        clock.millis());
        journal(entry);
        tracked.attempts.add(entry);
        tracked.signedMillis = clock.millis();
        tracked.replacedSinceMillis = 0;
        tracked.refusal = null;
        tracked.refusals = 0;
        return entry;
    }

    /** Appends durably, or halts: what is not certain to be kept must not be sent. */
    void journal(SettlementRecord entry) throws SettlementHaltedException {
        try {
            journal.append(entry);
        } catch (IOException e) {
            throw new SettlementHaltedException(
                    Reason.JOURNAL_LOST,
                    ("the journal did not keep the %s entry of epoch %d part %d:"
                                    + " %s; nothing was sent on its strength, it goes on when the"
                                    + " journal is writable")
                            .formatted(entry.state(), entry.epoch(), entry.part(), e.getMessage()),
                    e);
        }
    }

    /** Says it once. */
    void warn(String message) {
        if (!message.equals(lastWarning)) {
            LOG.warn("{}", message);
            lastWarning = message;
        }
    }
}
