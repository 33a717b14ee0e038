package io.millrace.watch.judge;

import java.util.List;

/**
 * What came of an epoch's judgement.
 *
 * @param whole whether the visible receipts are the ones that its header commits to
 * @param receipts how many are visible
 * @param findings none for an account that owes nobody an explanation
 */
public record Judgement(boolean whole, long receipts, List<Finding> findings) {

    /** Copies. */
    public Judgement {
        findings = List.copyOf(findings);
    }
}
