package io.millrace.job;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;

/**
 * Signed requests in; answers, charges and settled epochs out. Run with {@code --key value}
 * options, {@link JobOptions} has them all.
 *
 * <pre>
 * requests ──► validate ─► admit ─► infer ─► meter ─► cut ─► seal ─► epoch log ─► submit ─► L2
 *  ▲ gate       │           │ ▲               ├─► results     └─► receipts
 * L2 events ────┴───────────┘ └── charges ◄───┘
 * </pre>
 */
public final class InferenceSettlementJob {

    private static final String NAME = "millrace";

    private InferenceSettlementJob() {}

    /** Runs the job until it ends. */
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.flink());
        prepare(env, ParameterTool.fromArgs(args).toMap());
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
        KafkaTopicChecks.verify(config.kafka().bootstrapServers(), config.parallelism().admit());
        topology(env, Endpoints.of(config), config);
    }

    /**
     * The DAG, left to right. Sources and sinks are the caller's, so that a test runs what
     * production runs.
     */
    public static void topology(StreamExecutionEnvironment env, Endpoints ends, JobConfig config) {
        Steps steps = new Steps(env, ends, config);

        var requests = steps.requests();
        var events = steps.vaultEvents();
        var candidates = steps.validate(requests, events);
        var tasks = steps.admit(candidates, steps.funds(events));
        var outcomes = steps.infer(tasks);
        var charges = steps.meter(outcomes);
        var roots = steps.cut(charges, tasks);
        var epochs = steps.seal(roots, requests, events);
        var receipts = steps.receipts(roots, epochs);
        var marks = steps.marks(epochs);

        steps.gate(tasks, events);
        steps.publishRejections(steps.rejections(candidates, tasks), marks);
        steps.publish(charges, config.results(), marks);
        steps.publishEpochs(epochs, receipts, marks);
        steps.submit();
        steps.tick();
    }
}
