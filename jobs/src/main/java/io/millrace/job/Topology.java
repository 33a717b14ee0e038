package io.millrace.job;

import static org.apache.flink.api.common.eventtime.WatermarkStrategy.noWatermarks;

import io.millrace.admit.AccountedFunction;
import io.millrace.admit.AdmitFunction;
import io.millrace.admit.Candidate;
import io.millrace.admit.FundsChange;
import io.millrace.admit.Rejection;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.Task;
import io.millrace.admit.ValidateFunction;
import io.millrace.admit.gate.AdmissionGate;
import io.millrace.admit.gate.GateOperator;
import io.millrace.admit.gate.GateState;
import io.millrace.admit.gate.GatedSource;
import io.millrace.admit.gate.OwedSumOperator;
import io.millrace.allocate.AllocateOperator;
import io.millrace.allocate.Allocation;
import io.millrace.chain.OwedChange;
import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.infer.Outcome;
import io.millrace.meter.Charge;
import io.millrace.meter.MeterFunction;
import io.millrace.settle.CutReceipt;
import io.millrace.settle.EpochAssignment;
import io.millrace.settle.PositionOperator;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptFunction;
import io.millrace.settle.SealOperator;
import io.millrace.settle.ShardCutOperator;
import io.millrace.settle.ShardRoot;
import java.util.UUID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The steps of the DAG: each with its parallelism, and its uid, which is its name too. What lies
 * between a request and its answer passes records on at once; the way of the money behind it takes
 * its time, in full buffers.
 */
final class Topology {

    /** Each record leaves at once, instead of after up to 100 ms for company on the network. */
    private static final long AT_ONCE = 0;

    private final StreamExecutionEnvironment env;
    private final Endpoints ends;
    private final JobConfig.Parallelism parallelism;
    private final StageFactory stages;
    private final AdmissionGate gate = new AdmissionGate(UUID.randomUUID().toString());

    Topology(StreamExecutionEnvironment env, Endpoints ends, JobConfig config) {
        this.env = env;
        this.ends = ends;
        this.parallelism = config.parallelism();
        this.stages = new StageFactory(config);
    }

    SingleOutputStreamOperator<RequestRecord> requests() {
        var gated = new GatedSource<>(ends.requests(), gate);
        var requests =
                step(
                        env.fromSource(
                                gated,
                                stages.appendTime(),
                                Uids.REQUESTS,
                                type(RequestRecord.class)),
                        Uids.REQUESTS,
                        parallelism.admit());
        requests.getTransformation().setCoLocationGroupKey(Uids.GATE);
        var open =
                step(
                        requests.process(new AccountedFunction()),
                        Uids.REQUESTS_ACCOUNTED,
                        parallelism.admit());
        return prompt(
                open.transform("", type(RequestRecord.class), stages.requestPositions()),
                Uids.REQUEST_POSITIONS,
                parallelism.admit());
    }

    SingleOutputStreamOperator<VaultEvent> vaultEvents() {
        return step(
                source(ends.events(), Uids.VAULT_EVENTS)
                        .transform("", type(VaultEvent.class), stages.vaultPositions()),
                Uids.VAULT_POSITIONS,
                1);
    }

    /** The chain's events for those whose time the requests tell. */
    SingleOutputStreamOperator<VaultEvent> timeless(DataStream<VaultEvent> events) {
        return timeless(events, Uids.VAULT_IDLE);
    }

    /**
     * What moves a requester's funds: the chain's events, and our charges once committed. Each in
     * its source's chain: nothing but their keys brings them together.
     */
    DataStream<FundsChange> funds(DataStream<VaultEvent> timelessEvents) {
        var charged =
                step(
                        source(ends.charges(), Uids.CHARGES_BACK).map(StageFactory::charged),
                        Uids.FUNDS_CHARGED,
                        1);
        return step(
                        timelessEvents.flatMap(StageFactory.funded(), type(FundsChange.class)),
                        Uids.FUNDS_EVENTS,
                        1)
                .union(timeless(charged, Uids.FUNDS_IDLE));
    }

    SingleOutputStreamOperator<Candidate> validate(
            DataStream<RequestRecord> requests, DataStream<VaultEvent> timelessEvents) {
        return prompt(
                requests.connect(timelessEvents.broadcast(ValidateFunction.MODELS))
                        .process(stages.validate()),
                Uids.VALIDATE,
                parallelism.admit());
    }

    SingleOutputStreamOperator<Task> admit(
            DataStream<Candidate> candidates, DataStream<FundsChange> funds) {
        return prompt(
                candidates
                        .keyBy(Candidate::requesterAddress)
                        .connect(funds.keyBy(FundsChange::requesterAddress))
                        .transform("", type(Task.class), stages.admit()),
                Uids.ADMIT,
                parallelism.admit());
    }

    /**
     * Holds requests back in Kafka while the chain has not been read, or too much is unsettled. The
     * last step of the way back is no edge of the DAG: gate and source meet in one process.
     */
    void gate(
            SingleOutputStreamOperator<Task> tasks,
            SingleOutputStreamOperator<SealedPart> parts,
            DataStream<VaultEvent> events) {
        var promised =
                step(
                        tasks.getSideOutput(AdmitFunction.PROMISED)
                                .transform("", type(OwedChange.class), new OwedSumOperator()),
                        Uids.PROMISED,
                        parallelism.admit());
        var states =
                step(
                        promised.union(parts.getSideOutput(SealOperator.OWED))
                                .connect(events)
                                .transform("", type(GateState.class), stages.gateKeeper()),
                        Uids.GATE_KEEPER,
                        1);
        step(
                        states.broadcast()
                                .transform("", type(GateState.class), new GateOperator(gate)),
                        Uids.GATE,
                        parallelism.admit())
                .getTransformation()
                .setCoLocationGroupKey(Uids.GATE);
    }

    /** Of both stages that refuse, each encoded where it is made. */
    DataStream<OutboundRecord> rejections(
            SingleOutputStreamOperator<Candidate> candidates,
            SingleOutputStreamOperator<Task> tasks) {
        return encoded(candidates.getSideOutput(ValidateFunction.REJECTIONS), Uids.INVALID_ENCODED)
                .union(
                        encoded(
                                tasks.getSideOutput(AdmitFunction.REJECTIONS),
                                Uids.REJECTIONS_ENCODED));
    }

    private DataStream<OutboundRecord> encoded(DataStream<Rejection> rejections, String uid) {
        return step(rejections.map(Outbound::of), uid, parallelism.admit());
    }

    SingleOutputStreamOperator<Outcome> infer(DataStream<Task> tasks) {
        var allocated =
                prompt(
                                tasks.transform("", type(Allocation.class), new AllocateOperator()),
                                Uids.ALLOCATE,
                                parallelism.admit())
                        .partitionCustom((subtask, subtasks) -> subtask, Allocation::subtask);
        var handedOut =
                step(
                        allocated.map(Allocation::task, type(Task.class)),
                        Uids.ALLOCATED,
                        parallelism.infer());
        return prompt(
                handedOut.transform("", type(Outcome.class), stages.infer()),
                Uids.INFER,
                parallelism.infer());
    }

    SingleOutputStreamOperator<Charge> meter(DataStream<Outcome> outcomes) {
        return step(
                outcomes.keyBy(outcome -> outcome.terms().requesterAddress())
                        .process(stages.meter()),
                Uids.METER,
                parallelism.meter());
    }

    SingleOutputStreamOperator<ShardRoot> cut(
            DataStream<Charge> charges, SingleOutputStreamOperator<Task> tasks) {
        var releases = tasks.getSideOutput(AdmitFunction.RELEASES);
        return step(
                charges.keyBy(stages.shardOfCharge())
                        .connect(releases.keyBy(stages.shardOfRelease()))
                        .transform("", type(ShardRoot.class), stages.shardCut()),
                Uids.SHARD_CUT,
                parallelism.settle());
    }

    SingleOutputStreamOperator<SealedPart> seal(
            DataStream<ShardRoot> roots,
            SingleOutputStreamOperator<RequestRecord> requests,
            SingleOutputStreamOperator<VaultEvent> events) {
        var positions =
                requests.getSideOutput(PositionOperator.POSITIONS)
                        .union(events.getSideOutput(PositionOperator.POSITIONS));
        return step(
                roots.connect(positions)
                        .transform("", type(SealedPart.class), stages.seal(ends.log())),
                Uids.SEAL,
                1);
    }

    SingleOutputStreamOperator<Receipt> receipts(
            SingleOutputStreamOperator<ShardRoot> roots,
            SingleOutputStreamOperator<SealedPart> parts) {
        var assignments =
                parts.getSideOutput(SealOperator.ASSIGNMENTS).keyBy(EpochAssignment::shard);
        return step(
                roots.getSideOutput(ShardCutOperator.RECEIPTS)
                        .keyBy(CutReceipt::shard)
                        .connect(assignments)
                        .transform("", type(Receipt.class), new ReceiptFunction.Operator()),
                Uids.RECEIPTS,
                parallelism.settle());
    }

    /** A mark of each checkpoint, for every transaction of it. */
    DataStream<OutboundRecord> marks(SingleOutputStreamOperator<SealedPart> parts) {
        return step(
                        parts.getSideOutput(SealOperator.MARKS).map(Outbound::of),
                        Uids.MARKS_ENCODED,
                        1)
                .broadcast();
    }

    /**
     * Charges exactly once, each with its evidence in the same transaction; results at once, or
     * there too.
     */
    void publish(
            SingleOutputStreamOperator<Charge> charges,
            ResultsMode mode,
            DataStream<OutboundRecord> marks) {
        DataStream<OutboundRecord> money =
                step(charges.map(Outbound::of), Uids.CHARGES_ENCODED, parallelism.meter())
                        .union(
                                step(
                                        charges.getSideOutput(MeterFunction.EVIDENCE)
                                                .map(Outbound::of),
                                        Uids.EVIDENCE_ENCODED,
                                        parallelism.meter()));
        DataStream<OutboundRecord> results =
                prompt(
                        charges.getSideOutput(MeterFunction.RESULTS).map(Outbound::of),
                        Uids.RESULTS_ENCODED,
                        parallelism.meter());
        if (mode == ResultsMode.COMMITTED) {
            money = money.union(results);
        } else {
            out(results, ends.results(), Uids.RESULTS_OUT, parallelism.meter());
        }
        ledger(money, marks, LedgerSink.MONEY, ends.money(), Uids.MONEY_OUT);
    }

    void publishRejections(
            DataStream<OutboundRecord> rejections, DataStream<OutboundRecord> marks) {
        ledger(rejections, marks, LedgerSink.REJECTIONS, ends.rejections(), Uids.REJECTIONS_OUT);
    }

    void publishEpochs(
            SingleOutputStreamOperator<SealedPart> parts,
            DataStream<Receipt> receipts,
            DataStream<OutboundRecord> marks) {
        ledger(
                step(parts.map(Outbound::of), Uids.EPOCHS_ENCODED, 1),
                marks,
                LedgerSink.EPOCHS,
                ends.epochLog(),
                Uids.EPOCHS_OUT);
        ledger(
                step(receipts.map(Outbound::of), Uids.RECEIPTS_ENCODED, parallelism.settle()),
                marks,
                LedgerSink.RECEIPTS,
                ends.receipts(),
                Uids.RECEIPTS_OUT);
    }

    /** Each mark in the transactions of its checkpoint: visible with its records, or never. */
    private void ledger(
            DataStream<OutboundRecord> records,
            DataStream<OutboundRecord> marks,
            LedgerSink which,
            Sink<OutboundRecord> sink,
            String uid) {
        out(records.union(marks), sink, uid, which.parallelism(parallelism));
    }

    /** The epoch log, once committed, goes to the chain. */
    void submit() {
        step(
                source(ends.epochs(), Uids.EPOCHS_BACK)
                        .transform(
                                "",
                                type(SettlementRecord.class),
                                stages.submit(ends.journal(), ends.storedEpochs())),
                Uids.SUBMIT,
                1);
    }

    /** Keeps the append clock of every request partition moving. */
    void tick() {
        var clock =
                step(
                        source(ends.ticks(), Uids.TICKS)
                                .transform("", Types.LONG, stages.clock(ends.requestTopic())),
                        Uids.REQUEST_CLOCK,
                        1);
        out(clock, ends.ticksOut(), Uids.TICKS_OUT, 1);
    }

    private <T> SingleOutputStreamOperator<T> source(Source<T, ?, ?> source, String uid) {
        return step(env.fromSource(source, noWatermarks(), uid), uid, 1);
    }

    /** Of two inputs the requests alone tell the time. */
    private static <T> SingleOutputStreamOperator<T> timeless(DataStream<T> stream, String uid) {
        return step(stream.assignTimestampsAndWatermarks(IdleWatermarks.strategy()), uid, 1);
    }

    private static <T> SingleOutputStreamOperator<T> step(
            SingleOutputStreamOperator<T> step, String uid, int parallelism) {
        return step.setParallelism(parallelism).uid(uid).name(uid);
    }

    private static <T> SingleOutputStreamOperator<T> prompt(
            SingleOutputStreamOperator<T> step, String uid, int parallelism) {
        return step(step, uid, parallelism).setBufferTimeout(AT_ONCE);
    }

    private static <T> void out(DataStream<T> stream, Sink<T> sink, String uid, int parallelism) {
        stream.sinkTo(sink).setParallelism(parallelism).uid(uid).name(uid);
    }

    private static <T> TypeInformation<T> type(Class<T> type) {
        return TypeInformation.of(type);
    }
}
