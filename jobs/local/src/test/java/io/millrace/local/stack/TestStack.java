package io.millrace.local.stack;

import io.millrace.job.InferenceSettlementJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Stacks for tests: a checkpoint every second, so that epochs come soon.
 *
 * <p>As an extension it gives a class one that is shared with others, for tests after which the job
 * runs, everything is settled, and prices and requesters' funds are as they were. A test that fails
 * ends it, and so does one that needs a stack of its own: two would slow each other down.
 */
public final class TestStack implements BeforeEachCallback, AfterEachCallback {

    /** Between two checkpoints; an epoch is cut at every third. */
    public static final Duration CHECKPOINTS = Duration.ofSeconds(1);

    private static final Namespace OWN = Namespace.create(TestStack.class);

    private static @Nullable Shared shared;

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
        endShared();
        return LocalStack.start(options, runner, step -> {});
    }

    /** The stack that is shared. */
    public LocalStack get() {
        return Objects.requireNonNull(shared, "no test runs").stack;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        context.getRoot().getStore(OWN).getOrComputeIfAbsent(AtTheEnd.class);
        if (shared == null) {
            Path folder = Files.createTempDirectory("stack");
            LocalStack stack =
                    LocalStack.start(StackOptions.in(folder), TestStack::job, step -> {});
            shared = new Shared(stack, folder);
            stack.awaitDeposits();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            endShared();
        }
    }

    private static void endShared() throws IOException {
        Shared ended = shared;
        shared = null;
        if (ended != null) {
            ended.stack.close();
            FileUtils.deleteDirectory(ended.folder.toFile());
        }
    }

    private record Shared(LocalStack stack, Path folder) {}

    /** Closed once all tests have run. */
    static final class AtTheEnd implements AutoCloseable {

        @Override
        public void close() {
            try {
                endShared();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
