package io.millrace.infer;

import ai.djl.engine.Engine;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Starts the native libraries once a process, in the one order that works: DJL's engine creates
 * ONNX Runtime's environment itself and fails if anyone did so before.
 */
final class DjlRuntime {

    static final String ENGINE = "OnnxRuntime";

    /**
     * ONNX Runtime 1.29 matches the command line of its process against a regular expression that
     * recurses for every character: a few thousand of them, and a cluster's classpath has more,
     * overflow the stack of an ordinary Java thread and end the process.
     */
    private static final long START_STACK_BYTES = 512L << 20;

    static {
        // Models and natives come with the jars: nothing is fetched, no usage is reported.
        setDefault("ai.djl.offline");
        // An operation that ONNX Runtime lacks must fail, not run silently on another engine.
        setDefault("ai.djl.onnx.disable_alternative");
        Start.run();
    }

    private DjlRuntime() {}

    /** Returns when the libraries are ready. */
    static void start() {
        // The class initialiser does it, once.
    }

    private static void setDefault(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "true");
        }
    }

    /** A class of its own: the thread must not wait for the initialiser that waits for it. */
    private static final class Start {

        static void run() {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread thread =
                    new Thread(
                            null, () -> Engine.getEngine(ENGINE), "djl-start", START_STACK_BYTES);
            thread.setUncaughtExceptionHandler((ended, cause) -> failure.set(cause));
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while ONNX Runtime was started", e);
            }
            Throwable cause = failure.get();
            if (cause != null) {
                throw new IllegalStateException(
                        "ONNX Runtime does not start; is its jar for this system?", cause);
            }
        }
    }
}
