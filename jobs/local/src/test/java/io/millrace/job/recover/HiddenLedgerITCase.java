package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.JobConfig;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction that is not the job's own lies open before charges. They are committed and nobody
 * sees them, and a recovery that takes them for lost publishes them a second time, at each run.
 */
class HiddenLedgerITCase {

    private static final OpenTransactions.Ended NONE_OPEN =
            new OpenTransactions.Ended(List.of(), List.of());
    private static final TopicPartition HIDDEN = new TopicPartition(Topics.CHARGES, 1);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(2);

    @TempDir private Path folder;

    @Test
    void recover_strangersTransactionBeforeCharges_refusedUntilItIsEnded() throws Exception {
        String servers = BROKER.servers();
        JobConfig config = JobConfig.fromMap(BrokerOptions.of(servers), 2);
        GeneratedBooks books =
                new GeneratedBooks(config.chain().domain(), config.settle().shardDepth());
        books.lengthen(servers, 2);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
                var stranger = stranger(servers)) {
            long begin = end(admin, HIDDEN);
            stranger.send(new ProducerRecord<>(Topics.CHARGES, HIDDEN.partition(), null, null))
                    .get();
            books.lengthen(servers, 1);
            Map<TopicPartition, Long> before = ends(admin);
            ProducerState holder = holder(admin);
            List<String> said = new ArrayList<>();
            assertThatThrownBy(() -> rebuild(config, books, said))
                    .isInstanceOf(RecoverException.class)
                    .hasMessageContaining(
                            "%s is hidden from offset %d on by the transaction of producer %d with transactional id stranger-1"
                                    .formatted(HIDDEN, begin, holder.producerId()))
                    .hasMessageContaining(
                            "find-hanging --topic %s names it, end it with abort --topic %s --partition 1 --start-offset %d"
                                    .formatted(Topics.CHARGES, Topics.CHARGES, begin));
            assertThat(said).singleElement().asString().contains("waiting 1 s at most");
            assertThat(ends(admin)).as("what a refused recovery has published").isEqualTo(before);

            abort(admin, holder);
            Recovery.Report report = rebuild(config, books, said);
            assertThat(report.charges()).isEqualTo(books.charged());
            assertThat(report.mended()).isEmpty();
        }
    }

    /** A job that still runs writes behind what has been read. */
    @Test
    void recover_ledgerGrowsWhileItIsRead_refused() throws Exception {
        JobConfig config = JobConfig.fromMap(BrokerOptions.of(BROKER.servers()), 2);
        GeneratedBooks books =
                new GeneratedBooks(config.chain().domain(), config.settle().shardDepth());
        books.lengthen(BROKER.servers(), 1);
        VisibleLedger visible = visible(config, new ArrayList<>());
        Map<TopicPartition, Long> ends = visible.require();
        visible.requireUnchanged(ends);
        books.lengthen(BROKER.servers(), 1);
        assertThatThrownBy(() -> visible.requireUnchanged(ends))
                .isInstanceOf(RecoverException.class)
                .hasMessageContaining("has grown from offset")
                .hasMessageContaining("stop the job");
    }

    private Recovery.Report rebuild(JobConfig config, GeneratedBooks books, List<String> said)
            throws Exception {
        return Recovery.rebuild(
                config,
                books,
                folder.resolve("savepoints").toUri().toString(),
                line -> {},
                NONE_OPEN,
                visible(config, said));
    }

    private static VisibleLedger visible(JobConfig config, List<String> said) {
        return new VisibleLedger(config, Duration.ofSeconds(1), said::add);
    }

    private static KafkaProducer<byte[], byte[]> stranger(String servers) {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", servers, "transactional.id", "stranger-1"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static ProducerState holder(Admin admin) throws Exception {
        return admin
                .describeProducers(List.of(HIDDEN))
                .partitionResult(HIDDEN)
                .get()
                .activeProducers()
                .stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .findFirst()
                .orElseThrow();
    }

    /** As {@code kafka-transactions.sh abort} does. */
    private static void abort(Admin admin, ProducerState holder) throws Exception {
        admin.abortTransaction(
                        new AbortTransactionSpec(
                                HIDDEN,
                                holder.producerId(),
                                (short) holder.producerEpoch(),
                                holder.coordinatorEpoch().orElse(0)))
                .all()
                .get();
    }

    private static Map<TopicPartition, Long> ends(Admin admin) throws Exception {
        Map<TopicPartition, OffsetSpec> latest =
                admin.describeTopics(Topics.ALL).allTopicNames().get().values().stream()
                        .flatMap(
                                topic ->
                                        topic.partitions().stream()
                                                .map(
                                                        info ->
                                                                new TopicPartition(
                                                                        topic.name(),
                                                                        info.partition())))
                        .collect(
                                Collectors.toMap(
                                        partition -> partition, partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private static long end(Admin admin, TopicPartition partition) throws Exception {
        return requireNonNull(ends(admin).get(partition));
    }
}
