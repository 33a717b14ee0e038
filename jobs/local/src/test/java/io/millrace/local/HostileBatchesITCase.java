package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.topic.Topics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.TestStack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What anyone who may write to the request topic can do to its readers through Kafka itself:
 * compressed bombs, records at the limits, forged headers and keys, with good requests in between.
 */
class HostileBatchesITCase {

    private static final List<String> CODECS = List.of("gzip", "zstd", "lz4", "snappy");
    private static final int BOMB_BYTES = 48 * 1024 * 1024;
    private static final int RECORD_OVERHEAD_BYTES = 200;
    private static final int BAD_PER_CODEC = 1_000;
    private static final int LARGE_IN_ONE_BATCH = 60;
    private static final Header TICK = new RecordHeader(Topics.TICK_HEADER, "1".getBytes(UTF_8));

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @Test
    void job_hostileBatches_answersEveryRecordAndHoldsNoBomb() throws Exception {
        LocalStack stack = STACK.get();
        try (StackClient client = StackClient.fromNowOn(stack)) {
            Map<String, String> refused = new HashMap<>(); // code by "partition@offset"
            for (String codec : CODECS) {
                try (var attacker = producer(stack, codec)) {
                    assertBombRefused(attacker, codec, 'x');
                    assertBombRefused(attacker, codec, '[');
                    client.send(4);
                    refused.putAll(floodOfBadRecords(attacker));
                    client.send(4);
                }
            }
            try (var attacker = producer(stack, "gzip")) {
                refused.putAll(largeRecordsInOneBatch(attacker));
            }
            refused.putAll(recordsAtTheLimit(stack));
            sendOddlyAddressed(client, stack.file().requesters());

            client.awaitThat(
                    "every bad record refused",
                    view -> view.refusals().keySet().containsAll(refused.keySet()));
            client.awaitSettled();
            assertThat(client.view().refusals()).isEqualTo(refused);
            assertThat(client.sent())
                    .allMatch(request -> client.view().charges().containsKey(request.requestId()));
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    /** One record of a few kilobytes in Kafka, and of many megabytes in its reader's memory. */
    private static void assertBombRefused(
            KafkaProducer<byte[], byte[]> attacker, String codec, char filling) {
        byte[] bomb = new byte[BOMB_BYTES];
        Arrays.fill(bomb, (byte) filling);
        assertThatThrownBy(() -> send(attacker, 0, bomb).get())
                .as("a bomb of %s", codec)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfAny(InvalidRecordException.class, RecordTooLargeException.class);
    }

    private static Map<String, String> floodOfBadRecords(KafkaProducer<byte[], byte[]> attacker)
            throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < BAD_PER_CODEC; i++) {
            String bad =
                    switch (i % 4) {
                        case 0 -> "[".repeat(i);
                        case 1 -> "{\"a\":".repeat(i);
                        case 2 -> "\ufeff{}" + i;
                        default -> "{\"nonce\":" + "9".repeat(i) + "}" + "\u0000".repeat(i);
                    };
            sent.add(send(attacker, i % 4, bad.getBytes(UTF_8)));
        }
        sent.add(send(attacker, 0, null));
        return malformed(sent);
    }

    /** Sixty megabytes in one batch of sixty kilobytes, none of its records beyond the limit. */
    private static Map<String, String> largeRecordsInOneBatch(
            KafkaProducer<byte[], byte[]> attacker) throws Exception {
        byte[] large = new byte[Topics.REQUEST_MAX_BYTES - RECORD_OVERHEAD_BYTES];
        Arrays.fill(large, (byte) '[');
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < LARGE_IN_ONE_BATCH; i++) {
            sent.add(send(attacker, 1, large));
        }
        return malformed(sent);
    }

    private static Map<String, String> recordsAtTheLimit(LocalStack stack) throws Exception {
        try (var plain = producer(stack, "none")) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            sent.add(send(plain, 2, new byte[Topics.REQUEST_MAX_BYTES - RECORD_OVERHEAD_BYTES]));
            sent.add(send(plain, 3, new byte[256 * 1024]));
            sent.add(send(plain, 3, new byte[256 * 1024 + 1]));
            sent.add(send(plain, 3, new byte[0]));
            assertThatThrownBy(() -> send(plain, 2, new byte[Topics.REQUEST_MAX_BYTES]).get())
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            return malformed(sent);
        }
    }

    /** Good requests whose key or headers claim something else: only the signature counts. */
    private static void sendOddlyAddressed(StackClient client, List<Account> requesters)
            throws Exception {
        client.send(requesters.get(0), requesters.get(1).address(), List.of());
        client.send(requesters.get(1), null, List.of());
        client.send(requesters.get(2), "\u0000", List.of());
        client.send(requesters.get(3), requesters.get(3).address(), List.of(TICK));
        client.send(
                requesters.get(0),
                requesters.get(0).address(),
                List.of(TICK, TICK, new RecordHeader("h".repeat(10_000), new byte[50_000])));
    }

    private static Map<String, String> malformed(List<Future<RecordMetadata>> sent)
            throws Exception {
        Map<String, String> codes = new HashMap<>();
        for (Future<RecordMetadata> acknowledged : sent) {
            RecordMetadata at = acknowledged.get();
            codes.put(at.partition() + "@" + at.offset(), "MALFORMED");
        }
        return codes;
    }

    private static Future<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> attacker, int partition, byte @Nullable [] value) {
        return attacker.send(new ProducerRecord<>(Topics.REQUESTS, partition, null, value));
    }

    /** Its own limits are as wide as its memory: only the broker's count. */
    private static KafkaProducer<byte[], byte[]> producer(LocalStack stack, String codec) {
        int wide = 64 * 1024 * 1024;
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.file().bootstrapServers(),
                        "compression.type",
                        codec,
                        "max.request.size",
                        wide,
                        "buffer.memory",
                        2L * wide,
                        "batch.size",
                        codec.equals("none") ? 16_384 : wide,
                        "linger.ms",
                        200),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
