package io.millrace.allocate;

import io.millrace.admit.Task;
import java.util.List;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.runtime.io.network.partition.ResultPartition;
import org.apache.flink.runtime.jobgraph.IntermediateDataSetID;
import org.apache.flink.streaming.api.graph.NonChainedOutput;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gives each task to the subtask of inference with the shortest queue. In: Task. Out: Allocation,
 * to be partitioned by its subtask, which must be the only output of this operator.
 *
 * <p>Dealt out in turns, the slowest provider sets the pace of all: once its queue is full, the
 * next of its turns blocks the sender. Here a full queue is passed over. A queue is what Flink's
 * network stack holds for a receiver and has not sent, in buffers; what the receiver has taken in
 * is not seen, so a slow one still holds as much as it takes in by itself.
 *
 * <p>No state; after a restore tasks may go elsewhere, which changes who is paid and no one's
 * charge. Source: FLIP-339 does the same inside of Flink, from version 2.3 on.
 */
public final class AllocateOperator extends AbstractStreamOperator<Allocation>
        implements OneInputStreamOperator<Task, Allocation> {

    private static final long serialVersionUID = 1L;

    private transient ShortestQueue queues;

    /** Everything is found where it runs. */
    @SuppressWarnings("NullAway.Init") // transient fields are set in open
    public AllocateOperator() {}

    @Override
    public void open() throws Exception {
        super.open();
        ResultPartition out = output();
        queues = new ShortestQueue(out.getNumberOfSubpartitions(), out::getNumberOfQueuedBuffers);
    }

    /** Of the outputs of the chain, this operator's. */
    private ResultPartition output() {
        List<NonChainedOutput> outputs =
                config.getOperatorNonChainedOutputs(getUserCodeClassloader());
        for (ResultPartitionWriter writer : getContainingTask().getEnvironment().getAllWriters()) {
            IntermediateDataSetID id =
                    writer.getPartitionId().getPartitionId().getIntermediateDataSetID();
            if (outputs.size() == 1
                    && outputs.get(0).getDataSetId().equals(id)
                    && writer instanceof ResultPartition out) {
                return out;
            }
        }
        throw new IllegalStateException(
                "the allocation of tasks has %d outputs over the network and needs one, pipelined; connect inference alone to it"
                        .formatted(outputs.size()));
    }

    @Override
    public void processElement(StreamRecord<Task> element) {
        output.collect(element.replace(new Allocation(queues.next(), element.getValue())));
    }
}
