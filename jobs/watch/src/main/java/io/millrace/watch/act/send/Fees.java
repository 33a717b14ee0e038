package io.millrace.watch.act.send;

import java.util.Optional;

/**
 * What a transaction offers for gas (EIP-1559): room for the base fee to double, and a tip, both
 * within limits, so that neither a stuck transaction nor a lying node can drain the key.
 */
record Fees(long maxFeePerGasWei, long tipWei) {

    /** At first no more than half of the limits, so that replacements have room. */
    static Fees initial(long baseFeeWei, long suggestedTipWei, SendLimits limits) {
        long tip = Math.max(1, Math.min(suggestedTipWei, limits.maxTipWei() / 2));
        long wanted = Math.min(baseFeeWei, Long.MAX_VALUE / 4) * 2 + tip;
        return new Fees(Math.min(wanted, limits.maxFeePerGasWei()), tip);
    }

    /**
     * Of a replacement: nodes take one that raises both by a tenth. Empty at the limits.
     *
     * @param market what would be offered at first by now
     */
    Optional<Fees> raised(Fees market, SendLimits limits) {
        long tip = Math.max(tenthMore(tipWei), market.tipWei);
        long fee = Math.max(Math.max(tenthMore(maxFeePerGasWei), market.maxFeePerGasWei), tip);
        return tip > limits.maxTipWei() || fee > limits.maxFeePerGasWei()
                ? Optional.empty()
                : Optional.of(new Fees(fee, tip));
    }

    private static long tenthMore(long wei) {
        return wei + wei / 10 + 1;
    }
}
