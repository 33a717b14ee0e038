package io.millrace.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process has in memory as Linux counts it, with what native code holds: neither the JVM
 * nor Flink knows of ONNX Runtime's arena.
 */
final class ProcessMemory {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";
    private static final long UNKNOWN = -1;

    private ProcessMemory() {}

    /** Bytes, -1 where the system does not say. For any thread. */
    static long residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(LINE)) { // "VmRSS:     1234 kB"
                    String kibibytes = line.substring(LINE.length()).strip().split(" ")[0];
                    return Long.parseLong(kibibytes) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            LOG.debug("no memory of the process in {}", STATUS, e);
        }
        return UNKNOWN;
    }
}
