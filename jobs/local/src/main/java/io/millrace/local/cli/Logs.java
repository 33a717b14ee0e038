package io.millrace.local.cli;

import java.nio.file.Path;

/** Where the launcher's own log goes. The terminal belongs to the command. */
final class Logs {

    private Logs() {}

    /** Must run before the first logger is made. */
    static void writeTo(Path directory) {
        System.setProperty("millrace.log", directory.resolve("logs/millrace.log").toString());
        System.setProperty("log4j2.configurationFile", "launcher-log4j2.xml");
    }

    /** For commands that only look: warnings, on standard error. */
    static void toStandardError() {
        System.setProperty("log4j2.configurationFile", "launcher-quiet-log4j2.xml");
    }
}
