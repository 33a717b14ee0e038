package io.millrace.local.bench.job;

import static java.util.Objects.requireNonNull;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * A local stack whose Flink, in this process, takes more jobs beside the engine's. Used by one
 * thread.
 */
public final class BenchStack implements AutoCloseable {

    /** Partitions of a topic made here: as many as the requests have. */
    private static final int PARTITIONS = 4;

    private final LocalStack stack;
    private final Configuration flink;

    private BenchStack(LocalStack stack, Configuration flink) {
        this.stack = stack;
        this.flink = flink;
    }

    /** Makes a job's steps, each with a uid. */
    @FunctionalInterface
    public interface Steps {

        /** In {@code env}, which is configured as the engine's own. */
        void in(StreamExecutionEnvironment env) throws Exception;
    }

    /**
     * Starts it, the engine's job with it.
     *
     * @param steps is told what is being started, for people
     */
    public static BenchStack start(StackOptions options, Consumer<String> steps) throws Exception {
        Submitted submitted = new Submitted();
        LocalStack stack = LocalStack.start(options, submitted::start, steps);
        return new BenchStack(stack, requireNonNull(submitted.flink, "no job was started"));
    }

    /** The stack itself. */
    public LocalStack stack() {
        return stack;
    }

    /** Starts a job with the settings of the engine's. */
    public JobClient submit(String name, Steps steps) throws Exception {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(flink);
        steps.in(env);
        return env.executeAsync(name);
    }

    /** Makes {@code topics} of bytes, for jobs of one's own. */
    public void create(List<String> topics) throws ExecutionException, InterruptedException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.file().bootstrapServers()))) {
            admin.createTopics(
                            topics.stream()
                                    .map(topic -> new NewTopic(topic, PARTITIONS, (short) 1))
                                    .toList())
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        stack.close();
    }

    /** Where the engine's job was sent to. */
    private static final class Submitted {

        private @Nullable Configuration flink;

        JobClient start(Configuration settings, Map<String, String> options) throws Exception {
            flink = settings;
            return InferenceSettlementJob.start(settings, options);
        }
    }
}
