package io.millrace.admit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Drops request records whose charge or rejection is committed already. Tasks complete out of
 * order, so a rebuilt state begins to read at the lowest record without an outcome and names here
 * those above it that have one. A state that was never rebuilt names none.
 *
 * <p>State: 12 bytes for each, at most as many as were in flight when the state was lost; each
 * subtask keeps those of the partitions that others read too, since partitions move when the job is
 * rescaled.
 */
public final class AccountedFunction extends ProcessFunction<RequestRecord, RequestRecord>
        implements CheckpointedFunction {

    private static final long serialVersionUID = 1L;

    private transient ListState<RequestPlace> stored;
    private transient Map<Integer, Set<Long>> accounted;

    /** Everything is in Flink's state. */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public AccountedFunction() {}

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        stored = context.getOperatorStateStore().getUnionListState(AdmitDescriptors.ACCOUNTED);
        accounted = new HashMap<>();
        for (RequestPlace place : stored.get()) {
            accounted
                    .computeIfAbsent(place.topicPartition(), partition -> new HashSet<>())
                    .add(place.offset());
        }
    }

    @Override
    public void processElement(
            RequestRecord record, Context context, Collector<RequestRecord> out) {
        if (!accounted.isEmpty()) {
            RequestPlace place = record.place();
            Set<Long> offsets = accounted.get(place.topicPartition());
            if (offsets != null && offsets.remove(place.offset())) {
                return;
            }
        }
        out.collect(record);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        stored.clear();
        for (Map.Entry<Integer, Set<Long>> partition : accounted.entrySet()) {
            for (long offset : partition.getValue()) {
                stored.add(new RequestPlace(partition.getKey(), offset));
            }
        }
    }
}
