package io.millrace.infer;

import io.millrace.admit.Task;
import io.millrace.infer.store.ModelManifest;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that one subtask uses: those that its node has when it starts, and others once a task
 * names them. Each opens on its pool's thread, while others answer. One that was not asked anything
 * for a while is closed, so that a model whose sale has ended gives its memory back; it opens again
 * when a task names it.
 *
 * <p>A model that does not open is refused: it counts as not being on this node until its folder
 * changes or the store tries it again. It does not fail the job, which has others to serve, unless
 * none of those at the start opens: then it is not the models' fault.
 *
 * <p>Threads: the subtask's alone, but for what metrics ask.
 */
final class OpenModels implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenModels.class);

    /** A model as this subtask uses it. */
    static final class Open {

        private final ModelManifest manifest;
        private final RowTokenizer tokenizer;
        private final ModelPool.Lease lease;
        private final ModelMetrics metrics;
        private int rows;
        private long usedMillis;

        private Open(
                ModelManifest manifest,
                RowTokenizer tokenizer,
                ModelPool.Lease lease,
                ModelMetrics metrics) {
            this.manifest = manifest;
            this.tokenizer = tokenizer;
            this.lease = lease;
            this.metrics = metrics;
        }

        ModelManifest manifest() {
            return manifest;
        }

        RowTokenizer tokenizer() {
            return tokenizer;
        }

        ModelMetrics metrics() {
            return metrics;
        }

        /**
         * Hands a row of a task to the model, which {@link OpenModels#ended} tells to have ended.
         */
        void submit(Task task, long[] row, Completion completion) {
            rows++;
            lease.submit(row, task.deadlineMillis(), task.terms().requesterAddress(), completion);
        }

        private void rowEnded(long nowMillis) {
            rows--;
            usedMillis = nowMillis;
        }

        private boolean isIdle(long nowMillis, long maxIdleMillis) {
            return rows == 0 && nowMillis - usedMillis >= maxIdleMillis;
        }
    }

    private record Opening(ModelManifest manifest, ModelPool.Lease lease) {}

    private final ModelEngine engine;
    private final InferOptions options;
    private final int providerAccount;
    private final Clock clock;
    private final LongSupplier now;
    private final MetricGroup metricGroup;
    private final Map<String, Opening> opening = new HashMap<>();
    private final Map<String, Open> open = new HashMap<>();

    /** Versions of a model may share its name. */
    private final Map<String, ModelMetrics> metricsByName = new HashMap<>();

    private boolean draining;
    private volatile List<ModelPool.Lease> leases = List.of(); // of the open ones
    private volatile int openingCount;

    /**
     * None is open yet.
     *
     * @param engine as it is placed for this subtask
     * @param clock tells which deadlines have passed
     * @param now milliseconds by which models are idle
     */
    OpenModels(
            ModelEngine engine,
            InferOptions options,
            int providerAccount,
            Clock clock,
            LongSupplier now,
            MetricGroup metricGroup) {
        this.engine = engine;
        this.options = options;
        this.providerAccount = providerAccount;
        this.clock = clock;
        this.now = now;
        this.metricGroup = metricGroup;
    }

    /**
     * Opens those that the node has, and waits for it.
     *
     * @throws IOException if there are any and none opens
     * @throws IllegalStateException if one hangs
     */
    void openAll() throws IOException, InterruptedException {
        @Nullable Exception failure = null;
        for (ModelManifest manifest : engine.models()) {
            try {
                ModelPool.Lease lease =
                        ModelPool.acquire(key(manifest), engine, clock, options.maxRunMillis());
                take(manifest, lease);
            } catch (IOException | IllegalArgumentException e) {
                refuse(manifest, e);
                failure = e;
            }
        }
        if (failure != null && open.isEmpty()) {
            throw new IOException("no model of this node can be opened", failure);
        }
    }

    /** The model of that id; null unless it is open, then it opens as soon as the node has it. */
    @Nullable Open find(String id) {
        Open found = open.get(id);
        if (found != null) {
            found.usedMillis = now.getAsLong();
        } else if (!opening.containsKey(id)) {
            @Nullable ModelManifest manifest = engine.find(id);
            if (manifest != null) {
                begin(manifest);
            }
        }
        return found;
    }

    private void begin(ModelManifest manifest) {
        ModelPool.Key key;
        try {
            key = key(manifest);
        } catch (IllegalArgumentException e) {
            refuse(manifest, e);
            return;
        }
        LOG.info("model {} {} is being opened", manifest.name(), manifest.id());
        opening.put(manifest.id(), new Opening(manifest, ModelPool.join(key, engine, clock)));
        openingCount = opening.size();
    }

    /** Whether it is on its way: a few seconds, then it is open or refused. */
    boolean isOpening(String id) {
        return opening.containsKey(id);
    }

    /**
     * Looks which have opened or do not, and closes those that were idle for long.
     *
     * @throws IllegalStateException if one hangs
     */
    void look() {
        for (Opening one : List.copyOf(opening.values())) {
            one.lease.requireAlive(options.maxRunMillis());
            @Nullable Throwable failure = one.lease.failure();
            if (failure != null || one.lease.isReady()) {
                opening.remove(one.manifest.id());
                openingCount = opening.size();
                if (failure != null) {
                    one.lease.leave();
                    refuse(one.manifest, failure);
                } else {
                    takeOrRefuse(one);
                }
            }
        }
        for (Open one : List.copyOf(open.values())) {
            one.lease.requireAlive(options.maxRunMillis());
            if (one.isIdle(now.getAsLong(), options.maxIdleMillis())) {
                retire(one);
            }
        }
    }

    private void takeOrRefuse(Opening one) {
        try {
            take(one.manifest, one.lease);
        } catch (IOException e) {
            refuse(one.manifest, e);
        }
    }

    private void refuse(ModelManifest manifest, Throwable cause) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted while a model opens", cause);
        }
        engine.refuse(manifest.id(), cause);
    }

    /** Takes over a lease whose model is ready. */
    private void take(ModelManifest manifest, ModelPool.Lease lease) throws IOException {
        RowTokenizer tokenizer;
        try {
            tokenizer = engine.tokenizer(manifest.id());
        } catch (IOException | RuntimeException e) {
            lease.leave();
            throw new IOException("the tokenizer of model " + manifest.id() + " does not open", e);
        }
        ModelMetrics metrics =
                metricsByName.computeIfAbsent(
                        manifest.name(), name -> new ModelMetrics(metricGroup, name));
        Open taken = new Open(manifest, tokenizer, lease, metrics);
        taken.usedMillis = now.getAsLong();
        if (draining) {
            lease.drain();
        }
        open.put(manifest.id(), taken);
        leasesChanged();
    }

    private void retire(Open one) {
        LOG.info(
                "model {} {} was not asked anything for {} ms and is given back; a task that names"
                        + " it has it opened again",
                one.manifest.name(),
                one.manifest.id(),
                options.maxIdleMillis());
        open.remove(one.manifest.id());
        leasesChanged();
        one.lease.leave();
        one.tokenizer.close();
    }

    /** A row that was submitted to {@code model} has ended. */
    void ended(Open model) {
        model.rowEnded(now.getAsLong());
    }

    /** No tasks are to come. */
    void drain() {
        draining = true;
        open.values().forEach(one -> one.lease.drain());
    }

    private ModelPool.Key key(ModelManifest manifest) {
        return new ModelPool.Key(
                manifest.id(),
                engine.device(),
                providerAccount,
                options.limits(manifest.maxTokens()));
    }

    private void leasesChanged() {
        leases = open.values().stream().map(one -> one.lease).toList();
    }

    /** How many are open. */
    int openCount() {
        return leases.size();
    }

    /** How many are being opened. */
    int openingCount() {
        return openingCount;
    }

    /** Rows of all subtasks that wait for a batch. */
    long queued() {
        return leases.stream().mapToLong(ModelPool.Lease::queued).sum();
    }

    /** By how much the foreseen times of batches were off of late, in percent, at most. */
    long costErrorPercent() {
        return leases.stream().mapToLong(ModelPool.Lease::costErrorPercent).max().orElse(0);
    }

    @Override
    public void close() {
        List<ModelPool.Lease> all = new ArrayList<>();
        opening.values().forEach(one -> all.add(one.lease));
        open.values().forEach(one -> all.add(one.lease));
        all.forEach(ModelPool.Lease::close);
        open.values().forEach(one -> one.tokenizer.close());
        opening.clear();
        open.clear();
        leasesChanged();
    }
}
