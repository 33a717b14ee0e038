package io.millrace.chain.submit.fee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fees rise by the replacement rule and never pass the limits, whatever the market says. */
class MarketFeePolicyTest {

    private static final long LIMIT = 500_000_000_000L;
    private static final long TIP_LIMIT = 2_000_000_000L;
    private final MarketFeePolicy policy = new MarketFeePolicy(1_000, TIP_LIMIT, LIMIT, 5);

    @Test
    void initial_leavesRoomForTheBaseFeeToDouble() {
        assertThat(policy.initial(10_000_000, Tips.suggested(2_000)))
                .isEqualTo(new Fees(20_002_000, 2_000));
    }

    @Test
    void initial_absurdMarket_isCutToTheLimit() {
        assertThat(policy.initial(Long.MAX_VALUE, Tips.suggested(Long.MAX_VALUE)))
                .isEqualTo(new Fees(LIMIT, TIP_LIMIT / 2));
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
            Fees market = policy.initial(baseFee, Tips.suggested(1_000));

            Optional<Fees> next = policy.bump(old, baseFee, Tips.suggested(1_000));

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
        assertThat(policy.bump(new Fees(1_000_000, 1_000), 1_000, Tips.suggested(1_000))).isEmpty();
    }

    /** A node said 500 gwei and was paid 500 gwei, without a word anywhere. */
    @Test
    void initial_tipTalkedUp_isWhatTheChainsOwnBlocksWerePaid() {
        Tips talkedUp = new Tips(87_000_000_000L, List.of(9L, 40_000L, 30_000L, 70_000_000_000L));

        assertThat(policy.initial(1_000, talkedUp).maxPriorityFeePerGasWei()).isEqualTo(40_000);
        assertThat(policy.isOverLimit(1_000, talkedUp)).as("the alarm").isTrue();
        assertThat(policy.initial(1_000, Tips.suggested(87_000_000_000L)))
                .as("without a history, half of the limit")
                .isEqualTo(new Fees(2_000 + TIP_LIMIT / 2, TIP_LIMIT / 2));
    }

    /** On a chain of our own, or one without tips, what we paid is all the history there is. */
    @Test
    void initial_historyIsOurOwn_doesNotCreepUp() {
        long paid = policy.initial(1_000, Tips.suggested(50_000)).maxPriorityFeePerGasWei();
        for (int epoch = 0; epoch < 100; epoch++) {
            Tips tips = new Tips(60_000_000_000L, List.of(paid, paid));
            paid = policy.initial(1_000, tips).maxPriorityFeePerGasWei();
        }

        assertThat(paid).isEqualTo(50_000);
    }

    @Test
    void initial_nothingSuggested_isWhatIsUsual() {
        assertThat(
                        policy.initial(1_000, new Tips(Tips.NONE, List.of(5_000L, 7_000L, 6_000L)))
                                .maxPriorityFeePerGasWei())
                .isEqualTo(6_000);
        assertThat(policy.initial(1_000, Tips.suggested(Tips.NONE)).maxPriorityFeePerGasWei())
                .isEqualTo(1_000);
    }

    @Test
    void bump_tipAtItsLimit_isRefused() {
        Fees old = new Fees(TIP_LIMIT, TIP_LIMIT - 1);

        assertThat(policy.bump(old, TIP_LIMIT, Tips.suggested(1_000))).isEmpty();
    }

    /** Dear from a spike and short of gas, it was published again for ever. */
    @Test
    void raise_farOverTheMarket_isAllowedUpToTheAbsoluteLimits() {
        Fees old = new Fees(LIMIT / 2, 1_000);

        assertThat(policy.bump(old, 1_000, Tips.suggested(1_000))).isEmpty();
        assertThat(policy.raise(old)).contains(new Fees(LIMIT / 20 * 11, 1_100));
        assertThat(policy.raise(new Fees(LIMIT, 1_000))).isEmpty();
    }

    @Test
    void isOverLimit_ordinaryMarket_isNot() {
        assertThat(policy.isOverLimit(1_000_000_000L, Tips.suggested(TIP_LIMIT))).isFalse();
        assertThat(policy.isOverLimit(LIMIT + 1, Tips.suggested(0))).isTrue();
    }
}
