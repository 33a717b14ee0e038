package io.millrace.watch.act.send;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Duration;

/**
 * What a key may spend, and how long a transaction may take.
 *
 * @param maxFeePerGasWei most that is ever offered for a unit of gas
 * @param maxTipWei most of it as a tip
 * @param maxGas most that one transaction may need
 * @param budgetWei most that is spent in a day, the worst case of what is in no block counted;
 *     deposits are not spent
 * @param depositsWei most that is bound in deposits of a day's challenges
 * @param republishAfter a transaction in no block is sent again
 * @param replaceAfter and after so long replaced by a dearer one
 */
public record SendLimits(
        long maxFeePerGasWei,
        long maxTipWei,
        long maxGas,
        BigInteger budgetWei,
        BigInteger depositsWei,
        Duration republishAfter,
        Duration replaceAfter) {

    /** 500 gwei of gas, 2 gwei of them as tip, a million of gas, 0.1 ether a day. */
    public static final SendLimits DEFAULT =
            new SendLimits(
                    500_000_000_000L,
                    2_000_000_000L,
                    1_000_000,
                    BigInteger.TEN.pow(17),
                    BigInteger.TEN.pow(17),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20));

    /** Refuses what makes no sense. */
    public SendLimits {
        requireNonNull(budgetWei, "budgetWei is null");
        requireNonNull(depositsWei, "depositsWei is null");
        if (maxTipWei < 1 || maxFeePerGasWei < maxTipWei || maxGas < 21_000) {
            throw new IllegalArgumentException(
                    "limits of %d wei a gas, %d of them as tip, and %d gas: the tip is above zero and within the fee, the gas above 21000"
                            .formatted(maxFeePerGasWei, maxTipWei, maxGas));
        }
    }

    /** The same with another budget. */
    public SendLimits spending(BigInteger wei) {
        return new SendLimits(
                maxFeePerGasWei, maxTipWei, maxGas, wei, depositsWei, republishAfter, replaceAfter);
    }

    /** The same with another limit of deposits. */
    public SendLimits depositing(BigInteger wei) {
        return new SendLimits(
                maxFeePerGasWei, maxTipWei, maxGas, budgetWei, wei, republishAfter, replaceAfter);
    }

    /** The same with another limit of a transaction's gas. */
    public SendLimits needing(long gas) {
        return new SendLimits(
                maxFeePerGasWei,
                maxTipWei,
                gas,
                budgetWei,
                depositsWei,
                republishAfter,
                replaceAfter);
    }

    /** The same with other patience. */
    public SendLimits republishing(Duration after, Duration replace) {
        return new SendLimits(
                maxFeePerGasWei, maxTipWei, maxGas, budgetWei, depositsWei, after, replace);
    }
}
