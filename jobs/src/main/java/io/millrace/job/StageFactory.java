package io.millrace.job;

import io.millrace.admit.AdmitFunction;
import io.millrace.admit.AdmitOperator;
import io.millrace.admit.AdmitOptions;
import io.millrace.admit.FundsChange;
import io.millrace.admit.Release;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.ValidateFunction;
import io.millrace.admit.clock.ClockOperator;
import io.millrace.admit.clock.RequestTopic;
import io.millrace.admit.gate.GateKeeperOperator;
import io.millrace.chain.CutPosition;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.provider.JsonRpcProviderSigners;
import io.millrace.chain.submit.FileKeySigner;
import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.chain.submit.StoredEpochs;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.chain.submit.SubmitOperator;
import io.millrace.chain.submit.SubmitOptions;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.infer.DjlTokenCounterFactory;
import io.millrace.infer.InferOperatorFactory;
import io.millrace.infer.InferOptions;
import io.millrace.infer.ProviderKey;
import io.millrace.meter.Charge;
import io.millrace.meter.MeterFunction;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.PartLimits;
import io.millrace.settle.PositionOperator;
import io.millrace.settle.SealOperator;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutOperator;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.java.functions.KeySelector;

/** The operators of the DAG, built from the job's options. */
final class StageFactory {

    /** Receipts that one shard cuts at once: what it holds in memory at the barrier. */
    private static final int MAX_RECEIPTS_PER_CUT = 1_000_000;

    /** Longer inputs are refused before the tokenizer sees them. */
    private static final int MAX_INPUT_CHARS = 16 * 1024;

    private final JobConfig config;
    private final SettleOptions settle;

    StageFactory(JobConfig config) {
        this.config = config;
        JobConfig.Settle options = config.settle();
        this.settle =
                new SettleOptions(
                        options.shardDepth(),
                        options.cutEvery(),
                        options.dustMinNano(),
                        options.dustMaxCuts(),
                        MAX_RECEIPTS_PER_CUT,
                        options.heartbeatCuts(),
                        new PartLimits(options.maxPartGas(), options.maxPartBytes()));
    }

    /**
     * The broker's append time is the record's timestamp, and it never goes back within a
     * partition.
     */
    WatermarkStrategy<RequestRecord> appendTime() {
        return WatermarkStrategy.<RequestRecord>forMonotonousTimestamps()
                .withTimestampAssigner((request, kafka) -> request.appendMillis());
    }

    PositionOperator<RequestRecord> requestPositions() {
        return new PositionOperator<>(new RequestPosition(), settle.cutEvery());
    }

    PositionOperator<VaultEvent> vaultPositions() {
        return new PositionOperator<>(new VaultPosition(), settle.cutEvery());
    }

    ValidateFunction validate() {
        return new ValidateFunction(
                new AdmitOptions(
                        config.chain().domain(),
                        config.admit().maxRecordBytes(),
                        MAX_INPUT_CHARS,
                        config.admit().horizon().toMillis()),
                new DjlTokenCounterFactory(config.infer().modelsDir()));
    }

    AdmitOperator admit() {
        return new AdmitOperator(new AdmitFunction());
    }

    GateKeeperOperator gateKeeper() {
        return new GateKeeperOperator(
                config.admit().maxUnsettledNano(),
                config.admit().maxUnsettledParts(),
                config.admit().maxChainAge().toMillis());
    }

    ClockOperator clock(RequestTopic.Factory topic) {
        return new ClockOperator(topic, config.admit().maxOpenTransaction().toMillis());
    }

    InferOperatorFactory infer() {
        JobConfig.Infer options = config.infer();
        List<ProviderKey> providers = new ArrayList<>();
        for (int i = 0; i < options.providerAccounts().size(); i++) {
            providers.add(
                    new ProviderKey(
                            options.providerAccounts().get(i), options.providerKeyFiles().get(i)));
        }
        return new InferOperatorFactory(
                new InferOptions(
                        options.maxBatchRows(),
                        options.maxBatchTokens(),
                        options.inFlightTokens(),
                        options.device(),
                        options.maxRun().toMillis(),
                        options.maxIdle().toMillis(),
                        options.modelsDir(),
                        providers,
                        config.chain().domain()),
                JsonRpcProviderSigners.over(config.chain().connection()));
    }

    MeterFunction meter() {
        return new MeterFunction(config.chain().domain());
    }

    ShardCutOperator shardCut() {
        return new ShardCutOperator(settle, config.chain().domain());
    }

    KeySelector<Charge, Integer> shardOfCharge() {
        int depth = settle.shardDepth();
        return charge -> SettleOptions.shardOf(charge.requesterAccount(), depth);
    }

    KeySelector<Release, Integer> shardOfRelease() {
        int depth = settle.shardDepth();
        return release -> SettleOptions.shardOf(release.requesterAccount(), depth);
    }

    SealOperator seal(LedgerLog.Factory log) {
        return new SealOperator(
                settle, config.chain().domain(), log, LedgerSink.keys(config.parallelism()));
    }

    SubmitOperator.Factory submit(SubmissionJournal.Factory journal, StoredEpochs log) {
        JobConfig.Chain chain = config.chain();
        return new SubmitOperator.Factory(
                SubmitOptions.defaults(chain.vault())
                        .polling(chain.pollInterval().toMillis())
                        .alarmingBelow(chain.settlerLowWei())
                        .capping(chain.maxTransactionGas())
                        .paying(MarketFeePolicy.tippingAtMost(chain.maxTipWei())),
                JsonRpcVaultClient.over(chain.connection()),
                new FileKeySigner.Factory(chain.settlerKeyFile()),
                journal,
                log);
    }

    /** What a committed charge does to its requester's funds. */
    static FundsChange charged(Charge charge) {
        return FundsChange.charged(
                charge.requesterAddress(), charge.requestId(), charge.debitNano());
    }

    /** What an event of the chain does to a requester's funds; most do nothing. */
    static FlatMapFunction<VaultEvent, FundsChange> funded() {
        return (event, out) -> FundsChange.of(event).ifPresent(out::collect);
    }

    private record RequestPosition() implements PositionOperator.PositionOf<RequestRecord> {

        @Override
        public String source(RequestRecord request) {
            return "requests-" + request.place().topicPartition();
        }

        @Override
        public long next(RequestRecord request) {
            return request.place().offset() + 1;
        }
    }

    /** A block counts as read once all of it has been: when {@link VaultEvent.Scanned} says so. */
    private record VaultPosition() implements PositionOperator.PositionOf<VaultEvent> {

        @Override
        public String source(VaultEvent event) {
            return CutPosition.VAULT;
        }

        @Override
        public long next(VaultEvent event) {
            return event instanceof VaultEvent.Scanned ? event.block() + 1 : event.block();
        }
    }
}
