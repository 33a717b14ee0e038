package io.millrace.local.bench.state;

import io.millrace.job.JobDefaults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One measurement of a {@link CutJob} on a cluster of its own. */
public final class CutRun {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long PAUSE_MILLIS = 20;

    /** Between two checkpoints while the cut goes on: a short one, of a job in use. */
    private static final long INTERVAL_MILLIS = 1_000;

    /**
     * What was measured; checkpoints from their trigger to their completion.
     *
     * @param plainMillis a checkpoint that cuts nothing
     * @param cutMillis the one that cuts
     * @param longestMillis the longest from that one on, until the last receipt
     * @param wholeMillis from the cut's trigger to the last receipt
     * @param bytes of a full checkpoint before the cut
     * @param restoreMillis from the start from it to the completion of the next
     */
    public record Figures(
            long plainMillis,
            long cutMillis,
            long longestMillis,
            long wholeMillis,
            long bytes,
            long restoreMillis) {}

    private final CutJob job;
    private final Path directory;
    private final Consumer<String> progress;

    /** On a cluster that keeps its checkpoints in {@code directory}. */
    public CutRun(CutJob job, Path directory, Consumer<String> progress) {
        this.job = job;
        this.directory = directory;
        this.progress = progress;
    }

    /** Runs it. */
    @SuppressWarnings("try") // the cluster declares that closing may be interrupted
    public Figures run() throws Exception {
        Configuration settings = settings();
        try (MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(settings)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(job.parallelism())
                                .build())) {
            cluster.start();
            String name = directory.toString();
            JobID running = submit(cluster, settings, name);
            CutJob.Seen seen = CutJob.Seen.by(name);
            while (seen.charges().get() < job.charges()) {
                graph(cluster, running); // or it has failed
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            progress.accept("charges are there");
            checkpoint(cluster, running); // behind the last of them, which ends their source
            while (!ended(graph(cluster, running))) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            long plain = 0;
            String before = "";
            for (int id = 2; id < CutJob.CUT_EVERY; id++) {
                before = checkpoint(cluster, running);
                plain = stats(cluster, running, id).getEndToEndDuration();
            }
            long bytes = stats(cluster, running, CutJob.CUT_EVERY - 1).getStateSize();
            long began = System.nanoTime();
            checkpoint(cluster, running);
            long cut = stats(cluster, running, CutJob.CUT_EVERY).getEndToEndDuration();
            progress.accept("the checkpoint that cuts took %,d ms".formatted(cut));
            long longest = cut;
            long next = CutJob.CUT_EVERY + 1;
            while (seen.receipts().get() < job.charges()) {
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
                checkpoint(cluster, running);
                longest = Math.max(longest, stats(cluster, running, next++).getEndToEndDuration());
            }
            long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            cluster.cancelJob(running).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            cluster.requestJobResult(running).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            return new Figures(plain, cut, longest, whole, bytes, restore(cluster, before));
        }
    }

    private long restore(MiniCluster cluster, String checkpoint) throws Exception {
        Configuration settings = settings();
        settings.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
        long began = System.nanoTime();
        JobID restored = submit(cluster, settings, directory + " restored");
        awaitRunning(cluster, restored);
        checkpoint(cluster, restored);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        cluster.cancelJob(restored).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        cluster.requestJobResult(restored).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return took;
    }

    private JobID submit(MiniCluster cluster, Configuration settings, String name)
            throws Exception {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(settings);
        env.setParallelism(job.parallelism());
        job.wire(env, name);
        JobID submitted =
                cluster.submitJob(env.getStreamGraph())
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .getJobID();
        while (cluster.getJobStatus(submitted).get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                == JobStatus.INITIALIZING) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return submitted;
    }

    private static void awaitRunning(MiniCluster cluster, JobID job) throws Exception {
        while (!all(cluster, job, ExecutionState.RUNNING, ExecutionState.FINISHED)) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private static boolean ended(AccessExecutionGraph graph) {
        for (var vertex : graph.getAllExecutionVertices()) {
            if (vertex.getExecutionState() == ExecutionState.FINISHED) {
                return true;
            }
        }
        return false;
    }

    private static boolean all(
            MiniCluster cluster, JobID job, ExecutionState one, ExecutionState other)
            throws Exception {
        for (var vertex : graph(cluster, job).getAllExecutionVertices()) {
            if (vertex.getExecutionState() != one && vertex.getExecutionState() != other) {
                return false;
            }
        }
        return true;
    }

    private static AccessExecutionGraph graph(MiniCluster cluster, JobID job) throws Exception {
        AccessExecutionGraph graph =
                cluster.getExecutionGraph(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (graph.getFailureInfo() != null) {
            throw new IllegalStateException(
                    "the job failed: " + graph.getFailureInfo().getExceptionAsString());
        }
        return graph;
    }

    private static String checkpoint(MiniCluster cluster, JobID job) throws Exception {
        return cluster.triggerCheckpoint(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static AbstractCheckpointStats stats(MiniCluster cluster, JobID job, long checkpoint)
            throws Exception {
        var snapshot = graph(cluster, job).getCheckpointStatsSnapshot();
        AbstractCheckpointStats stats =
                snapshot == null ? null : snapshot.getHistory().getCheckpointById(checkpoint);
        if (stats == null) {
            throw new IllegalStateException("nothing is known of checkpoint " + checkpoint);
        }
        return stats;
    }

    private Configuration settings() {
        Configuration settings = JobDefaults.flink();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(10)); // by hand
        settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, LIMIT);
        settings.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 1_000);
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve("checkpoints").toUri().toString());
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        return settings;
    }
}
