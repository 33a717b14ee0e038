package io.millrace.chain.submit;

import java.util.Optional;

/**
 * Offers room for the base fee to double, plus a tip. A replacement raises both fees by at least a
 * tenth, as nodes demand, and meets the market; it is refused above a multiple of the market and
 * above an absolute limit, so that neither a stuck transaction nor a lying node can drain the
 * settler.
 *
 * @param minTipWei lowest tip offered
 * @param maxFeePerGasWei absolute limit of what is offered for a unit of gas
 * @param maxMarketMultiple a replacement stays at or below this many times the market
 */
public record MarketFeePolicy(long minTipWei, long maxFeePerGasWei, int maxMarketMultiple)
        implements FeePolicy {

    /** 1,000 wei tip, at most 500 gwei, at most five times the market. */
    public static final MarketFeePolicy DEFAULT = new MarketFeePolicy(1_000, 500_000_000_000L, 5);

    public MarketFeePolicy {
        if (minTipWei < 0 || maxFeePerGasWei < Math.max(1, minTipWei) || maxMarketMultiple < 2) {
            throw new IllegalArgumentException(
                    ("fee policy with tip >= %d wei, fee <= %d wei, at most %d"
                                    + " times the market: the limit must cover the tip, the"
                                    + " multiple be >= 2")
                            .formatted(minTipWei, maxFeePerGasWei, maxMarketMultiple));
        }
    }

    @Override
    public Fees initial(long baseFeeWei, long tipWei) {
        long tip = Math.min(Math.max(tipWei, minTipWei), maxFeePerGasWei);
        long most = saturatedAdd(saturatedMultiply(baseFeeWei, 2), tip);
        return new Fees(Math.min(most, maxFeePerGasWei), tip);
    }

    @Override
    public Optional<Fees> bump(Fees old, long baseFeeWei, long tipWei) {
        Fees market = initial(baseFeeWei, tipWei);
        long tip =
                Math.max(raised(old.maxPriorityFeePerGasWei()), market.maxPriorityFeePerGasWei());
        long fee = Math.max(raised(old.maxFeePerGasWei()), market.maxFeePerGasWei());
        long limit =
                Math.min(
                        maxFeePerGasWei,
                        saturatedMultiply(market.maxFeePerGasWei(), maxMarketMultiple));
        return Math.max(fee, tip) > limit
                ? Optional.empty()
                : Optional.of(new Fees(Math.max(fee, tip), tip));
    }

    /** At least 10 % and one wei more (the replacement rule of geth, reth and nethermind). */
    private static long raised(long wei) {
        return saturatedAdd(wei, Math.max(1, wei / 10 + (wei % 10 == 0 ? 0 : 1)));
    }

    private static long saturatedAdd(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static long saturatedMultiply(long a, int times) {
        return a > Long.MAX_VALUE / times ? Long.MAX_VALUE : a * times;
    }
}
