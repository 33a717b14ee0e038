package io.millrace.local.stack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A JVM with this process's classes, as a process of its own. The class path travels in the
 * environment: ONNX Runtime matches its process's command line against a regular expression whose
 * recursion overflows the stack of a Java thread at a few thousand characters.
 *
 * @param heapMebibytes most heap
 * @param log of the classes' logger
 * @param mainClass and its arguments: what it runs
 */
public record Jvm(int heapMebibytes, Path log, String mainClass, List<String> arguments) {

    /** Copies. */
    public Jvm {
        arguments = List.copyOf(arguments);
    }

    /** The java of this process. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** To be run by {@link StackProcess}. */
    public StackProcess.Launch launch() {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                java(),
                                "-Xmx" + heapMebibytes + "m",
                                "-XX:+UseSerialGC",
                                "-Dai.djl.offline=true",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "-Dlog4j2.configurationFile=launcher-log4j2.xml",
                                "-Dmillrace.log=" + log,
                                mainClass));
        line.addAll(arguments);
        return new StackProcess.Launch(
                line, Map.of("CLASSPATH", System.getProperty("java.class.path")));
    }
}
