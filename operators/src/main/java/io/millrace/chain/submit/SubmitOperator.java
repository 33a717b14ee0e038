package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Parallelism;
import java.time.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Settles the epoch log on chain. In: parts of sealed epochs in the order of the log, parallelism
 * 1. Out: one FINAL {@link SettlementRecord} a part once it is final on chain, at least once (a
 * restore reports again what was not checkpointed as reported); idempotent by (epoch, part).
 *
 * <p>State: the parts not yet final, so that the offsets of the log may move on; after a restore
 * they are handed to the submitter again, which finds on chain what became of them. The chain is
 * touched by the submitter's thread only; its results arrive as mails, so neither a slow nor a dead
 * node holds up a checkpoint until {@link SubmitOptions#maxUnsettledParts} are waiting. A halt of
 * the submitter fails the job with its message; Flink starts it again only where that may help
 * ({@link SettlementHaltedException.Reason#restartHelps}).
 */
public final class SubmitOperator extends AbstractStreamOperator<SettlementRecord>
        implements OneInputStreamOperator<SealedPart, SettlementRecord> {

    private static final Clock CLOCK = Clock.systemUTC();

    private final SubmitOptions options;
    private final VaultClient.Factory clients;
    private final Signer.Factory signers;
    private final SubmissionJournal.Factory journals;
    private final EpochLog log;
    private final transient MailboxExecutor mailbox;

    private transient @Nullable SubmitterThread submitter;
    private transient @Nullable SubmissionJournal journal;
    private transient ListState<SealedPart> unsettledState;
    private transient ListState<Long> sealedMillisState;
    private transient Map<String, Unsettled> unsettled;

    private record Unsettled(SealedPart part, long sealedMillis) {}

    @SuppressWarnings("NullAway.Init") // Flink sets the state up before it opens the operator
    private SubmitOperator(StreamOperatorParameters<SettlementRecord> parameters, Factory factory) {
        super(parameters);
        this.options = factory.options;
        this.clients = factory.clients;
        this.signers = factory.signers;
        this.journals = factory.journals;
        this.log = factory.log;
        this.mailbox = parameters.getMailboxExecutor();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unsettled = new LinkedHashMap<>();
        unsettledState =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "unsettled", TypeInformation.of(SealedPart.class)));
        sealedMillisState =
                context.getOperatorStateStore()
                        .getListState(new ListStateDescriptor<>("sealedMillis", Types.LONG));
        // In the order of the parts; a state from before it was kept has none.
        Iterator<Long> sealed = sealedMillisState.get().iterator();
        for (SealedPart part : unsettledState.get()) {
            long millis = sealed.hasNext() ? sealed.next() : CLOCK.millis();
            unsettled.put(part.hash(), new Unsettled(part, millis));
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        Parallelism.requireOne(
                "the submitter", getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        Signer signer = signers.open();
        SubmissionJournal opened = journals.open();
        journal = opened;
        SubmitMetrics metrics = new SubmitMetrics();
        register(metrics);
        SubmitContext context =
                new SubmitContext(clients.open(), signer, opened, log, options, CLOCK, metrics);
        SubmitterThread thread =
                new SubmitterThread(
                        new EpochSubmitter(
                                context,
                                journaled(opened),
                                entry -> mailbox.execute(() -> settled(entry), "a part is final")),
                        halt ->
                                mailbox.execute(
                                        () -> {
                                            throw failure(halt);
                                        },
                                        "the submitter halted"));
        unsettled.values().forEach(waiting -> thread.add(waiting.part(), waiting.sealedMillis()));
        thread.start();
        submitter = thread;
    }

    private static List<SettlementRecord> journaled(SubmissionJournal journal) throws Exception {
        try {
            return journal.readAll();
        } catch (SettlementHaltedException e) {
            throw failure(e);
        }
    }

    /** A start that would only halt again helps nobody, and hides the first message. */
    private static Exception failure(Exception cause) {
        return cause instanceof SettlementHaltedException halt && !halt.reason().restartHelps()
                ? new SuppressRestartsException(halt)
                : cause;
    }

    @Override
    public void processElement(StreamRecord<SealedPart> element) throws Exception {
        SealedPart part = element.getValue();
        while (unsettled.size() >= options.maxUnsettledParts()) {
            mailbox.yield(); // results come in as mails
        }
        // The source gives the record's time in the log, so the age outlives this process.
        long millis = element.hasTimestamp() ? element.getTimestamp() : CLOCK.millis();
        Unsettled waiting = new Unsettled(part, millis);
        if (unsettled.putIfAbsent(part.hash(), waiting) == null && submitter != null) {
            submitter.add(part, millis);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        unsettledState.update(unsettled.values().stream().map(Unsettled::part).toList());
        sealedMillisState.update(unsettled.values().stream().map(Unsettled::sealedMillis).toList());
    }

    /** The log has ended for good (a drain): what it holds is settled before the job ends. */
    @Override
    public void finish() throws Exception {
        while (!unsettled.isEmpty()) {
            mailbox.yield();
        }
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (submitter != null) {
            submitter.stop();
        }
        if (journal != null) {
            journal.close();
        }
        super.close();
    }

    private void settled(SettlementRecord entry) {
        unsettled.remove(entry.header());
        output.collect(new StreamRecord<>(entry));
    }

    private void register(SubmitMetrics metrics) {
        MetricRegistrar registrar = new MetricRegistrar(getMetricGroup());
        registrar.gauge(SubmitMetrics.UNSETTLED_PARTS, metrics::unsettledParts);
        registrar.gauge(SubmitMetrics.UNSETTLED_NANO, metrics::unsettledNano);
        registrar.gauge(
                SubmitMetrics.OLDEST_UNSETTLED_MILLIS,
                () -> metrics.oldestUnsettledMillis(CLOCK.millis()));
        registrar.gauge(SubmitMetrics.SETTLED_PARTS, metrics::settledParts);
        registrar.gauge(SubmitMetrics.GAS_USED, metrics::gasUsed);
        registrar.gauge(SubmitMetrics.TRANSACTIONS_SENT, metrics::transactionsSent);
        registrar.gauge(SubmitMetrics.BUMPS, metrics::bumps);
        registrar.flag(SubmitMetrics.FEE_CAPPED, metrics::isFeeCapped);
        registrar.flag(SubmitMetrics.GAS_CAPPED, metrics::isGasCapped);
        registrar.flag(SubmitMetrics.OUT_OF_FUNDS, metrics::isOutOfFunds);
        registrar.flag(SubmitMetrics.LOW_BALANCE, metrics::isLowBalance);
        registrar.gauge(SubmitMetrics.SIGNER_BALANCE_WEI, metrics::signerBalanceWei);
        registrar.gauge(SubmitMetrics.RPC_FAILURES, metrics::rpcFailures);
        registrar.gauge(SubmitMetrics.RPC_UNKNOWN_ERRORS, metrics::rpcUnknownErrors);
        registrar.gauge(SubmitMetrics.HALTS, metrics::halts);
        registrar.flag(SubmitMetrics.WAITING, metrics::isWaiting);
    }

    /** Makes the operator where it runs; what is passed in is opened there. */
    public static final class Factory extends AbstractStreamOperatorFactory<SettlementRecord>
            implements OneInputStreamOperatorFactory<SealedPart, SettlementRecord> {

        private final SubmitOptions options;
        private final VaultClient.Factory clients;
        private final Signer.Factory signers;
        private final SubmissionJournal.Factory journals;
        private final EpochLog log;

        /** A submitter with these collaborators. */
        public Factory(
                SubmitOptions options,
                VaultClient.Factory clients,
                Signer.Factory signers,
                SubmissionJournal.Factory journals,
                EpochLog log) {
            this.options = options;
            this.clients = clients;
            this.signers = signers;
            this.journals = journals;
            this.log = log;
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Flink's signature
        public <T extends StreamOperator<SettlementRecord>> T createStreamOperator(
                StreamOperatorParameters<SettlementRecord> parameters) {
            return (T) new SubmitOperator(parameters, this);
        }

        @Override
        @SuppressWarnings("rawtypes") // the signature is Flink's
        public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
            return SubmitOperator.class;
        }
    }
}
