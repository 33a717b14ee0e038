package io.millrace.chain.submit.fee;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one node says of tips. Either number may be wrong, or made up, or not known to the node.
 *
 * @param suggestedWei what it suggests for a unit of gas, {@link #NONE} if it suggests nothing
 * @param paidWei medians of what the newest blocks were paid, those without tips left out
 */
public record Tips(long suggestedWei, List<Long> paidWei) {

    /** No suggestion. */
    public static final long NONE = -1;

    public Tips {
        paidWei = List.copyOf(paidWei);
        if (suggestedWei < NONE || paidWei.stream().anyMatch(wei -> wei <= 0)) {
            throw new IllegalArgumentException(
                    "tips of %d wei suggested and %s paid: none may be negative, those paid be > 0"
                            .formatted(suggestedWei, paidWei));
        }
    }

    /** A suggestion without a history. */
    public static Tips suggested(long wei) {
        return new Tips(wei, List.of());
    }

    /** The median of what was paid, 0 if no block had a tip. */
    long usualWei() {
        if (paidWei.isEmpty()) {
            return 0;
        }
        List<Long> ascending = new ArrayList<>(paidWei);
        Collections.sort(ascending);
        return ascending.get(ascending.size() / 2);
    }
}
