package io.millrace.chain.submit;

import io.millrace.metrics.Metric;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** What the submitter counts. Written by its thread, but for {@link #beyond}; read by any. */
public final class SubmitMetrics {

    static final Metric UNSETTLED_PARTS =
            Metric.gauge("submit", "unsettledParts", "parts that are sealed and not final on chain")
                    .asAlarm();
    static final Metric UNSETTLED_NANO =
            Metric.gauge("submit", "unsettledNano", "sum of what they settle").asAlarm();
    static final Metric OLDEST_UNSETTLED_MILLIS =
            Metric.gauge(
                            "submit",
                            "oldestUnsettledMillis",
                            "how long the oldest has been in the epoch log, 0 if none")
                    .asAlarm();
    static final Metric SETTLED_PARTS =
            Metric.gauge("submit", "settledParts", "parts seen final since the start");
    static final Metric GAS_USED = Metric.gauge("submit", "gasUsed", "gas of their transactions");
    static final Metric FEE_WEI =
            Metric.gauge("submit", "feeWei", "what the settler paid for that gas");
    static final Metric TRANSACTIONS_SENT =
            Metric.gauge("submit", "transactionsSent", "times signed bytes were handed to a node");
    static final Metric BUMPS = Metric.gauge("submit", "bumps", "replacements with higher fees");
    static final Metric FEE_CAPPED =
            Metric.gauge(
                            "submit",
                            "feeCapped",
                            "1 if the node asks for a tip above settle.tip.max.wei, or the fee"
                                    + " policy forbids to replace a stuck transaction, else 0")
                    .asAlarm();
    static final Metric GAS_CAPPED =
            Metric.gauge(
                            "submit",
                            "gasCapped",
                            "1 if a part needs more gas than chain.transaction.max.gas, else 0")
                    .asAlarm();
    static final Metric BOND_MISSING_NANO =
            Metric.gauge(
                            "submit",
                            "bondMissingNano",
                            "nano-USD that the settler's bond lacks for the next part, 0 if none")
                    .asAlarm();
    static final Metric OUT_OF_FUNDS =
            Metric.gauge(
                            "submit",
                            "outOfFunds",
                            "1 if a node said last that the signer cannot pay for gas, else 0")
                    .asAlarm();
    static final Metric LOW_BALANCE =
            Metric.gauge(
                            "submit",
                            "lowBalance",
                            "1 if the signer had less than settle.signer.low.wei, else 0")
                    .asAlarm();
    static final Metric SIGNER_BALANCE_WEI =
            Metric.gauge("submit", "signerBalanceWei", "what it had when last read");
    static final Metric RPC_FAILURES =
            Metric.gauge("submit", "rpcFailures", "calls without a usable answer").asAlarm();
    static final Metric RPC_UNKNOWN_ERRORS =
            Metric.gauge(
                            "submit",
                            "rpcUnknownErrors",
                            "refusals of a transaction that the table of refusals does not know")
                    .asAlarm();
    static final Metric HALTS =
            Metric.gauge("submit", "halts", "times it stopped rather than guess; it stays stopped")
                    .asAlarm();
    static final Metric WAITING =
            Metric.gauge(
                            "submit",
                            "waiting",
                            "1 if the last look at the chain failed, or the vault does not take the"
                                    + " next part yet (a pause, a bond, a shortfall), else 0")
                    .asAlarm();

    private volatile Unsettled underWay = Unsettled.NONE;
    private volatile Unsettled beyond = Unsettled.NONE;
    private volatile long settledParts;
    private volatile long gasUsed;
    private volatile BigInteger feeWei = BigInteger.ZERO;
    private volatile long transactionsSent;
    private volatile long bumps;
    private volatile boolean feeCapped;
    private volatile boolean feeOverLimit;
    private volatile boolean gasCapped;
    private volatile long bondMissingNano;
    private volatile boolean outOfFunds;
    private volatile boolean lowBalance;
    private volatile BigInteger signerBalanceWei = BigInteger.ZERO;
    private volatile long rpcUnknownErrors;
    private volatile long halts;
    private volatile long rpcFailures;
    private volatile boolean waiting;

    /** Parts, their sum, and since when the oldest of them is in the log; 0 if none is. */
    private record Unsettled(long parts, long nano, long sinceMillis) {
        static final Unsettled NONE = new Unsettled(0, 0, 0);
    }

    /** Parts of epochs that are not final on chain. */
    public long unsettledParts() {
        return underWay.parts() + beyond.parts();
    }

    /** Sum of what they settle, nano-USD. */
    public long unsettledNano() {
        return Math.addExact(underWay.nano(), beyond.nano());
    }

    /** How long the oldest of them has been in the epoch log, given the time now; 0 if none. */
    public long oldestUnsettledMillis(long nowMillis) {
        Unsettled oldest = underWay.sinceMillis() == 0 ? beyond : underWay;
        long since = oldest.sinceMillis();
        return since == 0 ? 0 : Math.max(0, nowMillis - since);
    }

    /** Parts seen final since the start. */
    public long settledParts() {
        return settledParts;
    }

    /** Gas of their transactions. */
    public long gasUsed() {
        return gasUsed;
    }

    /** What the settler paid for that gas, wei. */
    public BigInteger feeWei() {
        return feeWei;
    }

    /** Times signed bytes were handed to the node. */
    public long transactionsSent() {
        return transactionsSent;
    }

    /** Replacements with higher fees. */
    public long bumps() {
        return bumps;
    }

    /**
     * Whether the node asks for more than the fee policy offers, or a stuck transaction is not
     * replaced because the policy forbids the price.
     */
    public boolean isFeeCapped() {
        return feeCapped || feeOverLimit;
    }

    /** Whether a part waits because it needs more gas than a transaction may ask for. */
    public boolean isGasCapped() {
        return gasCapped;
    }

    /** What the settler's bond lacks for the part that waits for it, nano-USD; 0 if none does. */
    public long bondMissingNano() {
        return bondMissingNano;
    }

    /** Whether the node said last that the signer cannot pay for gas. */
    public boolean isOutOfFunds() {
        return outOfFunds;
    }

    /** Whether the signer's balance was below the alarm when it was last read. */
    public boolean isLowBalance() {
        return lowBalance;
    }

    /** The signer's balance when it was last read, wei. */
    public BigInteger signerBalanceWei() {
        return signerBalanceWei;
    }

    /** Answers to a transaction that the table of refusals does not know. */
    public long rpcUnknownErrors() {
        return rpcUnknownErrors;
    }

    /** Times the submitter stopped rather than guess; it stays stopped. */
    public long halts() {
        return halts;
    }

    /** Calls to the node that brought no usable answer. */
    public long rpcFailures() {
        return rpcFailures;
    }

    /** Whether the last poll of the chain failed, or the vault does not take the next part yet. */
    public boolean isWaiting() {
        return waiting;
    }

    void unsettled(long parts, long nano, long sinceMillis) {
        underWay = new Unsettled(parts, nano, sinceMillis);
    }

    /** Those that the submitter does not hold. Called by the task's thread. */
    void beyond(long parts, long nano, long sinceMillis) {
        beyond = new Unsettled(parts, nano, sinceMillis);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void settled(long gas, BigInteger paidWei) {
        settledParts++;
        feeCapped = false;
        gasCapped = false;
        bondMissingNano = 0;
        outOfFunds = false;
        gasUsed += gas;
        feeWei = feeWei.add(paidWei);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void sent() {
        transactionsSent++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void bumped() {
        bumps++;
    }

    void capped(boolean now) {
        feeCapped = now;
    }

    void feeOverLimit(boolean now) {
        feeOverLimit = now;
    }

    void gasCapped(boolean now) {
        gasCapped = now;
    }

    void bondMissing(long nano) {
        bondMissingNano = nano;
    }

    void balance(BigInteger wei, long lowWei) {
        signerBalanceWei = wei;
        lowBalance = wei.compareTo(BigInteger.valueOf(lowWei)) < 0;
    }

    /** What the node said to a transaction, null if it took it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void sendAnswered(@Nullable SendRefusal refusal) {
        outOfFunds = refusal == SendRefusal.OUT_OF_FUNDS;
        if (refusal != null && !refusal.saysItIsThere()) {
            rpcFailures++;
        }
        if (refusal == SendRefusal.UNKNOWN) {
            rpcUnknownErrors++;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void halted() {
        halts++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void rpcFailed() {
        rpcFailures++;
    }

    void waits(boolean now) {
        waiting = now;
    }
}
