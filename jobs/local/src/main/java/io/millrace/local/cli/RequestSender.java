package io.millrace.local.cli;

import io.millrace.job.Topics;
import io.millrace.local.client.Traffic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Produces requests as any client would: key = requester, value = request JSON. */
final class RequestSender implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final List<Future<RecordMetadata>> pending = new ArrayList<>();

    RequestSender(String bootstrapServers) {
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "acks",
                                "all",
                                "enable.idempotence",
                                true,
                                "linger.ms",
                                5),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    void send(Traffic.Item item) {
        pending.add(producer.send(new ProducerRecord<>(Topics.REQUESTS, item.key(), item.value())));
    }

    /** Returns once the broker has everything; fails if it took not all. */
    void flush() throws IOException, InterruptedException {
        producer.flush();
        for (Future<RecordMetadata> sent : pending) {
            try {
                sent.get();
            } catch (ExecutionException e) {
                throw new IOException("the broker did not take a request", e.getCause());
            }
        }
        pending.clear();
    }

    @Override
    public void close() {
        producer.close();
    }
}
