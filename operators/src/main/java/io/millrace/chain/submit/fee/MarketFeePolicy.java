package io.millrace.chain.submit.fee;

import java.util.Optional;

/**
 * Offers room for the base fee to double, plus a tip: what the node suggests, but no more than the
 * newest blocks were paid in the median, and at first no more than half of an absolute limit, so
 * that replacements have room. A replacement raises both fees by at least a tenth, as nodes demand,
 * and meets the market; it is refused above a multiple of the market and above the absolute limits,
 * so that neither a stuck transaction nor a lying node can drain the settler.
 *
 * <p>The base fee is the chain's and paid as it is, whatever is offered; a tip is paid as offered.
 * So it is the tip that a node could talk up. Where nobody else pays tips the median is of our own,
 * which is why it bounds them as it is and not as a multiple: they do not creep up by themselves.
 *
 * @param minTipWei lowest tip offered
 * @param maxTipWei absolute limit of what is offered as a tip
 * @param maxFeePerGasWei absolute limit of what is offered for a unit of gas
 * @param maxMarketMultiple a replacement stays at or below this many times the market
 */
public record MarketFeePolicy(
        long minTipWei, long maxTipWei, long maxFeePerGasWei, int maxMarketMultiple)
        implements FeePolicy {

    /** Most tip offered, unless an option says otherwise: 2 gwei. */
    public static final long MAX_TIP_WEI = 2_000_000_000L;

    /** 1,000 wei tip at least, 500 gwei in all at most, at most five times the market. */
    public static final MarketFeePolicy DEFAULT = tippingAtMost(MAX_TIP_WEI);

    public MarketFeePolicy {
        if (minTipWei < 0
                || maxTipWei < minTipWei
                || maxFeePerGasWei < Math.max(1, maxTipWei)
                || maxMarketMultiple < 2) {
            throw new IllegalArgumentException(
                    ("fee policy with tip in %d..%d wei, fee <= %d wei, at most %d"
                                    + " times the market: the limits must cover the tip, the"
                                    + " multiple be >= 2")
                            .formatted(minTipWei, maxTipWei, maxFeePerGasWei, maxMarketMultiple));
        }
    }

    /** The default with another limit of the tip. */
    public static MarketFeePolicy tippingAtMost(long maxTipWei) {
        return new MarketFeePolicy(
                Math.min(1_000, maxTipWei), maxTipWei, Math.max(500_000_000_000L, maxTipWei), 5);
    }

    @Override
    public Fees initial(long baseFeeWei, Tips tips) {
        long usual = tips.usualWei();
        long most = usual > 0 ? Math.min(usual, maxTipWei / 2) : maxTipWei / 2;
        long wanted = tips.suggestedWei() == Tips.NONE ? usual : tips.suggestedWei();
        long tip = Math.max(Math.min(wanted, most), minTipWei);
        long fee = saturatedAdd(saturatedMultiply(baseFeeWei, 2), tip);
        return new Fees(Math.min(fee, maxFeePerGasWei), tip);
    }

    @Override
    public boolean isOverLimit(long baseFeeWei, Tips tips) {
        return tips.suggestedWei() > maxTipWei || baseFeeWei > maxFeePerGasWei;
    }

    @Override
    public Optional<Fees> bump(Fees old, long baseFeeWei, Tips tips) {
        Fees market = initial(baseFeeWei, tips);
        long tip =
                Math.max(raised(old.maxPriorityFeePerGasWei()), market.maxPriorityFeePerGasWei());
        long fee = Math.max(raised(old.maxFeePerGasWei()), market.maxFeePerGasWei());
        long limit =
                Math.min(
                        maxFeePerGasWei,
                        saturatedMultiply(market.maxFeePerGasWei(), maxMarketMultiple));
        return tip > maxTipWei || Math.max(fee, tip) > limit
                ? Optional.empty()
                : Optional.of(new Fees(Math.max(fee, tip), tip));
    }

    @Override
    public Optional<Fees> raise(Fees old) {
        long tip = raised(old.maxPriorityFeePerGasWei());
        long fee = Math.max(raised(old.maxFeePerGasWei()), tip);
        return tip > maxTipWei || fee > maxFeePerGasWei
                ? Optional.empty()
                : Optional.of(new Fees(fee, tip));
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
