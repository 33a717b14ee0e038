package io.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where a command writes. Used by one thread. */
final class Console {

    private static final long PLAIN_PAUSE_NANOS = 5_000_000_000L;

    private final PrintStream people;
    private final PrintStream programs;
    private final boolean json;
    private final boolean rewrites;

    private int progressLength;
    private long lastPlainNanos;

    private Console(PrintStream people, PrintStream programs, boolean json, boolean rewrites) {
        this.people = people;
        this.programs = programs;
        this.json = json;
        this.rewrites = rewrites;
        this.lastPlainNanos = System.nanoTime() - PLAIN_PAUSE_NANOS;
    }

    /**
     * The process's own streams. With {@code json}, standard output is kept for the result:
     * whatever else prints there, native libraries apart, ends up on standard error.
     */
    static Console open(boolean json) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (json) {
            System.setOut(System.err);
        }
        PrintStream people = json ? new PrintStream(System.err, true, StandardCharsets.UTF_8) : out;
        return new Console(people, out, json, !json && Boolean.getBoolean("millrace.terminal"));
    }

    /** A line that stays. */
    void line(String text) {
        endProgress();
        people.println(text);
    }

    /** The state of things: rewritten in place on a terminal, else a line every few seconds. */
    void progress(String text) {
        if (rewrites) {
            people.print("\r" + text + " ".repeat(Math.max(0, progressLength - text.length())));
            people.flush();
            progressLength = text.length();
        } else if (System.nanoTime() - lastPlainNanos >= PLAIN_PAUSE_NANOS) {
            people.println(text);
            lastPlainNanos = System.nanoTime();
        }
    }

    /** The command's result, if it was asked for as JSON. */
    void result(JsonNode result) {
        endProgress();
        if (json) {
            people.flush();
            programs.println(result);
        }
    }

    private void endProgress() {
        if (progressLength > 0) {
            people.println();
            progressLength = 0;
        }
    }
}
