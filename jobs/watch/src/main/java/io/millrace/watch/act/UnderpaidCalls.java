package io.millrace.watch.act;

import io.millrace.audit.EpochPart;
import io.millrace.contracts.Tribunal;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls that together show that an epoch credits an earning account with too little. The tribunal
 * adds up what one sender shows, so no call has to hold a whole epoch.
 */
public final class UnderpaidCalls {

    /** Statements and leaves in a call: together below 400,000 gas and 30 kB. */
    private static final int MOST_IN_A_CALL = 6;

    private UnderpaidCalls() {}

    /**
     * The calls in the order in which they are to be made; the last one proves it.
     *
     * @param accused whose settler is to pay
     * @param parts all of the epoch, ascending
     * @param leaves that credit the account, in the order of their places
     */
    public static List<String> of(
            EpochPart accused, List<EpochPart> parts, long account, List<ProvenLeaf> leaves) {
        List<String> calls = new ArrayList<>();
        int items = parts.size() + leaves.size();
        for (int from = 0; from < items; from += MOST_IN_A_CALL) {
            int to = Math.min(items, from + MOST_IN_A_CALL);
            List<Tribunal.CreditStatement> statements =
                    parts.subList(Math.min(from, parts.size()), Math.min(to, parts.size())).stream()
                            .map(part -> CreditStatements.open(part, account))
                            .toList();
            List<ProvenLeaf> shown =
                    leaves.subList(
                            Math.max(0, from - parts.size()), Math.max(0, to - parts.size()));
            calls.add(TribunalCalls.proveUnderpaid(accused.header(), account, statements, shown));
        }
        return calls;
    }
}
