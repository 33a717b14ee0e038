package io.millrace.local.stack;

import io.millrace.job.InferenceSettlementJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Stacks for tests: a checkpoint every second, so that epochs come soon.
 *
 * <p>As an extension it gives a class one that is shared with others, for tests after which the job
 * runs, everything is settled, and prices and requesters' funds are as they were. It belongs to the
 * process, as a fork runs each class by itself. A test that fails ends it, and so does one that
 * needs a stack of its own, and a while in which no test uses it: two would slow each other down.
 */
public final class TestStack implements BeforeEachCallback, AfterEachCallback {

    /** Between two checkpoints; an epoch is cut at every third. */
    public static final Duration CHECKPOINTS = Duration.ofSeconds(1);

    private static final long UNUSED_SECONDS = 5;

    private static final ScheduledExecutorService END =
            Executors.newSingleThreadScheduledExecutor(TestStack::daemon);

    private static @Nullable Shared shared;
    private static @Nullable ScheduledFuture<?> ending;

    /** Submits the job, with a checkpoint every second. */
    public static JobClient job(Configuration flink, Map<String, String> options) throws Exception {
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINTS);
        return InferenceSettlementJob.start(flink, options);
    }

    /** A stack for one test, for it to close. */
    public static LocalStack own(StackOptions options) throws Exception {
        return own(options, TestStack::job);
    }

    /** The same with another job. */
    public static LocalStack own(StackOptions options, JobRunner runner) throws Exception {
        endUnused();
        return LocalStack.start(options, runner, step -> {});
    }

    /** The stack that is shared. */
    public LocalStack get() {
        synchronized (TestStack.class) {
            return Objects.requireNonNull(shared, "no test runs").stack;
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        synchronized (TestStack.class) {
            if (ending != null) {
                ending.cancel(false);
            }
            if (shared == null) {
                Path folder = Files.createTempDirectory("stack");
                LocalStack stack =
                        LocalStack.start(StackOptions.in(folder), TestStack::job, step -> {});
                shared = new Shared(stack, folder);
                stack.awaitDeposits();
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        synchronized (TestStack.class) {
            if (context.getExecutionException().isPresent()) {
                endUnused();
            } else {
                ending = END.schedule(TestStack::endUnused, UNUSED_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Ends the one that is shared, if there is one: for tests that count processes. */
    public static void endUnused() {
        synchronized (TestStack.class) {
            Shared ended = shared;
            shared = null;
            if (ended != null) {
                ended.stack.close();
                FileUtils.deleteDirectoryQuietly(ended.folder.toFile());
            }
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "test-stack-end");
        thread.setDaemon(true);
        return thread;
    }

    private record Shared(LocalStack stack, Path folder) {}
}
