package io.millrace.job;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * An exactly-once {@link KafkaSink} that ends the task where a transaction of a completed
 * checkpoint can no longer be committed. KafkaSink itself counts such a failure and goes on, so
 * what the transaction held would be missing for ever.
 *
 * <p>The job then restarts from that checkpoint, and {@link io.millrace.settle.RestoreGuard} finds
 * that its mark is not in the log. A transaction that an earlier run has left is not judged here:
 * whether it was committed before that run ended, only the marks say.
 */
final class LossRefusingSink
        implements Sink<OutboundRecord>,
                SupportsCommitter<KafkaCommittable>,
                SupportsWriterState<OutboundRecord, KafkaWriterState>,
                SupportsPostCommitTopology<KafkaCommittable> {

    private static final long serialVersionUID = 1L;

    private final KafkaSink<OutboundRecord> sink;
    private final LedgerSink which;
    private final SinkAdmin admin;

    LossRefusingSink(KafkaSink<OutboundRecord> sink, LedgerSink which, SinkAdmin admin) {
        this.sink = sink;
        this.which = which;
        this.admin = admin;
    }

    @Override
    public SinkWriter<OutboundRecord> createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<OutboundRecord, KafkaWriterState> restoreWriter(
            WriterInitContext context, Collection<KafkaWriterState> state) throws IOException {
        admin.requireTopics(which.topics());
        StatefulSinkWriter<OutboundRecord, KafkaWriterState> writer =
                sink.restoreWriter(context, state);
        SinkAdmin.closeOf(writer);
        return writer;
    }

    @Override
    public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
        return new LossRefusingCommitter(sink.createCommitter(context), which.id(), admin::fence);
    }

    @Override
    public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
        return sink.getCommittableSerializer();
    }

    @Override
    public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committer) {
        sink.addPostCommitTopology(committer);
    }
}
