package io.millrace.audit;

import io.millrace.audit.Books.Check;
import java.util.ArrayList;
import java.util.List;

/** What one check found wrong: how often, and the first few with their values. */
final class Findings {

    private static final int SHOWN = 5;

    private final List<String> shown = new ArrayList<>();
    private long count;

    void add(String finding) {
        count++;
        if (shown.size() < SHOWN) {
            shown.add(finding);
        }
    }

    /** The line of the books: {@code compared} if nothing was found. */
    Check check(String name, String compared) {
        return check(name, compared, 0);
    }

    /** The same, where {@code notYet} things could not be compared yet. */
    Check check(String name, String compared, long notYet) {
        if (count == 0) {
            String later = notYet == 0 ? "" : ", " + notYet + " not yet";
            return new Check(name, true, notYet, compared + later);
        }
        String more = count > shown.size() ? "; and " + (count - shown.size()) + " more" : "";
        return new Check(name, false, notYet, count + " wrong: " + String.join("; ", shown) + more);
    }
}
