package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.Books;
import io.millrace.audit.evidence.Evidence;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands behind charges, through the loss of the TaskManagers that wrote it. */
class EvidenceITCase {

    private static final String LINE = "charge-evidence";
    private static final int INPUT_HASH_AT = 53;

    @TempDir private Path folder;

    @Test
    void evidence_taskManagersLostInMidTraffic_oneOfEachChargeAndFalseOneIsFound()
            throws Exception {
        try (LocalStack stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                List<SentRequest> before = client.send(8);
                client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));
                stack.loseTaskManager(0);
                stack.loseTaskManager(1);
                List<SentRequest> after = client.send(8);
                client.awaitThat("charges after", view -> after.stream().allMatch(view::ended));
            }
            client.awaitSettled();

            List<ConsumerRecord<byte[], byte[]>> records = records(stack);
            List<String> ids = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                ids.add(Evidence.of(record.key(), record.value()).requestId());
            }
            assertThat(ids)
                    .as("requests with evidence")
                    .containsExactlyInAnyOrderElementsOf(client.view().charges().keySet());
            Books books = client.audit();
            assertThat(books.checks()).allMatch(Books.Check::ok);
            assertThat(line(books).detail())
                    .isEqualTo(
                            "%d charges as both signed, 0 older than what is kept of it"
                                    .formatted(ids.size()));

            falsify(stack, records.get(0));
            Books.Check judged = line(client.audit());
            assertThat(judged.ok()).as("with false evidence").isFalse();
            assertThat(judged.detail())
                    .contains("1 wrong: " + ids.get(0) + " has evidence of the request 0x");
        }
    }

    private static Books.Check line(Books books) {
        return books.checks().stream()
                .filter(check -> check.name().equals(LINE))
                .findFirst()
                .orElseThrow();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(LocalStack stack) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicScan scan =
                new TopicScan(
                        Brokers.at(stack.file().bootstrapServers()), List.of(Topics.EVIDENCE))) {
            scan.toEnd(records::add);
        }
        return records;
    }

    /** Of another input than was asked. */
    private static void falsify(LocalStack stack, ConsumerRecord<byte[], byte[]> right)
            throws Exception {
        byte[] value = right.value().clone();
        value[INPUT_HASH_AT] ^= 1;
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", stack.file().bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.EVIDENCE, right.key(), value)).get();
        }
    }
}
