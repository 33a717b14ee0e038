package io.millrace.local.bench.cpu;

import static java.util.Objects.requireNonNull;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Splits the processor time of threads over the stages that they work for, by looks at their
 * stacks: what a thread has computed since the look before belongs to the stage it is seen in now.
 * If it is seen waiting, its work is done and nothing tells what it was; that is shared out as the
 * same thread's other time. The sum is exact; the split is an estimate that grows better with time,
 * as the system counts a thread's time exactly but stacks are seen only where a thread can be
 * stopped.
 *
 * <p>Its own thread looks; {@link #close} ends it, and then the figures may be read.
 */
public final class StackSampler implements AutoCloseable {

    /** Name of the thread that looks. */
    public static final String THREAD = "bench-sampler";

    private static final long PERIOD_MILLIS = 10;
    private static final int DEPTH = 96;
    private static final int LOOKS_A_LIST = 100; // threads come and go slowly
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Predicate<String> sampled;
    private final StageOf stageOf;
    private final Thread thread = new Thread(this::run, THREAD);
    private final Map<Long, Long> seen = new HashMap<>();
    private final Map<Long, Seen> nanos = new HashMap<>();
    private volatile boolean ended;

    /** Which stage a thread works for. */
    @FunctionalInterface
    public interface StageOf {

        /** By the thread's name and its stack, innermost call first. */
        String stage(String thread, StackTraceElement[] stack);
    }

    /** Of one thread, nanoseconds by the stage it was seen in, at work and waiting. */
    private record Seen(Map<String, Long> working, Map<String, Long> waiting) {

        private Seen() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        private void shareOut(Map<String, Long> to) {
            long worked = sum(working);
            double share = worked == 0 ? 0 : (double) sum(waiting) / worked;
            working.forEach(
                    (stage, each) -> to.merge(stage, each + Math.round(each * share), Long::sum));
            if (worked == 0) {
                waiting.forEach((stage, each) -> to.merge(stage, each, Long::sum));
            }
        }

        private static long sum(Map<String, Long> nanos) {
            return nanos.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private StackSampler(Predicate<String> sampled, StageOf stageOf) {
        this.sampled = requireNonNull(sampled, "sampled is null");
        this.stageOf = requireNonNull(stageOf, "stageOf is null");
    }

    /** Begins. Threads whose name is not {@code sampled} are left out. */
    public static StackSampler start(Predicate<String> sampled, StageOf stageOf) {
        StackSampler sampler = new StackSampler(sampled, stageOf);
        for (long id : sampler.wanted()) {
            sampler.seen.put(id, Math.max(0, THREADS.getThreadCpuTime(id)));
        }
        sampler.thread.setDaemon(true);
        sampler.thread.start();
        return sampler;
    }

    /** Nanoseconds by stage. To be called after {@link #close}. */
    public Map<String, Long> nanosByStage() {
        if (thread.isAlive()) {
            throw new IllegalStateException("the sampler still runs; close it first");
        }
        Map<String, Long> byStage = new TreeMap<>();
        nanos.values().forEach(seenOf -> seenOf.shareOut(byStage));
        return Map.copyOf(byStage);
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }

    private void run() {
        try {
            while (!ended) {
                long[] ids = wanted();
                for (int i = 0; i < LOOKS_A_LIST && !ended; i++) {
                    look(ids);
                    TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
                }
            }
            look(wanted());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Only a thread that has computed since is stopped and looked at. */
    private void look(long[] ids) {
        for (long id : ids) {
            long now = THREADS.getThreadCpuTime(id);
            long before = seen.getOrDefault(id, 0L);
            if (now <= before) {
                continue; // idle, or it has ended
            }
            ThreadInfo info = THREADS.getThreadInfo(id, DEPTH);
            if (info != null) {
                seen.put(id, now);
                String stage = stageOf.stage(info.getThreadName(), info.getStackTrace());
                Seen of = nanos.computeIfAbsent(id, first -> new Seen());
                boolean works = info.getThreadState() == Thread.State.RUNNABLE;
                (works ? of.working : of.waiting).merge(stage, now - before, Long::sum);
            }
        }
    }

    private long[] wanted() {
        ThreadInfo[] all = THREADS.getThreadInfo(THREADS.getAllThreadIds());
        long[] ids = new long[all.length];
        int count = 0;
        for (ThreadInfo info : all) {
            if (info != null && sampled.test(info.getThreadName())) {
                ids[count++] = info.getThreadId();
            }
        }
        return Arrays.copyOf(ids, count);
    }
}
