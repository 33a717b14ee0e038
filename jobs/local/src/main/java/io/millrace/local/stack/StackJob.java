package io.millrace.local.stack;

import io.millrace.job.JobConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job of a stack, controlled over Flink's REST by any process that knows the stack's folder.
 */
public final class StackJob {

    private static final Logger LOG = LoggerFactory.getLogger(StackJob.class);
    private static final long ASK_AGAIN_MILLIS = 1_000;
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(60), Duration.ofSeconds(180));

    /** How long Flink may take to answer, and to stop the job with a savepoint. */
    record Limits(Duration answer, Duration savepoint) {}

    private final StackFile stack;
    private final Limits limits;
    private final Configuration settings;
    private final Path savepoints;

    /** Of the stack in {@code directory}. */
    public StackJob(StackFile stack, Path directory) {
        this(stack, directory, LIMITS);
    }

    StackJob(StackFile stack, Path directory, Limits limits) {
        this.stack = stack;
        this.limits = limits;
        Path flink = directory.resolve("flink");
        this.settings = FlinkCluster.clientSettings(URI.create(stack.webUrl()), flink);
        this.savepoints = flink.resolve("savepoints");
    }

    /**
     * Starts the job.
     *
     * @param savepoint to go on from, or null for an empty state
     * @param parallelism of the stages without an option of their own, 0 for the stack's
     * @param overrides job options that replace the stack's
     */
    public JobID start(
            JobRunner runner,
            @Nullable String savepoint,
            int parallelism,
            Map<String, String> overrides)
            throws Exception {
        Configuration flink = new Configuration(settings);
        Map<String, String> options = new LinkedHashMap<>(stack.jobOptions());
        if (savepoint != null) {
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        if (parallelism > 0) {
            for (String stage : List.of("admit", "infer", "meter", "settle")) {
                options.put("parallelism." + stage, Integer.toString(parallelism));
            }
        }
        options.putAll(overrides);
        return runner.start(flink, options).getJobID();
    }

    /** Where savepoints of the job lie. */
    public Path savepoints() {
        return savepoints;
    }

    /** The options that the job is started with. */
    public JobConfig config() {
        return JobConfig.fromMap(stack.jobOptions(), LocalCluster.PARALLELISM);
    }

    /**
     * Fails if the job runs.
     *
     * @throws StackException naming it
     */
    public void requireStopped() throws Exception {
        List<JobID> running = running();
        if (!running.isEmpty()) {
            throw new StackException(
                    "job " + running.get(0) + " is running; stop it first: millrace job stop");
        }
    }

    /**
     * Stops the running job with a savepoint and returns the savepoint's path. Flink refuses one
     * while a task is not running yet, or runs and has not looked at its input yet; then the job
     * goes on, and is asked again for as long as an answer may take.
     */
    public String stop() throws Exception {
        long giveUpNanos = System.nanoTime() + limits.answer().toNanos();
        try (RestClusterClient<StandaloneClusterId> client = client()) {
            while (true) {
                JobID job = requireRunning(client);
                try {
                    return answer(
                            client.stopWithSavepoint(
                                    job,
                                    false,
                                    savepoints.toUri().toString(),
                                    SavepointFormatType.CANONICAL),
                            limits.savepoint());
                } catch (StackException.Refused e) {
                    if (System.nanoTime() >= giveUpNanos) {
                        throw e;
                    }
                    LOG.info("job {} is asked again to stop with a savepoint", job, e);
                    TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
                }
            }
        }
    }

    private JobID requireRunning(RestClusterClient<StandaloneClusterId> client) throws Exception {
        for (JobStatusMessage job : jobs(client)) {
            if (!job.getJobState().isGloballyTerminalState()) {
                return job.getJobId();
            }
        }
        throw new StackException("no job is running at " + stack.webUrl());
    }

    /** Ends the running job at once, without a savepoint. Returns when it has ended. */
    public void cancel() throws Exception {
        try (RestClusterClient<StandaloneClusterId> client = client()) {
            for (JobStatusMessage job : jobs(client)) {
                if (!job.getJobState().isGloballyTerminalState()) {
                    answer(client.cancel(job.getJobId()), limits.answer());
                    answer(client.requestJobResult(job.getJobId()), limits.answer());
                }
            }
        }
    }

    /**
     * Fails if a job has failed and none runs in its place.
     *
     * @throws StackException.JobFailed if so
     * @throws StackException.NoAnswer if Flink does not answer
     */
    public void requireNotFailed() throws Exception {
        try (RestClusterClient<StandaloneClusterId> client = client()) {
            Collection<JobStatusMessage> jobs = jobs(client);
            boolean runs =
                    jobs.stream().anyMatch(job -> !job.getJobState().isGloballyTerminalState());
            if (runs) {
                return;
            }
            for (JobStatusMessage job : jobs) {
                Throwable cause = causeOf(client, job.getJobId());
                if (cause != null) {
                    throw new StackException.JobFailed(
                            "the job failed; more of it stands in the web UI at " + stack.webUrl(),
                            cause);
                }
            }
        }
    }

    /** Ids of the jobs that have not ended. */
    public List<JobID> running() throws Exception {
        try (RestClusterClient<StandaloneClusterId> client = client()) {
            return jobs(client).stream()
                    .filter(job -> !job.getJobState().isGloballyTerminalState())
                    .map(JobStatusMessage::getJobId)
                    .toList();
        }
    }

    private @Nullable Throwable causeOf(RestClusterClient<StandaloneClusterId> client, JobID job)
            throws InterruptedException {
        return answer(client.requestJobResult(job), limits.answer())
                .getSerializedThrowable()
                .map(cause -> (Throwable) cause)
                .orElse(null);
    }

    private Collection<JobStatusMessage> jobs(RestClusterClient<StandaloneClusterId> client)
            throws InterruptedException {
        return answer(client.listJobs(), limits.answer());
    }

    /**
     * What Flink answers.
     *
     * @throws StackException in one line: a stack that is about to end, or busy, is nothing that
     *     nobody foresaw
     */
    private <T> T answer(CompletableFuture<T> reply, Duration limit) throws InterruptedException {
        try {
            return reply.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new StackException.NoAnswer(
                    "Flink has not answered at %s within %d s; is the stack ending, or busy? try again, or start it again: millrace up"
                            .formatted(stack.webUrl(), limit.toSeconds()));
        } catch (ExecutionException e) {
            Throwable root =
                    ExceptionUtils.stripException(
                            ExceptionUtils.stripExecutionException(e), CompletionException.class);
            throw new StackException.Refused(
                    "Flink at %s says no: %s; if the stack has ended, start it again: millrace up"
                            .formatted(
                                    stack.webUrl(),
                                    String.valueOf(root.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")));
        }
    }

    private RestClusterClient<StandaloneClusterId> client() throws Exception {
        return new RestClusterClient<>(settings, StandaloneClusterId.getInstance());
    }
}
