package io.millrace.settle.earned;

import io.millrace.meter.Charge;
import io.millrace.unit.Nano;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the leaves of one shard of one epoch credit each earning account, leaf by leaf. Each leaf
 * says what was there before it, so that the last one of an account shows its whole: what the words
 * of the epoch credit it with has to be no less ({@code EarnedTotals} of the contracts).
 */
public final class EarnedTotals {

    /** Earning account that protocol fees go to. */
    public static final int TREASURY = 0;

    private final SortedMap<Integer, Long> byAccount = new TreeMap<>();

    /** Takes the next leaf's charge. */
    public EarnedBefore add(Charge charge) {
        long providerNano = add(charge.providerAccount(), charge.creditNano());
        return new EarnedBefore(providerNano, add(TREASURY, charge.feeNano()));
    }

    /**
     * Takes what was credited to one account.
     *
     * @return nano-USD that it had before
     */
    public long add(int account, long amountNano) {
        long beforeNano = byAccount.getOrDefault(account, 0L);
        if (amountNano > 0) {
            byAccount.put(account, Nano.add(beforeNano, amountNano));
        }
        return beforeNano;
    }

    /** Nano-USD above zero, by account. */
    public SortedMap<Integer, Long> byAccount() {
        return Collections.unmodifiableSortedMap(byAccount);
    }
}
