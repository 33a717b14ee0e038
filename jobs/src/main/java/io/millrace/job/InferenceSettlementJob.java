package io.millrace.job;

import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.window.ChallengeWindow;
import io.millrace.job.topic.EvidenceRetention;
import io.millrace.job.topic.KafkaBrokerChecks;
import io.millrace.job.topic.KafkaTopicChecks;
import io.millrace.job.topic.Topics;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signed requests in; answers, charges and settled epochs out. Options as {@link JobArguments}
 * reads them; {@link JobOptions} has them all.
 *
 * <pre>
 * requests ──► validate ─► admit ─► infer ─► meter ─► cut ─► seal ─► epoch log ─► submit ─► L2
 *  ▲ gate       │           │ ▲               ├─► results     └─► receipts
 * L2 events ────┴───────────┘ └── charges ◄───┘
 * </pre>
 */
public final class InferenceSettlementJob {

    private static final Logger LOG = LoggerFactory.getLogger(InferenceSettlementJob.class);
    private static final String NAME = "millrace";

    private InferenceSettlementJob() {}

    /** Runs the job until it ends. */
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.flink());
        prepare(env, JobArguments.parse(args));
        env.execute(NAME);
    }

    /**
     * Submits the job. Returns once the cluster has accepted it.
     *
     * @param settings of Flink: where to run, checkpoints, a savepoint to go on from
     * @param options of the job, as {@link JobOptions} names them
     */
    public static JobClient start(Configuration settings, Map<String, String> options)
            throws Exception {
        Configuration flink = JobDefaults.flink();
        flink.addAll(settings);
        // getExecutionEnvironment would ignore the target and start a cluster of its own.
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(flink);
        prepare(env, options);
        return env.executeAsync(NAME);
    }

    /** Checks the surroundings and builds the DAG. */
    private static void prepare(StreamExecutionEnvironment env, Map<String, String> options) {
        JobDefaults.requireExactlyOnce(env);
        JobConfig config = JobConfig.fromMap(options, env.getParallelism());
        TransactionAge.requireWithin(
                config.kafka().transactionTimeout(), env.getCheckpointConfig());
        KafkaTopicChecks.verify(
                config.kafka().brokers(),
                config.parallelism().admit(),
                evidenceKept(config.chain()));
        KafkaBrokerChecks.verify(
                config.kafka().brokers(),
                config.kafka().transactionTimeout(),
                config.admit().horizon());
        topology(env, Endpoints.of(config), config);
    }

    /** A job must be able to start while the chain is out of reach: it may have to restart then. */
    private static EvidenceRetention evidenceKept(JobConfig.Chain chain) {
        try {
            return ChallengeWindow.of(chain.connection())
                    .map(EvidenceRetention::of)
                    .orElse(EvidenceRetention.LEAST);
        } catch (RpcException e) {
            LOG.warn(
                    "the L2 nodes do not say how long charges may be challenged ({}); {} is only"
                            + " held to the least that it must be kept, {} ms: look at"
                            + " chain.rpc.urls, and start again to have it held to BUCKET and"
                            + " RESPONSE",
                    e.getMessage(),
                    Topics.EVIDENCE,
                    EvidenceRetention.LEAST.millis());
            return EvidenceRetention.LEAST;
        }
    }

    /**
     * The DAG, left to right. Sources and sinks are the caller's, so that a test runs what
     * production runs.
     */
    public static void topology(StreamExecutionEnvironment env, Endpoints ends, JobConfig config) {
        Topology dag = new Topology(env, ends, config);

        var requests = dag.requests();
        var events = dag.vaultEvents();
        var timeless = dag.timeless(events);
        var candidates = dag.validate(requests, timeless);
        var tasks = dag.admit(candidates, dag.funds(timeless));
        var outcomes = dag.infer(tasks);
        var charges = dag.meter(outcomes);
        var roots = dag.cut(charges, tasks);
        var epochs = dag.seal(roots, requests, events);
        var receipts = dag.receipts(roots, epochs);
        var marks = dag.marks(epochs);

        dag.gate(tasks, epochs, events);
        dag.publishRejections(dag.rejections(candidates, tasks), marks);
        dag.publish(charges, config.results(), marks);
        dag.publishEpochs(epochs, receipts, marks);
        dag.submit();
        dag.tick();
    }
}
