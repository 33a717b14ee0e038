package io.millrace.job;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Flink settings without which money would not be safe, or checkpoints would take long. The
 * cluster's own configuration may tune, not undo them.
 */
public final class JobDefaults {

    private JobDefaults() {}

    /** What the job asks of Flink itself. */
    public static Configuration flink() {
        Configuration flink = new Configuration();
        flink.set(PipelineOptions.GENERIC_TYPES, false);
        // Watermarks only let state be forgotten, so they have time; each look for one wakes its
        // source, by default five times a second, also where nothing comes in.
        flink.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofSeconds(1));
        flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        // An index in one block does not fit the cache beside the data: each get unpacks it anew.
        flink.set(RocksDBOptions.USE_PARTITIONED_INDEX_FILTERS, true);
        // Most ids that admission asks for are new: without it each is looked for in every file.
        flink.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
        flink.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        // A completed checkpoint tells the gate that all of admission has heard what came before
        // it.
        flink.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        flink.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        flink.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        return flink;
    }

    /**
     * Throws IllegalStateException if checkpoints are off or not exactly-once: then nothing would
     * ever be committed. Also if they are unaligned: see GateRule.
     */
    static void requireExactlyOnce(StreamExecutionEnvironment env) {
        var checkpoints = env.getCheckpointConfig();
        if (!checkpoints.isCheckpointingEnabled()
                || checkpoints.getCheckpointingConsistencyMode()
                        != CheckpointingMode.EXACTLY_ONCE) {
            throw new IllegalStateException(
                    ("checkpointing is %s, so charges would never be committed;"
                                    + " set %s, for example to 10 s")
                            .formatted(
                                    checkpoints.isCheckpointingEnabled()
                                            ? "not exactly-once"
                                            : "off",
                                    CheckpointingOptions.CHECKPOINTING_INTERVAL.key()));
        }
        if (checkpoints.isUnalignedCheckpointsEnabled()) {
            throw new IllegalStateException(
                    "checkpoints are unaligned, so requests could overtake the prices and deposits"
                            + " that come before them; set "
                            + CheckpointingOptions.ENABLE_UNALIGNED.key()
                            + " to false");
        }
    }
}
