package io.millrace.local.bench.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time of any process of this machine, as Linux counts it: in ticks of 10 ms. */
public final class ProcessCpu {

    private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 on every Linux
    private static final int USER = 11; // counted behind the name, see proc(5)
    private static final int SYSTEM = 12;

    private ProcessCpu() {}

    /**
     * Nanoseconds that process {@code pid} has computed, in user and kernel mode, all threads of
     * it.
     *
     * @throws IOException if it is gone, or this is no Linux
     */
    public static long nanos(long pid) throws IOException {
        return parse(
                Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1));
    }

    /** Of the line in {@code stat}; a name may hold blanks and brackets. */
    static long parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        if (fields.length <= SYSTEM) {
            throw new IllegalArgumentException(
                    "\"" + stat.strip() + "\" is no line of /proc/PID/stat; see proc(5)");
        }
        return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * TICK_NANOS;
    }
}
