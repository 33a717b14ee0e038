package io.millrace.watch.judge;

import java.io.IOException;

/** What the tribunal has said of proofs before. */
@FunctionalInterface
public interface Refusals {

    /** Whether it has refused {@code proof}, or nobody could send it. */
    boolean isRefused(long epoch, Finding.Provable proof) throws IOException;
}
