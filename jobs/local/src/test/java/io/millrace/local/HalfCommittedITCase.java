package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.audit.Books;
import io.millrace.job.recover.RecoverMain;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.TopicCopy;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Epochs of which the vault knows, and whose charges or receipts, or both, were in transactions
 * that the broker has aborted. An operator runs one command, without the launcher's files, and the
 * books are whole.
 */
class HalfCommittedITCase {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String FUNDED = "funds-events.numRecordsOut";

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @TempDir private Path folder;

    @Test
    void epochs_withoutChargesOrReceipts_mendedByTheClustersCommand() throws Exception {
        LocalStack stack = STACK.get();
        int charges;
        try (StackClient client = new StackClient(stack)) {
            do {
                client.send(8);
                client.awaitSettled();
            } while (epochs(stack).size() < 3);
            charges = client.view().charges().size();
        }
        stack.job().stop();
        Set<Long> before = epochs(stack);
        loseHalves(stack);

        String savepoint = recover(stack, "published again what only some sinks had committed");
        assertThat(epochs(stack)).as("epochs with receipts").isEqualTo(before);
        // Nothing beside the savepoint is needed: its sources know where they begin.
        stack.job().start(TestStack::job, savepoint, 0, Map.of());
        try (StackClient client = new StackClient(stack)) {
            List<SentRequest> sent = client.send(8);
            client.awaitThat("charges", view -> sent.stream().allMatch(view::ended));
            client.awaitSettled();
            await("what of the chain moved funds since then")
                    .atMost(LIMIT)
                    .until(() -> stack.metrics().sum(FUNDED, FUNDED).isPresent());
            assertThat(stack.metrics().sum(FUNDED, FUNDED).orElseThrow())
                    .as("deposits that are added to funds which contain them")
                    .isZero();
            assertThat(client.audit().checks())
                    .allMatch(check -> check.ok())
                    .extracting(Books.Check::detail)
                    .as("evidence of all charges, those that were published again too")
                    .contains(
                            "%d charges as both signed, 0 older than what is kept of it"
                                    .formatted(charges + sent.size()));
            assertThat(client.view().charges()).hasSize(charges + sent.size());
            assertThat(client.view().charges().values()).allMatch(of -> of.size() == 1);
        }
    }

    /**
     * Of the newest epoch charges and receipts were aborted, of the one before the charges, of the
     * one before that the receipts; evidence as its charges. The topic of charges got a partition
     * more in between.
     */
    private static void loseHalves(LocalStack stack) throws Exception {
        TreeMap<Long, Set<String>> byEpoch = new TreeMap<>();
        for (var record : read(stack, Topics.RECEIPTS)) {
            Receipt receipt = JsonCodec.decode(record.value(), Receipt.class);
            byEpoch.computeIfAbsent(receipt.epoch(), epoch -> new HashSet<>())
                    .add(receipt.charge().requestId());
        }
        List<Set<String>> newest = List.copyOf(byEpoch.descendingMap().values());
        List<ConsumerRecord<byte[], byte[]>> charges = read(stack, Topics.CHARGES);
        List<ConsumerRecord<byte[], byte[]>> receipts = read(stack, Topics.RECEIPTS);
        List<ConsumerRecord<byte[], byte[]>> evidence = read(stack, Topics.EVIDENCE);
        String servers = stack.file().bootstrapServers();
        TopicCopy.recreate(servers, Topics.CHARGES, 1);
        TopicCopy.recreate(servers, Topics.RECEIPTS, 0);
        TopicCopy.recreate(servers, Topics.EVIDENCE, 0);
        try (var producer = producer(stack)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (var record : charges) {
                Charge charge = JsonCodec.decode(record.value(), Charge.class);
                if (!newest.get(0).contains(charge.requestId())
                        && !newest.get(1).contains(charge.requestId())) {
                    send(producer, record);
                }
            }
            List<ConsumerRecord<byte[], byte[]>> aborted = new ArrayList<>();
            for (var record : evidence) {
                String requestId = new String(record.key(), UTF_8);
                if (newest.get(0).contains(requestId) || newest.get(1).contains(requestId)) {
                    aborted.add(record);
                } else {
                    send(producer, record);
                }
            }
            for (var record : receipts) {
                Receipt receipt = JsonCodec.decode(record.value(), Receipt.class);
                if (newest.get(0).contains(receipt.charge().requestId())) {
                    aborted.add(record);
                } else if (!newest.get(2).contains(receipt.charge().requestId())) {
                    send(producer, record);
                }
            }
            producer.commitTransaction();
            producer.beginTransaction();
            for (var record : aborted) {
                send(producer, record);
            }
            producer.abortTransaction();
        }
    }

    /** As on any cluster: with the job's options and a folder, in a process of its own. */
    private String recover(LocalStack stack, String says) throws Exception {
        Path log = Files.createTempFile(folder, "recover", ".log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                RecoverMain.class.getName(),
                                stack.job().savepoints().toUri().toString()));
        stack.file()
                .jobOptions()
                .forEach((key, value) -> command.addAll(List.of("--" + key, value)));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(Files.createTempDirectory(folder, "elsewhere").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log, UTF_8);
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).contains(says);
        Optional<String> savepoint =
                output.lines().filter(line -> line.startsWith("savepoint ")).findFirst();
        return savepoint.orElseThrow().substring("savepoint ".length());
    }

    private static Set<Long> epochs(LocalStack stack) throws Exception {
        Set<Long> epochs = new HashSet<>();
        for (var record : read(stack, Topics.RECEIPTS)) {
            epochs.add(JsonCodec.decode(record.value(), Receipt.class).epoch());
        }
        return epochs;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(LocalStack stack, String topic)
            throws Exception {
        return TopicCopy.of(stack.file().bootstrapServers(), topic).records();
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, ConsumerRecord<byte[], byte[]> record)
            throws Exception {
        producer.send(new ProducerRecord<>(record.topic(), record.key(), record.value())).get();
    }

    private static KafkaProducer<byte[], byte[]> producer(LocalStack stack) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.file().bootstrapServers(),
                        "transactional.id",
                        "replica"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
