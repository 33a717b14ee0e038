package io.millrace.watch.defend;

import static java.util.Objects.requireNonNull;

/**
 * What came of looking for an answer.
 *
 * @param calldata of the answer, 0x-hex; empty if there is none yet
 * @param lack what is missing, in words; empty if nothing is
 * @param isGone whether it was looked for everywhere, and not merely too early
 */
record Prepared(String calldata, String lack, boolean isGone) {

    Prepared {
        requireNonNull(calldata, "calldata is null");
        requireNonNull(lack, "lack is null");
    }

    static Prepared of(String calldata) {
        return new Prepared(calldata, "", false);
    }

    /** It may still come. */
    static Prepared notYet(String lack) {
        return new Prepared("", lack, false);
    }

    /** Somebody has to do something. */
    static Prepared gone(String lack) {
        return new Prepared("", lack, true);
    }

    boolean isAnswer() {
        return !calldata.isEmpty();
    }
}
