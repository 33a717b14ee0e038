package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Task;
import io.millrace.chain.ProviderSigners;
import io.millrace.infer.device.Gpus;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.function.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/**
 * Hands the texts of tasks, a row each (with the query, if there is one), to the shared model pools
 * and emits what comes of them. In: Task, not keyed. Out: Outcome, signed by the subtask's
 * provider, in the order of completion, with the request's append time as its timestamp.
 *
 * <p>Guarantee: exactly one outcome a task (M1), of all its texts or of none. Tasks taken in and
 * not yet emitted are operator state; after a restore, at any parallelism, they are run again with
 * their old deadlines, all rows of them. A watermark leaves after all tasks before it.
 *
 * <p>Threads: everything here is the mailbox thread's. A pool's callback only puts a mail. The
 * mailbox waits, and goes on serving mails meanwhile, when more than {@code inFlightTokens} are
 * taken in of rows that have not ended, and at the end of the input.
 */
final class InferOperator extends AbstractStreamOperator<Outcome>
        implements OneInputStreamOperator<Task, Outcome>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    /** Pause between two looks at the calls that the models are in. */
    private static final long WATCH_MILLIS = 1_000;

    /** A model as this subtask uses it. */
    private record Model(
            ModelManifest manifest,
            RowTokenizer tokenizer,
            ModelPool.Lease lease,
            ModelMetrics metrics) {}

    private final transient InferOptions options;
    private final transient ModelEngine engine;
    private final transient Clock clock;
    private final transient ProviderSigners.Factory signers;
    private final transient MailboxExecutor mailbox;
    private final transient Map<String, Model> models = new HashMap<>();

    /** Versions of a model may share its name. */
    private final transient Map<String, ModelMetrics> metricsByName = new HashMap<>();

    private final transient LinkedHashMap<Long, InFlight> inFlight = new LinkedHashMap<>();
    private final transient HeldWatermarks held = new HeldWatermarks();
    private transient long nextNumber;
    private transient int inFlightRows;
    private transient long inFlightTokens;

    private transient @Nullable ListState<Task> state;
    private transient @Nullable ProviderIdentity provider;
    private transient String numericClass = Outcome.ANY_CLASS;
    private transient @Nullable InferMetrics metered;
    private transient @Nullable ScheduledFuture<?> watching;

    InferOperator(
            StreamOperatorParameters<Outcome> parameters,
            InferOptions options,
            ModelEngine engine,
            Clock clock,
            ProviderSigners.Factory signers,
            MailboxExecutor mailbox) {
        super(parameters);
        this.options = options;
        this.engine = engine;
        this.clock = clock;
        this.signers = signers;
        this.mailbox = mailbox;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "in-flight", TypeInformation.of(Task.class)));
    }

    @Override
    public void open() throws Exception {
        super.open();
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        List<ProviderKey> providers = options.providers();
        ProviderIdentity identity =
                ProviderIdentity.open(
                        providers.get(subtask % providers.size()), signers, options.domain());
        provider = identity;
        ModelEngine placed = engine.placed(subtask, Gpus.of(getRuntimeContext()));
        for (ModelManifest manifest : placed.models()) {
            openModel(placed, manifest, identity);
        }
        numericClass = placed.numericClass().id();
        List<ModelPool.Lease> leases = models.values().stream().map(Model::lease).toList();
        metered =
                new InferMetrics(
                        getMetricGroup(),
                        () -> inFlightRows,
                        () -> inFlightTokens,
                        () -> leases.stream().mapToLong(ModelPool.Lease::queued).sum(),
                        () ->
                                leases.stream()
                                        .mapToLong(ModelPool.Lease::costErrorPercent)
                                        .max()
                                        .orElse(0));
        for (Task task : requireNonNull(state).get()) {
            accept(task);
        }
        watching =
                getProcessingTimeService()
                        .scheduleWithFixedDelay(
                                now -> requireFit(identity, leases), WATCH_MILLIS, WATCH_MILLIS);
    }

    private void requireFit(ProviderIdentity identity, List<ModelPool.Lease> leases) {
        identity.requireSigner();
        leases.forEach(lease -> lease.requireAlive(options.maxRunMillis()));
    }

    private void openModel(ModelEngine on, ModelManifest manifest, ProviderIdentity identity)
            throws IOException, InterruptedException {
        ModelPool.Key key =
                new ModelPool.Key(
                        manifest.id(),
                        on.device(),
                        identity.account(),
                        options.limits(manifest.maxTokens()));
        RowTokenizer tokenizer = on.tokenizer(manifest.id());
        try {
            ModelPool.Lease lease = ModelPool.acquire(key, on, clock, options.maxRunMillis());
            ModelMetrics metrics =
                    metricsByName.computeIfAbsent(
                            manifest.name(), name -> new ModelMetrics(getMetricGroup(), name));
            models.put(manifest.id(), new Model(manifest, tokenizer, lease, metrics));
        } catch (IOException | InterruptedException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public void processElement(StreamRecord<Task> element) throws Exception {
        accept(element.getValue());
        while (inFlightTokens > options.inFlightTokens()) {
            mailbox.yield();
        }
    }

    private void accept(Task task) {
        Model model = models.get(task.terms().model());
        if (model == null) {
            // Not the row's fault and not the requester's loss: the task stays in the state.
            throw new IllegalStateException(
                    ("task %s was admitted for model %s which is not in %s of this"
                                    + " node; put the model there, the job then goes on by itself")
                            .formatted(
                                    task.terms().requestId(),
                                    task.terms().model(),
                                    options.modelsDir()));
        }
        List<long[]> rows = new ArrayList<>(task.texts().size());
        int units = 0;
        int longest = 0;
        try {
            for (String text : task.texts()) {
                long[] row =
                        task.query().isEmpty()
                                ? model.tokenizer.tokens(text)
                                : model.tokenizer.tokens(task.query(), text);
                units += row.length;
                longest = Math.max(longest, row.length);
                rows.add(row);
            }
        } catch (RuntimeException e) {
            fail(task, "the tokenizer fails on this input: " + e.getMessage());
            return;
        }
        if (units != task.terms().units() || longest > model.manifest.maxTokens()) {
            fail(
                    task,
                    "this node counts "
                            + units
                            + " tokens, "
                            + longest
                            + " in the longest text, where "
                            + task.terms().units()
                            + " were admitted and the model takes "
                            + model.manifest.maxTokens()
                            + " a text");
            return;
        }
        submit(task, rows, model);
    }

    private void submit(Task task, List<long[]> rows, Model model) {
        InFlight taken = new InFlight(nextNumber++, task, rows, model.manifest.head());
        inFlight.put(taken.number(), taken);
        inFlightRows += rows.size();
        inFlightTokens += task.terms().units();
        for (int i = 0; i < rows.size(); i++) {
            model.lease.submit(
                    rows.get(i),
                    task.deadlineMillis(),
                    task.terms().requesterAddress(),
                    new Row(taken, i, model.metrics));
        }
    }

    private void fail(Task task, String detail) {
        LOG.warn("task {} failed: {}", task.terms().requestId(), detail);
        requireNonNull(metered).failed();
        emit(task, OutcomeStatus.FAILED, Output.NONE, detail);
    }

    private void emit(Task task, OutcomeStatus status, Output given, String detail) {
        Outcome outcome =
                requireNonNull(provider).sign(task.terms(), status, numericClass, given, detail);
        output.collect(new StreamRecord<>(outcome, task.terms().appendMillis()));
    }

    /** One has ended, and with the last of them its task. */
    private void ended(InFlight taken, int row, ModelMetrics ofModel) throws Exception {
        inFlightRows--;
        inFlightTokens -= taken.tokens(row);
        if (!taken.hasEnded()) {
            return;
        }
        inFlight.remove(taken.number());
        Task task = taken.task();
        switch (taken.status()) {
            case ANSWERED -> {
                ofModel.answered(clock.millis() - task.terms().appendMillis());
                emit(task, OutcomeStatus.ANSWERED, taken.output(), "");
            }
            case EXPIRED -> {
                requireNonNull(metered).expired();
                emit(task, OutcomeStatus.EXPIRED, Output.NONE, taken.detail());
            }
            case FAILED -> fail(task, taken.detail());
        }
        releaseWatermarks();
    }

    /** A row in the pool. Its methods run on the pool's thread and put a mail, no more. */
    private final class Row implements Completion {

        private final InFlight taken;
        private final int row;
        private final ModelMetrics ofModel;

        private Row(InFlight taken, int row, ModelMetrics ofModel) {
            this.taken = taken;
            this.row = row;
            this.ofModel = ofModel;
        }

        @Override
        public void answered(float[] vector, BatchShare share) {
            mail(
                    () -> {
                        requireNonNull(metered).answered(taken.tokens(row), share);
                        ofModel.ran(taken.tokens(row), share);
                        taken.answered(row, vector);
                        ended(taken, row, ofModel);
                    });
        }

        @Override
        public void expired() {
            missed(
                    OutcomeStatus.EXPIRED,
                    "the deadline "
                            + taken.task().deadlineMillis()
                            + " passed before the model was free");
        }

        @Override
        public void failed(String detail) {
            missed(OutcomeStatus.FAILED, detail);
        }

        private void missed(OutcomeStatus why, String detail) {
            mail(
                    () -> {
                        taken.missed(row, why, detail);
                        ended(taken, row, ofModel);
                    });
        }

        @Override
        public void broken(Throwable cause) {
            mail(
                    () -> {
                        throw new IllegalStateException(
                                "model "
                                        + taken.task().terms().model()
                                        + " is out of order on this node; its tasks are kept and"
                                        + " run again after the restart",
                                cause);
                    });
        }

        /** Only this operator closes its lease, when it no longer emits. */
        @Override
        public void cancelled() {}

        private void mail(ThrowingRunnable<Exception> mail) {
            try {
                mailbox.execute(mail, "outcome of a task");
            } catch (RejectedExecutionException e) {
                // The subtask has ended. Its task is in the last checkpoint's state.
                LOG.debug(
                        "outcome of task {} came after the subtask ended",
                        taken.task().terms().requestId());
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (inFlight.isEmpty()) {
            super.processWatermark(mark);
            return;
        }
        held.hold(mark, nextNumber);
    }

    private void releaseWatermarks() throws Exception {
        long oldest = inFlight.isEmpty() ? Long.MAX_VALUE : inFlight.keySet().iterator().next();
        for (Watermark mark = held.next(oldest); mark != null; mark = held.next(oldest)) {
            super.processWatermark(mark);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Task> tasks = new ArrayList<>(inFlight.size());
        for (InFlight taken : inFlight.values()) {
            tasks.add(taken.task());
        }
        requireNonNull(state).update(tasks);
    }

    @Override
    public void endInput() throws Exception {
        models.values().forEach(model -> model.lease.drain());
        while (!inFlight.isEmpty()) {
            mailbox.yield();
        }
    }

    @Override
    public void close() throws Exception {
        if (watching != null) {
            watching.cancel(false);
        }
        for (Model model : models.values()) {
            model.lease.close();
            model.tokenizer.close();
        }
        models.clear();
        IOUtils.closeQuietly(provider);
        super.close();
    }
}
