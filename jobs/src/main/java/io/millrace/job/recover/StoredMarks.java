package io.millrace.job.recover;

import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.settle.CheckpointMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * The marks of all sinks and what became of each, also behind a transaction that is still open:
 * there a consumer of committed records stops, and no consumer says which producer has written a
 * record. So the end of the topic is fetched as brokers send it to each other, with the producers
 * of its batches and the markers that end their transactions (KIP-98).
 *
 * @param newest of the highest checkpoint that some sink has committed, NONE if there is none: that
 *     checkpoint is complete, or nothing of it would be committed
 * @param open by id of the producer whose transaction has not ended: its last mark
 */
record StoredMarks(CheckpointMark newest, Map<Long, CheckpointMark> open) {

    private static final TopicPartition CHECKPOINTS = new TopicPartition(Topics.CHECKPOINTS, 0);
    private static final int PATIENCE_SECONDS = 60;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int FETCH_BYTES = 1024 * 1024;

    /** The last version that names topics; brokers of Kafka 4 know it. */
    private static final short FETCH_VERSION = 12;

    /** Copies. */
    StoredMarks {
        open = Map.copyOf(open);
    }

    /** Reads them. */
    static StoredMarks read(Brokers brokers) throws IOException {
        List<CheckpointMark> committed = new ArrayList<>();
        Map<Long, CheckpointMark> open = new HashMap<>();
        try (Admin admin = brokers.admin();
                TopicScan scan = new TopicScan(brokers, List.of(Topics.CHECKPOINTS))) {
            // Asked first: what becomes visible while the marks before it are read is read twice.
            long visible = end(admin, IsolationLevel.READ_COMMITTED);
            scan.toEnd(record -> committed.add(decoded(record.value())));
            Fetch fetch = new Fetch(admin, brokers);
            fetch.read(visible, end(admin, IsolationLevel.READ_UNCOMMITTED), committed, open);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreadable(brokers, e);
        } catch (ExecutionException | TimeoutException e) {
            throw unreadable(brokers, e);
        }
        return new StoredMarks(
                committed.stream()
                        .max(Comparator.comparingLong(CheckpointMark::checkpoint))
                        .orElse(CheckpointMark.NONE),
                open);
    }

    /**
     * Whether the open transaction of this producer belongs to a checkpoint that is complete: then
     * its sink has promised to commit it, and only has not come to it.
     */
    boolean isPromised(long producer) {
        CheckpointMark last = open.get(producer);
        // Of another run, it was left behind by a state that nothing has gone on from.
        return last != null
                && last.writer().equals(newest.writer())
                && last.checkpoint() <= newest.checkpoint();
    }

    private static long end(Admin admin, IsolationLevel isolation)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.listOffsets(
                        Map.of(CHECKPOINTS, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(CHECKPOINTS)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .offset();
    }

    private static CheckpointMark decoded(byte[] value) throws IOException {
        return JsonCodec.decode(value, CheckpointMark.class);
    }

    private static IOException unreadable(Brokers brokers, Exception cause) {
        return new IOException(
                "topic %s at %s cannot be read; check that the brokers are up and run it again"
                        .formatted(Topics.CHECKPOINTS, brokers),
                cause);
    }

    /** Fetches from the leader of the partition, by the client that Kafka's own clients use. */
    private static final class Fetch {

        private final AdminClientConfig config;
        private final Node leader;

        Fetch(Admin admin, Brokers brokers)
                throws ExecutionException, InterruptedException, TimeoutException {
            config = new AdminClientConfig(brokers.settings());
            leader =
                    admin.describeTopics(List.of(Topics.CHECKPOINTS))
                            .allTopicNames()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .values()
                            .iterator()
                            .next()
                            .partitions()
                            .get(0)
                            .leader();
        }

        /** Adds the marks from one offset to another to those committed, or to those open. */
        void read(
                long from, long to, List<CheckpointMark> committed, Map<Long, CheckpointMark> open)
                throws IOException {
            Map<Long, List<CheckpointMark>> unended = new LinkedHashMap<>();
            try (Metrics metrics = new Metrics();
                    NetworkClient client = client(metrics)) {
                long next = from;
                while (next < to) {
                    long before = next;
                    for (RecordBatch batch : batches(client, next)) {
                        take(batch, from, unended, committed);
                        next = Math.max(next, batch.nextOffset());
                    }
                    if (next == before) {
                        throw new IOException(
                                "offset %d of %s holds nothing although it ends at %d"
                                        .formatted(next, CHECKPOINTS, to));
                    }
                }
            }
            unended.forEach((producer, marks) -> open.put(producer, marks.get(marks.size() - 1)));
        }

        private static void take(
                RecordBatch batch,
                long from,
                Map<Long, List<CheckpointMark>> unended,
                List<CheckpointMark> committed)
                throws IOException {
            for (Record record : batch) {
                if (record.offset() < from) {
                    continue;
                }
                if (batch.isControlBatch()) {
                    List<CheckpointMark> ended = unended.remove(batch.producerId());
                    boolean commit =
                            ControlRecordType.parse(record.key()) == ControlRecordType.COMMIT;
                    if (commit && ended != null) {
                        committed.addAll(ended);
                    }
                } else if (batch.isTransactional()) {
                    unended.computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                            .add(decoded(bytes(record.value())));
                } else {
                    committed.add(decoded(bytes(record.value())));
                }
            }
        }

        private Iterable<? extends RecordBatch> batches(NetworkClient client, long offset)
                throws IOException {
            FetchRequest.Builder fetch =
                    FetchRequest.Builder.forConsumer(
                                    FETCH_VERSION,
                                    (int) TimeUnit.SECONDS.toMillis(1),
                                    1,
                                    Map.of(
                                            CHECKPOINTS,
                                            new FetchRequest.PartitionData(
                                                    Uuid.ZERO_UUID,
                                                    offset,
                                                    -1,
                                                    FETCH_BYTES,
                                                    Optional.empty())))
                            .isolationLevel(IsolationLevel.READ_UNCOMMITTED);
            long patienceMillis = TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS);
            if (!NetworkClientUtils.awaitReady(client, leader, Time.SYSTEM, patienceMillis)) {
                throw new IOException("broker %s does not answer".formatted(leader));
            }
            ClientRequest request =
                    client.newClientRequest(
                            leader.idString(), fetch, Time.SYSTEM.milliseconds(), true);
            FetchResponse response =
                    (FetchResponse)
                            NetworkClientUtils.sendAndReceive(client, request, Time.SYSTEM)
                                    .responseBody();
            PartitionData data =
                    response.responseData(Map.of(), FETCH_VERSION).values().iterator().next();
            Errors error = Errors.forCode(data.errorCode());
            if (error != Errors.NONE) {
                throw new IOException(
                        "offset %d of %s cannot be fetched from broker %s: %s"
                                .formatted(offset, CHECKPOINTS, leader, error.message()));
            }
            return FetchResponse.recordsOrFail(data).batches();
        }

        private NetworkClient client(Metrics metrics) {
            LogContext log = new LogContext();
            int timeoutMillis = config.getInt(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG);
            Selector selector =
                    new Selector(
                            config.getLong(AdminClientConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG),
                            metrics,
                            Time.SYSTEM,
                            "recover",
                            ClientUtils.createChannelBuilder(config, Time.SYSTEM, log),
                            log);
            return new NetworkClient(
                    selector,
                    new ManualMetadataUpdater(),
                    "recover",
                    1,
                    config.getLong(AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG),
                    config.getLong(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG),
                    BUFFER_BYTES,
                    BUFFER_BYTES,
                    timeoutMillis,
                    config.getLong(AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
                    config.getLong(AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
                    Time.SYSTEM,
                    true,
                    new ApiVersions(),
                    log,
                    MetadataRecoveryStrategy.NONE);
        }

        private static byte[] bytes(ByteBuffer value) {
            byte[] bytes = new byte[value.remaining()];
            value.get(bytes);
            return bytes;
        }
    }
}
