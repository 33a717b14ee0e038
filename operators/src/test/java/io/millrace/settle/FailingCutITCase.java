package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.meter.Charge;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Hex;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole stage on a cluster with RocksDB, checkpoints failing exactly where epochs are cut. */
class FailingCutITCase {

    private static final int CHARGES = 2_000;
    private static final SettleOptions OPTIONS =
            new SettleOptions(4, 2, 3_000, 2, 60, 0, new PartLimits(500_000, 4_000));

    @TempDir private Path checkpoints;

    /** Where a charge lies in the test's source. */
    private static final class Offsets implements PositionOperator.PositionOf<Charge> {
        private static final long serialVersionUID = 1L;

        @Override
        public String source(Charge charge) {
            return "charges-0";
        }

        @Override
        public long next(Charge charge) {
            return charge.place().offset() + 1;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void settlement_checkpointsFailWhereEpochsAreCut_everyChargeIsSealedOnce(boolean unaligned)
            throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration(unaligned));
        env.setParallelism(2);
        CommittingSink<SealedPart> parts =
                CommittingSink.named("epochs-" + unaligned, SealedPart.class, 2);
        CommittingSink<Receipt> receipts =
                CommittingSink.named("receipts-" + unaligned, Receipt.class, 1);
        wire(env, parts, receipts);

        env.execute("settle");

        assertThat(receipts.published()).extracting(Receipt::charge).doesNotHaveDuplicates();
        assertThat(receipts.published()).hasSize(CHARGES);
        long settledNano = 0;
        String previous = Hex.ZERO_32;
        for (SealedPart part : parts.published()) {
            assertThat(part.header().previousHeader()).isEqualTo(previous);
            previous = part.hash();
            settledNano += part.header().partSumNano();
        }
        assertThat(settledNano)
                .as("settled nano-USD")
                .isEqualTo(
                        receipts.published().stream().mapToLong(r -> r.charge().debitNano()).sum());
        SealedPart last = parts.published().get(parts.published().size() - 1);
        assertThat(last.positions()).extracting(CutPosition::next).containsExactly((long) CHARGES);
        assertThat(last.header().epoch()).as("epochs").isGreaterThanOrEqualTo(3);
    }

    private static void wire(
            StreamExecutionEnvironment env,
            CommittingSink<SealedPart> partSink,
            CommittingSink<Receipt> receiptSink) {
        SingleOutputStreamOperator<Charge> charges =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        FailingCutITCase::charged,
                                        CHARGES,
                                        RateLimiterStrategy.perCheckpoint(CHARGES / 8),
                                        TypeInformation.of(Charge.class)),
                                WatermarkStrategy.noWatermarks(),
                                "charges")
                        .setParallelism(1)
                        .transform(
                                "positions",
                                TypeInformation.of(Charge.class),
                                new PositionOperator<>(new Offsets(), OPTIONS.cutEvery()))
                        .setParallelism(1);
        DataStream<Release> noReleases =
                charges.filter(charge -> false)
                        .map(charge -> new Release(0, "", 0, 0))
                        .returns(Release.class);
        SingleOutputStreamOperator<ShardRoot> roots =
                charges.keyBy(charge -> OPTIONS.shardOf(charge.requesterAccount()), Types.INT)
                        .connect(
                                noReleases.keyBy(
                                        release -> OPTIONS.shardOf(release.requesterAccount()),
                                        Types.INT))
                        .transform(
                                "cut",
                                TypeInformation.of(ShardRoot.class),
                                new ShardCutOperator(OPTIONS, DOMAIN));
        SingleOutputStreamOperator<SealedPart> parts =
                roots.connect(charges.getSideOutput(PositionOperator.POSITIONS))
                        .transform(
                                "build",
                                TypeInformation.of(SealedPart.class),
                                new SealOperator(OPTIONS, DOMAIN, Charges.CURRENT, Charges.SINKS))
                        .setParallelism(1);
        parts.process(partSink, Types.VOID).setParallelism(1);
        roots.getSideOutput(ShardCutOperator.RECEIPTS)
                .keyBy(CutReceipt::shard, Types.INT)
                .connect(
                        parts.getSideOutput(SealOperator.ASSIGNMENTS)
                                .keyBy(EpochAssignment::shard, Types.INT))
                .transform(
                        "receipts",
                        TypeInformation.of(Receipt.class),
                        new ReceiptFunction.Operator())
                .process(receiptSink, Types.VOID)
                .setParallelism(1);
    }

    private static Charge charged(long number) {
        int account = (int) (1 + number % 97);
        Charge charge = charge(account, 1 + number / 97, number % 7 * 200);
        return ChargeBuilder.like(charge).at(0, number).build();
    }

    private Configuration configuration(boolean unaligned) {
        return new Configuration()
                .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50))
                .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true)
                .set(CheckpointingOptions.ENABLE_UNALIGNED, unaligned)
                .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString())
                .set(PipelineOptions.GENERIC_TYPES, false)
                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10)
                .set(
                        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                        Duration.ofMillis(10));
    }
}
