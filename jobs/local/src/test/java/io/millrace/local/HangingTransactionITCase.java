package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Topics;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A transaction in the ledger that nobody ends: charges stay invisible, checkpoints go on. */
class HangingTransactionITCase {

    private static final long ALARM_MILLIS = 10 * TestStack.CHECKPOINTS.toMillis();
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @Test
    void transaction_thatHangsInTheLedger_isShownUntilItEnds() throws Exception {
        LocalStack stack = STACK.get();
        try (StackClient client = StackClient.fromNowOn(stack);
                KafkaProducer<byte[], byte[]> hanging = producer(stack)) {
            List<SentRequest> before = client.send(8);
            client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));
            FlinkMetrics metrics = stack.metrics();
            assertThat(hiddenMillis(metrics))
                    .as("between two checkpoints")
                    .isLessThan(ALARM_MILLIS);

            hanging.initTransactions();
            hanging.beginTransaction();
            for (int partition = 0;
                    partition < hanging.partitionsFor(Topics.CHARGES).size();
                    partition++) {
                byte[] nothing = new byte[0];
                hanging.send(new ProducerRecord<>(Topics.CHARGES, partition, nothing, nothing))
                        .get();
            }
            List<SentRequest> invisible = client.send(8);
            await("the alarm").atMost(LIMIT).until(() -> hiddenMillis(metrics) > ALARM_MILLIS);
            client.view().poll();
            assertThat(invisible).as("charges behind it").noneMatch(client.view()::ended);

            hanging.abortTransaction();
            client.awaitSettled();
            await("no alarm").atMost(LIMIT).until(() -> hiddenMillis(metrics) < ALARM_MILLIS / 3);
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    private static long hiddenMillis(FlinkMetrics metrics) throws Exception {
        String name = "seal.settle.hiddenMillis";
        return metrics.sum(name, name).orElse(0);
    }

    private static KafkaProducer<byte[], byte[]> producer(LocalStack stack) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.file().bootstrapServers(),
                        "transactional.id",
                        "hanging",
                        "transaction.timeout.ms",
                        "600000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
