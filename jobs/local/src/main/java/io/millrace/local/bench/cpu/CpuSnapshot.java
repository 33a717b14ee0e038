package io.millrace.local.bench.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this process has computed so far, thread by thread.
 *
 * @param wallNanos when
 * @param processNanos all threads, those of the virtual machine and those that have ended too
 * @param compilerNanos threads that turn bytecode into machine code
 * @param collectorNanos threads of the garbage collector
 * @param threads Java's, alive now, by id
 */
public record CpuSnapshot(
        long wallNanos,
        long processNanos,
        long compilerNanos,
        long collectorNanos,
        Map<Long, OfThread> threads) {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Path TASKS = Path.of("/proc/self/task");

    /** What a thread has computed. */
    public record OfThread(String name, long nanos) {}

    /** Copies. */
    public CpuSnapshot {
        threads = Map.copyOf(threads);
    }

    /** Of now. */
    public static CpuSnapshot take() {
        Map<Long, OfThread> threads = new HashMap<>();
        for (ThreadInfo info : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (info != null) {
                long nanos = THREADS.getThreadCpuTime(info.getThreadId());
                if (nanos >= 0) { // else it has just ended
                    threads.put(info.getThreadId(), new OfThread(info.getThreadName(), nanos));
                }
            }
        }
        long process =
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime();
        return new CpuSnapshot(
                System.nanoTime(),
                process,
                ofNative("C1 Compiler", "C2 Compiler"),
                ofNative("VM Thread", "GC Thread", "G1 "),
                threads);
    }

    /** What was computed from {@code earlier} to this one. */
    public CpuUse since(CpuSnapshot earlier) {
        Map<String, Long> byName = new TreeMap<>();
        threads.forEach(
                (id, thread) -> {
                    OfThread before = earlier.threads.get(id);
                    long nanos = thread.nanos - (before == null ? 0 : before.nanos);
                    byName.merge(thread.name, nanos, Long::sum);
                });
        return new CpuUse(
                wallNanos - earlier.wallNanos,
                processNanos - earlier.processNanos,
                compilerNanos - earlier.compilerNanos,
                collectorNanos - earlier.collectorNanos,
                byName);
    }

    /** Threads that the virtual machine hides from Java; 0 where Linux does not tell. */
    private static long ofNative(String... names) {
        long nanos = 0;
        if (!Files.isDirectory(TASKS)) {
            return nanos;
        }
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                nanos += nanosIfNamed(task, names);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(TASKS + " cannot be read", e);
        }
        return nanos;
    }

    private static long nanosIfNamed(Path task, String... names) {
        try {
            String name = Files.readString(task.resolve("comm"));
            for (String wanted : names) {
                if (name.startsWith(wanted)) {
                    String told = Files.readString(task.resolve("schedstat"));
                    return Long.parseLong(told.split(" ")[0]);
                }
            }
            return 0;
        } catch (IOException e) {
            return 0; // it has just ended
        }
    }
}
