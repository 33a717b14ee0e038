package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.Fees;
import io.millrace.chain.submit.fee.Tips;
import java.util.Optional;

/** Raises fees by half of what nodes demand. */
record TimidFees(FeePolicy to) implements FeePolicy {

    private static final long serialVersionUID = 1L;

    @Override
    public Fees initial(long baseFeeWei, Tips tips) {
        return to.initial(baseFeeWei, tips);
    }

    @Override
    public boolean isOverLimit(long baseFeeWei, Tips tips) {
        return to.isOverLimit(baseFeeWei, tips);
    }

    @Override
    public Optional<Fees> bump(Fees old, long baseFeeWei, Tips tips) {
        return to.bump(old, baseFeeWei, tips).isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Fees(
                                old.maxFeePerGasWei() * 105 / 100,
                                old.maxPriorityFeePerGasWei() * 105 / 100));
    }

    @Override
    public Optional<Fees> raise(Fees old) {
        return to.raise(old);
    }

    @Override
    public long maxFeePerGasWei() {
        return to.maxFeePerGasWei();
    }
}
