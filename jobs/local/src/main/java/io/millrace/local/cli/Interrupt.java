package io.millrace.local.cli;

/** Whether the user has ended the process: what fails after that fails because of it. */
final class Interrupt {

    private static volatile boolean received;

    private Interrupt() {}

    /** From now on. */
    static void watch() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> received = true, "interrupt"));
    }

    static boolean received() {
        return received;
    }
}
