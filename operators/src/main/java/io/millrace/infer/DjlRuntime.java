package io.millrace.infer;

import ai.djl.engine.Engine;

/**
 * Starts the native libraries once a process, in the one order that works: DJL's engine creates
 * ONNX Runtime's environment itself and fails if anyone did so before.
 */
final class DjlRuntime {

    static final String ENGINE = "OnnxRuntime";

    static {
        // Models and natives come with the jars: nothing is fetched, no usage is reported.
        setDefault("ai.djl.offline");
        // An operation that ONNX Runtime lacks must fail, not run silently on another engine.
        setDefault("ai.djl.onnx.disable_alternative");
        Engine.getEngine(ENGINE);
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
}
