package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart;
import io.millrace.chain.event.JsonRpcEventChain;
import io.millrace.chain.event.LogsCheck;
import io.millrace.chain.event.SourceOptions;
import io.millrace.chain.event.VaultEventSource;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.testing.Anvil;
import io.millrace.testing.FakeStoredEpochs;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.testing.MemoryJournal;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.highavailability.nonha.embedded.HaLeadershipControl;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The submitter as an operator of a job, when Flink's own processes are lost and when the chain is
 * (M5, M9). Numbers are rows of FAULTS.md.
 */
class SubmitClusterFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    // Static, because the factories and functions are serialised: they find these here.
    private static List<SealedPart> log = List.of();
    private static MemoryJournal journal = new MemoryJournal();

    private final MiniCluster cluster =
            new MiniCluster(
                    new MiniClusterConfiguration.Builder()
                            .setNumTaskManagers(1)
                            .setNumSlotsPerTaskManager(1)
                            .setHaServices(MiniCluster.HaServices.WITH_LEADERSHIP_CONTROL)
                            .build());

    @BeforeEach
    void start() throws Exception {
        log = CHAIN.parts(3);
        journal = new MemoryJournal();
        cluster.start();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    /** Row 4: the TaskManager is lost with an epoch in the vault and no checkpoint that knows. */
    @Test
    void row04_taskManagerLostAfterInclusion_adoptedAfterTheRestore() throws Exception {
        submit();
        Awaitility.await("an epoch is in the vault")
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            CHAIN.mine(1); // what was forwarded need not be in the pool yet
                            return !CHAIN.books().settledHeaders().isEmpty();
                        });

        cluster.terminateTaskManager(0).get();
        cluster.startTaskManager();

        settleAll();
        CHAIN.books().settledOnceByOneTransactionEach(log);
    }

    /** Row 22: checkpoints go on while the chain is away, and the epochs follow when it is back. */
    @Test
    void row22_nodeDown_checkpointsGoOnAndEpochsFollow() throws Exception {
        CHAIN.proxy().refuseConnections();
        JobID job = submit();

        long before = completedCheckpoints(job);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> completedCheckpoints(job) >= before + 5);
        assertThat(CHAIN.books().settledHeaders()).isEmpty();
        CHAIN.proxy().heal();

        settleAll();
        CHAIN.books().settledOnceByOneTransactionEach(log);
    }

    /** Row 26: the JobManager loses its leadership while a transaction is under way. */
    @Test
    void row26_jobManagerLosesLeadership_epochsSettleOnce() throws Exception {
        JobID job = submit();
        awaitSent(1);
        HaLeadershipControl leadership = cluster.getHaLeadershipControl().orElseThrow();
        leadership.revokeJobMasterLeadership(job).get();
        CHAIN.mine(1);

        leadership.grantJobMasterLeadership(job).get();

        settleAll();
        CHAIN.books().settledOnceByOneTransactionEach(log);
    }

    private JobID submit() throws Exception {
        Configuration config = new Configuration();
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        config.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(config).setParallelism(1);
        env.enableCheckpointing(100);
        // The events of the chain bring nothing here, but keep the job from coming to an end.
        DataStream<SealedPart> nothing =
                env.fromSource(
                                new VaultEventSource(
                                        JsonRpcEventChain.over(CHAIN.local().connection()),
                                        new SourceOptions(
                                                Anvil.CHAIN_ID,
                                                CHAIN.height(),
                                                200,
                                                1_000,
                                                LogsCheck.OFF,
                                                45_000)),
                                VaultEventSource.idleWatermarks(),
                                "vault events")
                        .filter(event -> false)
                        .map(event -> log.get(0))
                        .returns(SealedPart.class);
        env.fromSource(
                        new NumberSequenceSource(0, log.size() - 1),
                        WatermarkStrategy.noWatermarks(),
                        "epoch log")
                .map(index -> log.get(index.intValue()))
                .returns(SealedPart.class)
                .union(nothing)
                .transform(
                        "submitter",
                        TypeInformation.of(SettlementRecord.class),
                        new SubmitOperator.Factory(
                                options(),
                                JsonRpcVaultClient.over(CHAIN.connection(5_000)),
                                LocalVault.SETTLER,
                                () -> journal,
                                new FakeStoredEpochs(() -> log)))
                .sinkTo(new DiscardingSink<>());
        return cluster.submitJob(env.getStreamGraph()).get().getJobID();
    }

    private static SubmitOptions options() {
        return new SubmitOptions(
                CHAIN.identity(),
                20,
                5_000,
                60_000,
                200,
                SubmitOptions.MAX_TRANSACTION_GAS,
                100,
                SubmitOptions.LOW_BALANCE_WEI,
                FaultSubmitter.FEES);
    }

    private static void awaitSent(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> CHAIN.proxy().forwarded("eth_sendRawTransaction").size() >= count);
    }

    private long completedCheckpoints(JobID job) throws Exception {
        return cluster.getExecutionGraph(job)
                .get()
                .getCheckpointStatsSnapshot()
                .getCounts()
                .getNumberOfCompletedCheckpoints();
    }

    /** Blocks come until the journal says that every epoch is final. */
    private static void settleAll() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> {
                            CHAIN.mine(1);
                            return journal.readAll().stream()
                                            .filter(entry -> entry.state() == State.FINAL)
                                            .map(SettlementRecord::header)
                                            .distinct()
                                            .count()
                                    == log.size();
                        });
    }
}
