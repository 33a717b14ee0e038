package io.millrace.watch.defend;

import io.millrace.watch.act.send.TransactionSender;
import java.io.IOException;
import java.math.BigInteger;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says early that money for gas will not do: while the challenges that are open can still be paid
 * for, and while there is time to send more. One thread.
 */
final class Purse {

    private static final Logger LOG = LoggerFactory.getLogger(Purse.class);

    /** Of an answer, at most: see contracts/TRIBUNAL.md. */
    private static final BigInteger ANSWER_GAS = BigInteger.valueOf(160_000);

    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final TransactionSender sender;
    private final BigInteger budgetWei;
    private boolean isSaid;
    private long looked = System.nanoTime() - LOOK_EVERY_NANOS;

    /** Of the key that {@code sender} sends with. */
    Purse(TransactionSender sender, BigInteger budgetWei) {
        this.sender = sender;
        this.budgetWei = budgetWei;
    }

    /**
     * Looks at what {@code open} challenges may cost, now and then.
     *
     * @throws IOException if the node does not answer
     */
    void step(int open) throws IOException {
        if (System.nanoTime() - looked < LOOK_EVERY_NANOS) {
            return;
        }
        looked = System.nanoTime();
        BigInteger spent = sender.spentWei();
        BigInteger left = budgetWei.subtract(spent);
        BigInteger balance = sender.balanceWei();
        BigInteger needed =
                sender.offerWei()
                        .multiply(ANSWER_GAS)
                        .multiply(BigInteger.valueOf(Math.max(1, open)));
        boolean isShort =
                needed.compareTo(left.min(balance)) > 0
                        || spent.shiftLeft(1).compareTo(budgetWei) > 0;
        if (isShort && !isSaid) {
            LOG.warn(
                    "answers to {} open challenges may cost {} wei of gas; of the day's {} {} are"
                            + " left, and {} has {}: send it money, or raise --defend.budget.wei",
                    open,
                    needed,
                    budgetWei,
                    left.max(BigInteger.ZERO),
                    sender.address(),
                    balance);
        }
        isSaid = isShort;
    }
}
