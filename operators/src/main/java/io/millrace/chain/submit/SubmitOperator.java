package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.PartRange;
import io.millrace.chain.submit.backlog.UnsettledParts;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Parallelism;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
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
 * <p>State: where the parts not yet final lie in the log, first and last, whatever they are; after
 * a restore they are read from it again and handed to the submitter, which finds on chain what
 * became of them. Memory: {@link SubmitOptions#maxPartsUnderWay} parts. The chain, and parts read
 * again, are the submitter thread's business; its results arrive as mails, so neither a slow nor a
 * dead node holds up a checkpoint, however long it lasts and however much is sealed meanwhile. A
 * halt of the submitter fails the job with its message; Flink starts it again only where that may
 * help ({@link SettlementHaltedException.Reason#restartHelps}).
 */
public final class SubmitOperator extends AbstractStreamOperator<SettlementRecord>
        implements OneInputStreamOperator<SealedPart, SettlementRecord> {

    private static final Clock CLOCK = Clock.systemUTC();

    private final SubmitOptions options;
    private final VaultClient.Factory clients;
    private final Signer.Factory signers;
    private final SubmissionJournal.Factory journals;
    private final StoredEpochs log;
    private final transient MailboxExecutor mailbox;

    private transient @Nullable SubmitterThread submitter;
    private transient @Nullable SubmissionJournal journal;
    private transient ListState<PartRange> rangeState;
    private transient ListState<SealedPart> partsState;
    private transient ListState<Long> partMillisState;
    private transient SubmitMetrics submitMetrics;
    private transient UnsettledParts unsettled;

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
        OperatorStateStore store = context.getOperatorStateStore();
        TypeInformation<PartRange> range = TypeInformation.of(PartRange.class);
        TypeInformation<SealedPart> part = TypeInformation.of(SealedPart.class);
        rangeState = store.getListState(new ListStateDescriptor<>("unsettledRange", range));
        // Of states from before places were kept instead: the parts themselves.
        partsState = store.getListState(new ListStateDescriptor<>("unsettled", part));
        partMillisState = store.getListState(new ListStateDescriptor<>("sealedMillis", Types.LONG));
        unsettled = new UnsettledParts(options.maxPartsUnderWay(), restored());
    }

    private @Nullable PartRange restored() throws Exception {
        PartRange all = null;
        // In the order of the parts; some states have none.
        Iterator<Long> millis = partMillisState.get().iterator();
        for (SealedPart part : partsState.get()) {
            LoggedPart logged = new LoggedPart(part, millis.hasNext() ? millis.next() : 0);
            all = PartRange.join(all, PartRange.of(logged));
        }
        for (PartRange range : rangeState.get()) {
            all = PartRange.join(all, range);
        }
        return all;
    }

    @Override
    public void open() throws Exception {
        super.open();
        Parallelism.requireOne(
                "the submitter", getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        Signer signer = signers.open();
        SubmissionJournal opened = journals.open();
        journal = opened;
        submitMetrics = new SubmitMetrics();
        register();
        SubmitContext context =
                new SubmitContext(
                        clients.open(), signer, opened, log, options, CLOCK, submitMetrics);
        SubmitterThread thread =
                new SubmitterThread(
                        new EpochSubmitter(
                                context,
                                journaled(opened),
                                entry -> mailbox.execute(() -> settled(entry), "a part is final")),
                        log,
                        new SubmitterThread.Listener(
                                parts -> mailbox.execute(() -> read(parts), "parts were read"),
                                halt ->
                                        mailbox.execute(
                                                () -> {
                                                    throw failure(halt);
                                                },
                                                "the submitter halted")));
        submitter = thread;
        readAgain();
        thread.start();
    }

    private static SubmissionHistory journaled(SubmissionJournal journal) throws Exception {
        try {
            return journal.history();
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
    public void processElement(StreamRecord<SealedPart> element) {
        // The source gives the record's time in the log, so the age outlives this process.
        long millis = element.hasTimestamp() ? element.getTimestamp() : CLOCK.millis();
        LoggedPart logged = new LoggedPart(element.getValue(), millis);
        if (unsettled.add(logged) && submitter != null) {
            submitter.add(logged);
        }
        publishWaiting();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        rangeState.update(unsettled.all().stream().toList());
        partsState.clear();
        partMillisState.clear();
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
        unsettled.settled(entry.header());
        readAgain();
        output.collect(new StreamRecord<>(entry));
    }

    private void read(List<LoggedPart> parts) {
        SubmitterThread thread = requireNonNull(submitter, "submitter is null");
        unsettled.read(parts).forEach(thread::add);
        readAgain();
    }

    private void readAgain() {
        SubmitterThread thread = requireNonNull(submitter, "submitter is null");
        unsettled.startReading().ifPresent(thread::read);
        publishWaiting();
    }

    private void publishWaiting() {
        PartRange waiting = unsettled.waiting().orElse(null);
        if (waiting == null) {
            submitMetrics.beyond(0, 0, 0);
        } else {
            submitMetrics.beyond(
                    waiting.parts(), waiting.sumNano(), waiting.first().loggedMillis());
        }
    }

    private void register() {
        MetricRegistrar registrar = new MetricRegistrar(getMetricGroup());
        registrar.gauge(SubmitMetrics.UNSETTLED_PARTS, submitMetrics::unsettledParts);
        registrar.gauge(SubmitMetrics.UNSETTLED_NANO, submitMetrics::unsettledNano);
        registrar.gauge(
                SubmitMetrics.OLDEST_UNSETTLED_MILLIS,
                () -> submitMetrics.oldestUnsettledMillis(CLOCK.millis()));
        registrar.gauge(SubmitMetrics.SETTLED_PARTS, submitMetrics::settledParts);
        registrar.gauge(SubmitMetrics.GAS_USED, submitMetrics::gasUsed);
        registrar.gauge(SubmitMetrics.FEE_WEI, submitMetrics::feeWei);
        registrar.gauge(SubmitMetrics.TRANSACTIONS_SENT, submitMetrics::transactionsSent);
        registrar.gauge(SubmitMetrics.BUMPS, submitMetrics::bumps);
        registrar.flag(SubmitMetrics.FEE_CAPPED, submitMetrics::isFeeCapped);
        registrar.flag(SubmitMetrics.GAS_CAPPED, submitMetrics::isGasCapped);
        registrar.gauge(SubmitMetrics.BOND_MISSING_NANO, submitMetrics::bondMissingNano);
        registrar.flag(SubmitMetrics.OUT_OF_FUNDS, submitMetrics::isOutOfFunds);
        registrar.flag(SubmitMetrics.LOW_BALANCE, submitMetrics::isLowBalance);
        registrar.gauge(SubmitMetrics.SIGNER_BALANCE_WEI, submitMetrics::signerBalanceWei);
        registrar.gauge(SubmitMetrics.RPC_FAILURES, submitMetrics::rpcFailures);
        registrar.gauge(SubmitMetrics.RPC_UNKNOWN_ERRORS, submitMetrics::rpcUnknownErrors);
        registrar.gauge(SubmitMetrics.HALTS, submitMetrics::halts);
        registrar.flag(SubmitMetrics.WAITING, submitMetrics::isWaiting);
    }

    /** Makes the operator where it runs; what is passed in is opened there. */
    public static final class Factory extends AbstractStreamOperatorFactory<SettlementRecord>
            implements OneInputStreamOperatorFactory<SealedPart, SettlementRecord> {

        private final SubmitOptions options;
        private final VaultClient.Factory clients;
        private final Signer.Factory signers;
        private final SubmissionJournal.Factory journals;
        private final StoredEpochs log;

        /** A submitter with these collaborators. */
        public Factory(
                SubmitOptions options,
                VaultClient.Factory clients,
                Signer.Factory signers,
                SubmissionJournal.Factory journals,
                StoredEpochs log) {
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
