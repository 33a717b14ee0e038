package io.millrace.local.chaos.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RequestPlace;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.SharedBroker;
import io.millrace.watch.follow.TopicFollower;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Topics that grow together, and a watcher that reads them meanwhile. */
class AddedPartitionsITCase {

    private static final int PARTITIONS = 2;
    private static final int EVIDENCE_BYTES = 348;
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(PARTITIONS);

    @TempDir private Path folder;

    /**
     * Else the watcher would accuse an honest charge whose evidence lies where it does not look.
     */
    @Test
    void inject_whileAWatcherReads_allOfTheLedgerGrowsAndNoneOfItIsTakenForReadBefore()
            throws Exception {
        String servers = BROKER.servers();
        try (WatchStore store = WatchStore.open(folder, "of this test");
                TopicFollower follower =
                        TopicFollower.start(
                                KafkaAccess.at(servers),
                                store,
                                new TypedHashes(1, "0x" + "aa".repeat(20)));
                KafkaProducer<byte[], byte[]> producer = producer(servers)) {
            awaitRead(follower, write(producer, 0));
            assertThat(evidence(store)).isEqualTo(1);

            List<Integer> awaited = new ArrayList<>();
            new AddedPartitions(servers, load(awaited)).inject();
            long written = write(producer, PARTITIONS);

            awaitRead(follower, written);
            assertThat(evidence(store)).as("evidence read, once it is said to be").isEqualTo(2);
            assertThat(awaited).containsExactly(PARTITIONS);
            assertThat(partitions(servers))
                    .isEqualTo(
                            Map.of(
                                    Topics.REQUESTS, 3,
                                    Topics.RESULTS, 3,
                                    Topics.REJECTIONS, 3,
                                    Topics.CHARGES, 3,
                                    Topics.EVIDENCE, 3,
                                    Topics.EPOCHS, 1,
                                    Topics.RECEIPTS, 3,
                                    Topics.TRANSACTIONS, 1,
                                    Topics.CHECKPOINTS, 1));
        }
    }

    private static void awaitRead(TopicFollower follower, long written) {
        await("all is read")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> follower.hasReadSince(written));
    }

    /** When the broker had it. */
    private static long write(KafkaProducer<byte[], byte[]> producer, int partition)
            throws Exception {
        byte[] id = ("0x" + "%064x".formatted(partition)).getBytes(US_ASCII);
        byte[] value = new byte[EVIDENCE_BYTES];
        value[0] = 1;
        producer.send(new ProducerRecord<>(Evidence.TOPIC, partition, id, value)).get();
        return System.nanoTime();
    }

    private static int evidence(WatchStore store) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        store.forEach(Kind.EVIDENCE.all(), (key, value) -> keys.add(key));
        return keys.size();
    }

    private static Map<String, Integer> partitions(String servers) throws Exception {
        Map<String, Integer> partitions = new TreeMap<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.describeTopics(Topics.ALL)
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) -> partitions.put(name, topic.partitions().size()));
        }
        return partitions;
    }

    private static KafkaProducer<byte[], byte[]> producer(String servers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "metadata.max.age.ms", "200"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static Load load(List<Integer> awaited) {
        return new Load() {
            @Override
            public Traffic.Item unsent() {
                throw new UnsupportedOperationException("nothing is sent here");
            }

            @Override
            public void neverCommitted(RequestPlace place) {
                throw new UnsupportedOperationException("all is committed here");
            }

            @Override
            public void awaitTakenIn(int partition) {
                awaited.add(partition);
            }
        };
    }
}
