package io.millrace.local.cli;

/** How a command of the launcher ends, when not by 0 (done) or 2 (wrong use, picocli's own). */
final class ExitCode {

    /** What was checked does not hold. */
    static final int DIFFERS = 1;

    /** It could not be done. */
    static final int FAILED = 3;

    private ExitCode() {}
}
