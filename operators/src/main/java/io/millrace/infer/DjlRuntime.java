package io.millrace.infer;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts the native libraries once a process, in the one order that works: DJL's engine creates
 * ONNX Runtime's environment itself and fails if anyone did so before.
 *
 * <p>Threads: the libraries start on a thread that nobody interrupts. They do it in initialisers of
 * classes, which copy files: an interrupt there, and Flink interrupts the tasks that it cancels,
 * would leave this process without them for ever.
 */
final class DjlRuntime {

    static final String ENGINE = "OnnxRuntime";

    /**
     * ONNX Runtime 1.29 matches the command line of its process against a regular expression that
     * recurses for every character: a few thousand of them, and a cluster's classpath has more,
     * overflow the stack of an ordinary Java thread and end the process.
     */
    private static final long START_STACK_BYTES = 512L << 20;

    private static final FutureTask<Void> STARTED = new FutureTask<>(DjlRuntime::load, null);

    static {
        // Models and natives come with the jars: nothing is fetched, no usage is reported.
        setDefault("ai.djl.offline");
        // An operation that ONNX Runtime lacks must fail, not run silently on another engine.
        setDefault("ai.djl.onnx.disable_alternative");
        Thread thread = new Thread(null, STARTED, "djl-start", START_STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private DjlRuntime() {}

    /**
     * Returns when the libraries are ready.
     *
     * @throws IllegalStateException if they do not start, or if the caller was interrupted while
     *     they do, which goes on
     */
    static void start() {
        try {
            STARTED.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while ONNX Runtime starts", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "ONNX Runtime does not start; is its jar for this system?", e.getCause());
        }
    }

    private static void load() {
        Engine.getEngine(ENGINE);
        LibUtils.checkStatus(); // of the tokenizers, whose initialiser remembers its failure
    }

    private static void setDefault(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "true");
        }
    }
}
