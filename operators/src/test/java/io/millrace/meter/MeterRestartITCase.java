package io.millrace.meter;

import static io.millrace.testing.Fixtures.DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.infer.Outcome;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a job that may restart, when the meter stops: a broken rule of the books would
 * come to the same error for ever and bury its first message.
 */
class MeterRestartITCase {

    private static final int RESTARTS = 2;

    private final MiniCluster cluster =
            new MiniCluster(
                    new MiniClusterConfiguration.Builder()
                            .setNumTaskManagers(1)
                            .setNumSlotsPerTaskManager(1)
                            .build());

    @BeforeEach
    void start() throws Exception {
        cluster.start();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void job_costAboveReservation_failsAtTheFirstAttemptWithTheRemedy() throws Exception {
        AccessExecutionGraph ended = run(MeterFunctionTest.tooDear());

        assertThat(ended.getState()).isEqualTo(JobStatus.FAILED);
        assertThat(restarts(ended)).as("restarts into the same error").isZero();
        assertThat(ended.getFailureInfo().getExceptionAsString())
                .as("what the web UI shows")
                .contains("costs 10 nano-USD but only 9 were reserved (M2)", "run millrace audit");
    }

    @Test
    void job_outcomeThatMayBeMadeAnew_isRestarted() throws Exception {
        AccessExecutionGraph ended = run(MeterFunctionTest.forged());

        assertThat(restarts(ended)).isEqualTo(RESTARTS);
    }

    private AccessExecutionGraph run(Outcome outcome) throws Exception {
        Configuration config = new Configuration();
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
        config.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(50));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(config).setParallelism(1);
        env.fromData(TypeInformation.of(Outcome.class), outcome)
                .keyBy(one -> one.terms().requesterAddress())
                .process(new MeterFunction(DOMAIN))
                .sinkTo(new DiscardingSink<>());
        JobID job = cluster.submitJob(env.getStreamGraph()).get().getJobID();
        cluster.requestJobResult(job).get();
        return cluster.getExecutionGraph(job).get();
    }

    private static int restarts(AccessExecutionGraph ended) {
        int most = 0;
        for (AccessExecutionJobVertex vertex : ended.getVerticesTopologically()) {
            most =
                    Math.max(
                            most,
                            vertex.getTaskVertices()[0]
                                    .getCurrentExecutionAttempt()
                                    .getAttemptNumber());
        }
        return most;
    }
}
