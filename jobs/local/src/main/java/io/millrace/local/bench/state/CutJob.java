package io.millrace.local.bench.state;

import io.millrace.admit.Price;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.infer.OutcomeStatus;
import io.millrace.meter.Charge;
import io.millrace.settle.CutReceipt;
import io.millrace.settle.EpochAssignment;
import io.millrace.settle.PartLimits;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptFunction;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutOperator;
import io.millrace.settle.ShardRoot;
import io.millrace.unit.Eip712Domain;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Charges into the cut and the numbering of receipts, as the real job wires them; what would be the
 * epoch is the cut. It goes on when the charges have ended.
 *
 * @param charges how many
 * @param accounts that they are of, in turns
 * @param shardDepth there are 2^shardDepth shards
 * @param parallelism of the stage
 */
public record CutJob(int charges, int accounts, int shardDepth, int parallelism) {

    /** A checkpoint is a cut when its id is a multiple of this. */
    static final int CUT_EVERY = 4;

    private static final Map<String, Seen> SEEN = new ConcurrentHashMap<>();
    private static final Eip712Domain DOMAIN = new Eip712Domain(901, "0x" + "ab".repeat(20));
    private static final String PROVIDER = "0x" + "cd".repeat(20);
    private static final String MODEL = "0x" + "ef".repeat(32);

    /** Number of shards. */
    public int shards() {
        return 1 << shardDepth;
    }

    /** What a job has done, in this process. */
    record Seen(AtomicLong charges, AtomicLong receipts) {

        /** Of the job called {@code name}. */
        static Seen by(String name) {
            return SEEN.computeIfAbsent(name, key -> new Seen(new AtomicLong(), new AtomicLong()));
        }
    }

    void wire(StreamExecutionEnvironment env, String name) {
        SettleOptions options =
                new SettleOptions(shardDepth, CUT_EVERY, 0, 0, charges, 0, PartLimits.DEFAULT);
        int depth = shardDepth;
        DataStream<Charge> charged = charged(env, name);
        DataStream<Release> released = released(env);
        SingleOutputStreamOperator<ShardRoot> roots =
                charged.keyBy(
                                charge -> SettleOptions.shardOf(charge.requesterAccount(), depth),
                                Types.INT)
                        .connect(
                                released.keyBy(
                                        release ->
                                                SettleOptions.shardOf(
                                                        release.requesterAccount(), depth),
                                        Types.INT))
                        .transform(
                                "cut",
                                TypeInformation.of(ShardRoot.class),
                                new ShardCutOperator(options, DOMAIN))
                        .uid("cut");
        roots.getSideOutput(ShardCutOperator.RECEIPTS)
                .keyBy(CutReceipt::shard, Types.INT)
                .connect(
                        roots.map(
                                        root ->
                                                new EpochAssignment(
                                                        root.cut(),
                                                        root.cut(),
                                                        root.shard(),
                                                        root.receipts()))
                                .returns(EpochAssignment.class)
                                .keyBy(EpochAssignment::shard, Types.INT))
                .transform(
                        "receipts",
                        TypeInformation.of(Receipt.class),
                        new ReceiptFunction.Operator())
                .uid("receipts")
                .map(receipt -> Seen.by(name).receipts.incrementAndGet())
                .returns(Types.LONG)
                .sinkTo(new DiscardingSink<>());
    }

    private DataStream<Charge> charged(StreamExecutionEnvironment env, String name) {
        int turns = accounts;
        return env.fromSource(
                        new DataGeneratorSource<>(
                                number -> {
                                    Seen.by(name).charges.incrementAndGet();
                                    return charge(number, turns);
                                },
                                charges,
                                TypeInformation.of(Charge.class)),
                        WatermarkStrategy.noWatermarks(),
                        "charges")
                .uid("charges")
                .setParallelism(1);
    }

    /** None: this input only keeps the job from its end. */
    private static DataStream<Release> released(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                number -> new Release(1, PROVIDER, 1, 1),
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(1),
                                TypeInformation.of(Release.class)),
                        WatermarkStrategy.noWatermarks(),
                        "releases")
                .uid("releases")
                .setParallelism(1)
                .filter(release -> false)
                .uid("none")
                .setParallelism(1);
    }

    private static Charge charge(long number, int accounts) {
        long debitNano = 2_000 + number % 7 * 100;
        return new Charge(
                "0x%064x".formatted(number + 1),
                PROVIDER,
                (int) (1 + number % accounts),
                1 + number / accounts,
                PROVIDER,
                1,
                MODEL,
                100,
                new Price(20_000_000, 1, 25),
                debitNano,
                debitNano - 5,
                5,
                OutcomeStatus.ANSWERED,
                MODEL,
                number,
                new RequestPlace(0, number));
    }
}
