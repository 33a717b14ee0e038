package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fees rise by the replacement rule and never pass the limits, whatever the market says. */
class MarketFeePolicyTest {

    private static final long LIMIT = 500_000_000_000L;
    private final MarketFeePolicy policy = new MarketFeePolicy(1_000, LIMIT, 5);

    @Test
    void initial_leavesRoomForTheBaseFeeToDouble() {
        assertThat(policy.initial(10_000_000, 2_000)).isEqualTo(new Fees(20_002_000, 2_000));
    }

    @Test
    void initial_absurdMarket_isCutToTheLimit() {
        assertThat(policy.initial(Long.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo(new Fees(LIMIT, LIMIT));
    }

    @Test
    void bump_anyMarket_raisesBothByATenthWithinTheLimits() {
        long seed = 20_261_122L;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long baseFee = 1 + (long) Math.pow(10, random.nextDouble() * 12);
            long tip = random.nextInt(2_000_000);
            long fee = tip + (long) Math.pow(10, random.nextDouble() * 12);
            Fees old = new Fees(fee, tip);
            Fees market = policy.initial(baseFee, 1_000);

            Optional<Fees> next = policy.bump(old, baseFee, 1_000);

            if (next.isPresent()) {
                Fees fees = next.get();
                assertThat(fees.maxFeePerGasWei() * 10L)
                        .as("seed %d, case %d: fee rose too little", seed, i)
                        .isGreaterThanOrEqualTo(fee * 11)
                        .isGreaterThan(fee * 10);
                assertThat(fees.maxPriorityFeePerGasWei() * 10L)
                        .as("seed %d, case %d: tip rose too little", seed, i)
                        .isGreaterThanOrEqualTo(tip * 11)
                        .isGreaterThan(tip * 10);
                assertThat(fees.maxFeePerGasWei())
                        .as("seed %d, case %d: over a limit", seed, i)
                        .isLessThanOrEqualTo(Math.min(LIMIT, market.maxFeePerGasWei() * 5))
                        .isGreaterThanOrEqualTo(market.maxFeePerGasWei());
            }
        }
    }

    @Test
    void bump_overTheMarketMultiple_isRefused() {
        assertThat(policy.bump(new Fees(1_000_000, 1_000), 1_000, 1_000)).isEmpty();
    }
}
