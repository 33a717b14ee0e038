package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Task;
import io.millrace.chain.ProviderSigners;
import io.millrace.infer.device.Gpus;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * <p>A task whose model is not open here, or not yet, waits: until it is, or until its deadline has
 * passed. Of such tasks no more than {@code inFlightTokens} are held; beyond them a task fails
 * whose model is not even on its way.
 *
 * <p>Threads: everything here is the mailbox thread's. A pool's callback only puts a mail. The
 * mailbox waits, and goes on serving mails meanwhile, when more than {@code inFlightTokens} are
 * taken in of rows that have not ended, or wait for a model that is being opened, and at the end of
 * the input.
 */
final class InferOperator extends AbstractStreamOperator<Outcome>
        implements OneInputStreamOperator<Task, Outcome>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    /** Pause between two looks at the calls that the models are in. */
    private static final long WATCH_MILLIS = 1_000;

    private final transient InferOptions options;
    private final transient ModelEngine engine;
    private final transient Clock clock;
    private final transient ProviderSigners.Factory signers;
    private final transient MailboxExecutor mailbox;
    private final transient WaitingTasks waiting = new WaitingTasks();

    /** By number: one that waited for its model may be older than others. */
    private final transient TreeMap<Long, InFlight> inFlight = new TreeMap<>();

    private final transient HeldWatermarks held = new HeldWatermarks();
    private transient long nextNumber;
    private transient int inFlightRows;
    private transient long inFlightTokens;

    private transient @Nullable ListState<Task> state;
    private transient @Nullable ProviderIdentity provider;
    private transient @Nullable ModelEngine placed;
    private transient @Nullable OpenModels models;
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
        ModelEngine here = engine.placed(subtask, Gpus.of(getRuntimeContext()));
        placed = here;
        OpenModels opened =
                new OpenModels(
                        here,
                        options,
                        identity.account(),
                        clock,
                        getProcessingTimeService()::getCurrentProcessingTime,
                        getMetricGroup());
        models = opened;
        opened.openAll();
        learnClass();
        metered =
                new InferMetrics(
                        getMetricGroup(),
                        Map.of(
                                InferMetrics.IN_FLIGHT_ROWS, () -> inFlightRows,
                                InferMetrics.IN_FLIGHT_TOKENS, () -> inFlightTokens,
                                InferMetrics.QUEUED_ROWS, opened::queued,
                                InferMetrics.WAITING_TASKS, waiting::size,
                                InferMetrics.MODELS_OPEN, opened::openCount,
                                InferMetrics.MODELS_OPENING, opened::openingCount,
                                InferMetrics.MODELS_REFUSED, here::refused,
                                InferMetrics.COST_ERROR_PERCENT, opened::costErrorPercent));
        for (Task task : requireNonNull(state).get()) {
            accept(task);
        }
        watching =
                getProcessingTimeService()
                        .scheduleWithFixedDelay(now -> watch(), WATCH_MILLIS, WATCH_MILLIS);
    }

    private void watch() throws Exception {
        requireNonNull(provider).requireSigner();
        models().look();
        learnClass();
        for (Map.Entry<Long, Task> entry : waiting.entries()) {
            Task task = entry.getValue();
            String model = task.terms().model();
            OpenModels.Open open = models().find(model);
            if (task.deadlineMillis() < clock.millis()) {
                waiting.remove(entry.getKey());
                expire(
                        task,
                        "the deadline %d passed before this node had model %s ready"
                                .formatted(task.deadlineMillis(), model));
            } else if (open != null) {
                waiting.remove(entry.getKey());
                start(entry.getKey(), task, open);
            }
        }
        releaseWatermarks();
    }

    /** It is known once a model is open, and then stays. */
    private void learnClass() throws IOException {
        if (numericClass.equals(Outcome.ANY_CLASS) && models().openCount() > 0) {
            numericClass = requireNonNull(placed).numericClass().id();
        }
    }

    private OpenModels models() {
        return requireNonNull(models, "not open");
    }

    @Override
    public void processElement(StreamRecord<Task> element) throws Exception {
        Task task = element.getValue();
        String model = task.terms().model();
        boolean full = waiting.tokens() + task.terms().units() > options.inFlightTokens();
        if (full && models().find(model) == null && !models().isOpening(model)) {
            fail(
                    task,
                    "this node does not have model %s, and holds %d tokens that wait for a model"
                            .formatted(model, waiting.tokens()));
            return;
        }
        accept(task);
        while (inFlightTokens > options.inFlightTokens()
                || (waiting.tokens() > options.inFlightTokens() && models().isOpening(model))) {
            mailbox.yield();
        }
    }

    /** Takes a task in, for its model or to wait for it. */
    private void accept(Task task) {
        long number = nextNumber++;
        OpenModels.Open model = models().find(task.terms().model());
        if (model == null) {
            waiting.add(number, task);
        } else {
            start(number, task, model);
        }
    }

    private void start(long number, Task task, OpenModels.Open model) {
        List<long[]> rows;
        try {
            rows = TaskRows.of(task, model.tokenizer(), model.manifest().maxTokens());
        } catch (IllegalArgumentException e) {
            fail(task, String.valueOf(e.getMessage()));
            return;
        }
        submit(number, task, rows, model);
    }

    private void submit(long number, Task task, List<long[]> rows, OpenModels.Open model) {
        InFlight taken = new InFlight(number, task, rows, model.manifest().head());
        inFlight.put(number, taken);
        inFlightRows += rows.size();
        inFlightTokens += task.terms().units();
        for (int i = 0; i < rows.size(); i++) {
            model.submit(task, rows.get(i), new Row(taken, i, model));
        }
    }

    private void expire(Task task, String detail) {
        requireNonNull(metered).expired();
        emit(task, OutcomeStatus.EXPIRED, Output.NONE, detail);
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
    private void ended(InFlight taken, int row, OpenModels.Open model) throws Exception {
        inFlightRows--;
        inFlightTokens -= taken.tokens(row);
        models().ended(model);
        if (!taken.hasEnded()) {
            return;
        }
        inFlight.remove(taken.number());
        Task task = taken.task();
        switch (taken.status()) {
            case ANSWERED -> {
                model.metrics().answered(clock.millis() - task.terms().appendMillis());
                emit(task, OutcomeStatus.ANSWERED, taken.output(), "");
            }
            case EXPIRED -> expire(task, taken.detail());
            case FAILED -> fail(task, taken.detail());
        }
        releaseWatermarks();
    }

    /** A row in the pool. Its methods run on the pool's thread and put a mail, no more. */
    private final class Row implements Completion {

        private final InFlight taken;
        private final int row;
        private final OpenModels.Open model;

        private Row(InFlight taken, int row, OpenModels.Open model) {
            this.taken = taken;
            this.row = row;
            this.model = model;
        }

        @Override
        public void answered(float[] vector, BatchShare share) {
            mail(
                    () -> {
                        requireNonNull(metered).answered(taken.tokens(row), share);
                        model.metrics().ran(taken.tokens(row), share);
                        taken.answered(row, vector);
                        ended(taken, row, model);
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
                        ended(taken, row, model);
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
        if (inFlight.isEmpty() && waiting.size() == 0) {
            super.processWatermark(mark);
            return;
        }
        held.hold(mark, nextNumber);
    }

    private void releaseWatermarks() throws Exception {
        long running = inFlight.isEmpty() ? Long.MAX_VALUE : inFlight.firstKey();
        long oldest = Math.min(running, waiting.oldest());
        for (Watermark mark = held.next(oldest); mark != null; mark = held.next(oldest)) {
            super.processWatermark(mark);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Task> tasks = new ArrayList<>(waiting.tasks());
        for (InFlight taken : inFlight.values()) {
            tasks.add(taken.task());
        }
        requireNonNull(state).update(tasks);
    }

    @Override
    public void endInput() throws Exception {
        models().drain();
        while (!inFlight.isEmpty() || waiting.size() > 0) {
            mailbox.yield();
        }
    }

    @Override
    public void close() throws Exception {
        if (watching != null) {
            watching.cancel(false);
        }
        IOUtils.closeQuietly(models);
        IOUtils.closeQuietly(provider);
        super.close();
    }
}
