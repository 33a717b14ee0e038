package io.millrace.job.recover;

import io.millrace.admit.RequestPlace;
import io.millrace.job.JobDefaults;
import io.millrace.job.Uids;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.state.api.OneInputStateTransformation;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.OperatorTransformation;
import org.apache.flink.state.api.SavepointWriter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/**
 * Writes a rebuilt ledger as a savepoint of the job, with the operators' own descriptors and uids,
 * and with the states of the sources' coordinators. Operators that are not named have no state.
 */
final class SavepointOfLedger {

    private final RebuiltLedger ledger;
    private final StreamExecutionEnvironment env;

    private SavepointOfLedger(RebuiltLedger ledger, StreamExecutionEnvironment env) {
        this.ledger = ledger;
        this.env = env;
    }

    /**
     * Writes {@code ledger} to {@code path}, a folder that does not exist yet.
     *
     * @param starts where the sources go on
     * @param maxParallelism of the job
     */
    static void write(RebuiltLedger ledger, SourceStarts starts, int maxParallelism, String path)
            throws Exception {
        Configuration flink = JobDefaults.flink();
        flink.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
        // The writer's own records need it; ours are all known to Flink.
        flink.set(PipelineOptions.GENERIC_TYPES, true);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, flink);
        Path sources = Files.createTempDirectory("millrace-recover");
        try {
            // The writer knows no coordinators, but keeps those of a savepoint that it adds to. So
            // there is one metadata file, written last, and never a state without positions.
            writeSources(ledger.checkpoint(), starts.states(maxParallelism), sources);
            SavepointWriter savepoint =
                    SavepointWriter.fromExistingSavepoint(env, sources.toUri().toString());
            new SavepointOfLedger(ledger, env).addTo(savepoint);
            savepoint.write(path);
            env.execute("rebuild the ledger's state");
        } finally {
            FileUtils.deleteDirectory(sources.toFile());
        }
    }

    private static void writeSources(long checkpoint, List<OperatorState> sources, Path folder)
            throws IOException {
        try (OutputStream metadata = Files.newOutputStream(folder.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(checkpoint, sources, List.of()), metadata);
        }
    }

    private void addTo(SavepointWriter savepoint) {
        savepoint.withOperator(
                uid(Uids.SEAL),
                data(List.of(ledger.seal()), TypeInformation.of(RebuiltLedger.Seal.class))
                        .transform(new OperatorStates.OfSeal()));
        savepoint.withOperator(
                uid(Uids.GATE_KEEPER),
                data(List.of(ledger.gate()), TypeInformation.of(RebuiltLedger.Gate.class))
                        .transform(new OperatorStates.OfGateKeeper()));
        if (!ledger.accounted().isEmpty()) {
            savepoint.withOperator(
                    uid(Uids.REQUESTS_ACCOUNTED),
                    data(ledger.accounted(), TypeInformation.of(RequestPlace.class))
                            .transform(new OperatorStates.OfAccounted()));
        }
        if (!ledger.models().isEmpty()) {
            savepoint.withOperator(
                    uid(Uids.VALIDATE),
                    data(ledger.models(), TypeInformation.of(RebuiltLedger.Model.class))
                            .transform(new OperatorStates.OfValidate()));
        }
        if (!ledger.requesters().isEmpty()) {
            savepoint.withOperator(
                    uid(Uids.ADMIT),
                    data(ledger.requesters(), TypeInformation.of(RebuiltLedger.Requester.class))
                            .keyBy(RebuiltLedger.Requester::requesterAddress, Types.STRING)
                            .transform(new OperatorStates.OfAdmit()));
        }
        if (!ledger.meters().isEmpty()) {
            savepoint.withOperator(
                    uid(Uids.METER),
                    data(ledger.meters(), TypeInformation.of(RebuiltLedger.Meter.class))
                            .keyBy(RebuiltLedger.Meter::requesterAddress, Types.STRING)
                            .transform(new OperatorStates.OfMeter()));
        }
        if (!ledger.shards().isEmpty()) {
            savepoint.withOperator(
                    uid(Uids.SHARD_CUT),
                    data(ledger.shards(), TypeInformation.of(RebuiltLedger.Shard.class))
                            .keyBy(RebuiltLedger.Shard::shard, Types.INT)
                            .transform(new OperatorStates.OfShardCut()));
        }
    }

    private <T> OneInputStateTransformation<T> data(List<T> values, TypeInformation<T> type) {
        return OperatorTransformation.bootstrapWith(
                env.fromData(values, type), ledger.checkpoint());
    }

    private static OperatorIdentifier uid(String uid) {
        return OperatorIdentifier.forUid(uid);
    }
}
