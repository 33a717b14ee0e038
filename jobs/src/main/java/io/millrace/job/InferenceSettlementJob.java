package io.millrace.job;

import static org.apache.flink.api.common.eventtime.WatermarkStrategy.noWatermarks;

import io.millrace.admit.AdmitFunction;
import io.millrace.admit.Candidate;
import io.millrace.admit.FundsChange;
import io.millrace.admit.Rejection;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.ValidateFunction;
import io.millrace.chain.CutPosition;
import io.millrace.chain.PositionOperator;
import io.millrace.chain.SealedEpoch;
import io.millrace.chain.SettlementRecord;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.Outcome;
import io.millrace.meter.MeterFunction;
import io.millrace.settle.EpochAssignment;
import io.millrace.settle.EpochBuilder;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptFunction;
import io.millrace.settle.ShardCutOperator;
import io.millrace.settle.ShardRoot;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;

/**
 * Signed requests in; answers, charges and settled epochs out. Run with {@code --key value}
 * options, {@link JobOptions} has them all.
 *
 * <pre>
 * requests ──► validate ─► admit ─► infer ─► meter ─► cut ─► seal ─► epoch log ─► submit ─► L2
 * L2 events ────┴───────────┘ ▲               ├─► results     └─► receipts
 *                             └── charges ◄───┘
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
        KafkaTopicChecks.verify(config.kafka().bootstrapServers(), config.parallelism().admit());
        topology(env, Endpoints.of(config), config);
    }

    /**
     * The DAG, left to right. Sources and sinks are the caller's, so that a test runs what
     * production runs.
     */
    public static void topology(StreamExecutionEnvironment env, Endpoints ends, JobConfig config) {
        Stages stages = new Stages(config);
        JobConfig.Parallelism p = config.parallelism();

        // Requests with their positions; their append time alone drives the watermark (M8).
        var requests =
                step(
                                env.fromSource(ends.requests(), stages.appendTime(), ""),
                                Uids.REQUESTS,
                                p.admit())
                        .transform("", type(RequestRecord.class), stages.requestPositions());
        step(requests, Uids.REQUEST_POSITIONS, p.admit());
        var events =
                step(env.fromSource(ends.events(), noWatermarks(), ""), Uids.VAULT_EVENTS, 1)
                        .transform("", type(VaultEvent.class), stages.vaultPositions());
        step(events, Uids.VAULT_POSITIONS, 1);
        var charged =
                step(env.fromSource(ends.charges(), noWatermarks(), ""), Uids.CHARGES_BACK, 1);

        // What moves a requester's funds: the chain's events, and the job's own charges once they
        // are committed.
        var idleEvents =
                step(
                        events.assignTimestampsAndWatermarks(IdleWatermarks.strategy()),
                        Uids.VAULT_IDLE,
                        1);
        DataStream<FundsChange> funds =
                step(charged.map(Stages::charged), Uids.FUNDS_CHARGED, 1)
                        .union(step(idleEvents.flatMap(Stages.funded()), Uids.FUNDS_EVENTS, 1));
        var idleFunds =
                step(
                        funds.assignTimestampsAndWatermarks(IdleWatermarks.strategy()),
                        Uids.FUNDS_IDLE,
                        1);

        // admit
        var candidates =
                step(
                        requests.connect(idleEvents.broadcast(ValidateFunction.MODELS))
                                .process(stages.validate()),
                        Uids.VALIDATE,
                        p.admit());
        var tasks =
                step(
                        candidates
                                .keyBy(Candidate::requester)
                                .connect(idleFunds.keyBy(FundsChange::requester))
                                .process(stages.admit()),
                        Uids.ADMIT,
                        p.admit());
        DataStream<Rejection> rejections =
                candidates
                        .getSideOutput(ValidateFunction.REJECTIONS)
                        .union(tasks.getSideOutput(AdmitFunction.REJECTIONS));

        // infer, meter
        var outcomes =
                step(
                        tasks.rebalance().transform("", type(Outcome.class), stages.infer()),
                        Uids.INFER,
                        p.infer());
        var charges =
                step(
                        outcomes.keyBy(Outcome::requester).process(stages.meter()),
                        Uids.METER,
                        p.meter());

        // settle
        var roots =
                step(
                        charges.keyBy(stages.shardOfCharge())
                                .connect(
                                        tasks.getSideOutput(AdmitFunction.RELEASES)
                                                .keyBy(stages.shardOfRelease()))
                                .transform("", type(ShardRoot.class), stages.shardCut()),
                        Uids.SHARD_CUT,
                        p.settle());
        DataStream<CutPosition> positions =
                requests.getSideOutput(PositionOperator.POSITIONS)
                        .union(events.getSideOutput(PositionOperator.POSITIONS));
        var epochs =
                step(
                        roots.connect(positions)
                                .transform("", type(SealedEpoch.class), stages.epochBuilder()),
                        Uids.EPOCH_BUILDER,
                        1);
        var receipts =
                step(
                        roots.getSideOutput(ShardCutOperator.RECEIPTS)
                                .keyBy(Receipt::shard)
                                .connect(
                                        epochs.getSideOutput(EpochBuilder.ASSIGNMENTS)
                                                .keyBy(EpochAssignment::shard))
                                .process(new ReceiptFunction()),
                        Uids.RECEIPTS,
                        p.settle());

        // out: money exactly once; results at once, or in the transaction of their charge
        DataStream<OutboundRecord> money =
                step(charges.map(Outbound::of), Uids.CHARGES_ENCODED, p.meter());
        DataStream<OutboundRecord> results =
                step(
                        charges.getSideOutput(MeterFunction.RESULTS).map(Outbound::of),
                        Uids.RESULTS_ENCODED,
                        p.meter());
        if (config.results() == ResultsMode.COMMITTED) {
            money = money.union(results);
        } else {
            out(results, ends.results(), Uids.RESULTS_OUT, p.meter());
        }
        out(money, ends.money(), Uids.MONEY_OUT, p.meter());
        out(rejections.map(Outbound::of), ends.rejections(), Uids.REJECTIONS_OUT, p.admit());
        out(epochs.map(Outbound::of), ends.epochLog(), Uids.EPOCHS_OUT, 1);
        out(receipts.map(Outbound::of), ends.receipts(), Uids.RECEIPTS_OUT, p.settle());

        // The log, once committed, goes to the chain; ticks keep every request partition's clock
        // moving.
        var log = step(env.fromSource(ends.epochs(), noWatermarks(), ""), Uids.EPOCHS_BACK, 1);
        step(
                log.transform("", type(SettlementRecord.class), stages.submit(ends.journal())),
                Uids.SUBMIT,
                1);
        out(
                step(env.fromSource(ends.ticks(), noWatermarks(), ""), Uids.TICKS, 1),
                ends.ticksOut(),
                Uids.TICKS_OUT,
                1);
    }

    /** A step's name and uid are one word, from {@link Uids}. */
    private static <T> SingleOutputStreamOperator<T> step(
            SingleOutputStreamOperator<T> step, String uid, int parallelism) {
        return step.setParallelism(parallelism).uid(uid).name(uid);
    }

    private static <T> void out(DataStream<T> stream, Sink<T> sink, String uid, int parallelism) {
        stream.sinkTo(sink).setParallelism(parallelism).uid(uid).name(uid);
    }

    private static <T> TypeInformation<T> type(Class<T> type) {
        return TypeInformation.of(type);
    }
}
