package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Publishes what arrived before a checkpoint when that checkpoint is complete, as a Kafka
 * transaction does; at parallelism 1. It can also fail the job in the middle of a checkpoint.
 */
final class CommittingSink<T> extends ProcessFunction<T, Void>
        implements CheckpointedFunction, CheckpointListener {

    private static final long serialVersionUID = 1L;
    private static final Map<String, Set<Object>> PUBLISHED = new ConcurrentHashMap<>();
    private static final Map<String, Integer> FAILURES_LEFT = new ConcurrentHashMap<>();

    private final String name;
    private final Class<T> type;
    private transient List<T> open;
    private transient TreeMap<Long, List<T>> closed;
    private transient ListState<T> prepared;

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    private CommittingSink(String name, Class<T> type) {
        this.name = name;
        this.type = type;
    }

    /** A sink that fails {@code failures} checkpoints in which it has something to publish. */
    static <T> CommittingSink<T> named(String name, Class<T> type, int failures) {
        PUBLISHED.put(name, Collections.synchronizedSet(new LinkedHashSet<>()));
        FAILURES_LEFT.put(name, failures);
        return new CommittingSink<>(name, type);
    }

    /** What was published, in order. */
    List<T> published() {
        return destination().stream().map(type::cast).toList();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        open = new ArrayList<>();
        closed = new TreeMap<>();
        prepared =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>("prepared", TypeInformation.of(type)));
        for (T value : prepared.get()) {
            destination().add(value); // that checkpoint was complete, whether or not word came
        }
    }

    @Override
    public void processElement(T value, Context context, Collector<Void> out) {
        open.add(value);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        if (!open.isEmpty() && FAILURES_LEFT.merge(name, -1, Integer::sum) >= 0) {
            throw new IllegalStateException(
                    "checkpoint " + context.getCheckpointId() + " fails on purpose");
        }
        closed.put(context.getCheckpointId(), open);
        open = new ArrayList<>();
        prepared.clear();
        for (List<T> values : closed.values()) {
            prepared.addAll(values);
        }
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        Map<Long, List<T>> complete = closed.headMap(checkpointId, true);
        complete.values().forEach(destination()::addAll);
        complete.clear();
    }

    private Set<Object> destination() {
        return requireNonNull(PUBLISHED.get(name), "sinks live in one process");
    }
}
