package io.millrace.job;

import io.millrace.admit.AdmitFunction;
import io.millrace.admit.Candidate;
import io.millrace.admit.FundsChange;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.Task;
import io.millrace.admit.ValidateFunction;
import io.millrace.chain.CutPosition;
import io.millrace.chain.PositionOperator;
import io.millrace.chain.SealedEpoch;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.Outcome;
import io.millrace.meter.Charge;
import io.millrace.meter.MeterFunction;
import io.millrace.settle.EpochBuilder;
import io.millrace.settle.ReceiptFunction;
import io.millrace.settle.ShardCutOperator;
import io.millrace.settle.ShardRoot;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;

/**
 * Signed requests in; answers, charges and settled epochs out.
 *
 * <pre>
 * requests ──► validate ─► admit ─► infer ─► meter ─► cut ─► seal ─► epoch log ─► submit ─► L2
 * L2 events ────┴───────────┴ ▲               ├─► results      └─► receipts
 *                             └── charges ◄───┘
 * </pre>
 */
public final class InferenceSettlementJob {

    private InferenceSettlementJob() {}

    /** Runs the job with {@code --key value} options; {@link JobOptions} has them all. */
    public static void main(String[] args) throws Exception {
        JobConfig config = JobConfig.fromMap(ParameterTool.fromArgs(args).toMap());
        KafkaTopicChecks.verify(config.kafka().bootstrapServers(), config.parallelism().admit());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.flink(config));
        topology(env, Endpoints.of(config), config);
        env.execute("millrace");
    }

    /** The DAG, left to right. Sources and sinks are the caller's, so that a test runs what production runs. */
    public static void topology(StreamExecutionEnvironment env, Endpoints ends, JobConfig config) {
        JobConfig.Parallelism p = config.parallelism();
        StageFactory stages = new StageFactory(config);

        SingleOutputStreamOperator<RequestRecord> requests =
                env.fromSource(ends.requests(), stages.appendTime(), "requests")
                        .setParallelism(p.admit()).uid(Uids.REQUESTS)
                        .transform("request positions", Rows.REQUEST, stages.requestPositions())
                        .setParallelism(p.admit()).uid(Uids.REQUEST_POSITIONS);
    }
}
