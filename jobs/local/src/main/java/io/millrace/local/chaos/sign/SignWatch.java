package io.millrace.local.chaos.sign;

import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches a stack for signs in a thread of its own, through whatever happens to it. What it has
 * seen is guarded by its monitor.
 */
public final class SignWatch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final long STOP_SECONDS = 30;

    private final Values values;
    private final LogTail logs;
    private final Alarms alarms = new Alarms(AlarmRule.ALL);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread made = new Thread(task, "sign-watch");
                        made.setDaemon(true);
                        return made;
                    });
    private final List<Sign> seen = new ArrayList<>();
    private @Nullable Exception failure;

    /** Values of metrics. */
    @FunctionalInterface
    interface Values {

        /**
         * Of now, by metric.
         *
         * @throws IOException if nobody answers
         */
        Map<String, Long> now() throws IOException, InterruptedException;
    }

    SignWatch(Values values, Path logs) {
        this.values = values;
        this.logs = new LogTail(logs);
    }

    /** On the job of {@code rest} and the logs in {@code folder}, from their beginning. */
    public static SignWatch of(FlinkRest rest, Path folder) {
        List<String> metrics = AlarmRule.ALL.stream().map(AlarmRule::metric).distinct().toList();
        JobMetrics job = new JobMetrics(rest, metrics);
        SignWatch watch = new SignWatch(() -> highest(job.now()), folder);
        // What goes wrong is kept by look itself.
        var unused =
                watch.thread.scheduleWithFixedDelay(
                        watch::look, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Of all subtasks. */
    private static Map<String, Long> highest(Map<String, JobMetrics.Value> values) {
        Map<String, Long> highest = new HashMap<>();
        values.forEach((metric, value) -> highest.put(metric, value.max()));
        return highest;
    }

    /** The job has ended, and its last words are {@code reason}. */
    public synchronized void refused(String reason) {
        seen.add(new Sign(Sign.Sort.REFUSAL, "job", reason, System.nanoTime()));
    }

    /**
     * Ends the watch after a last look, and returns all signs in their order.
     *
     * @throws IllegalStateException if it could not watch all the time
     */
    public List<Sign> stop() throws InterruptedException {
        close();
        if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a look at the metrics does not end");
        }
        look();
        synchronized (this) {
            if (failure != null) {
                throw new IllegalStateException("the logs cannot be watched", failure);
            }
            return List.copyOf(seen);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    /** Looks once at logs and metrics. */
    void look() {
        try {
            List<LogTail.Line> errors = logs.errors();
            long now = System.nanoTime();
            synchronized (this) {
                for (LogTail.Line line : errors) {
                    seen.add(new Sign(Sign.Sort.ERROR, line.process(), line.text(), now));
                }
            }
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                failure = e;
            }
        }
        try {
            Map<String, Long> at = values.now();
            synchronized (this) {
                seen.addAll(alarms.look(at, System.nanoTime()));
            }
        } catch (IOException | RuntimeException e) {
            // Flink is away, and shows nothing until it is back
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
