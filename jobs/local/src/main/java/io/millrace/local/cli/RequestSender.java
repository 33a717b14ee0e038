package io.millrace.local.cli;

import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Traffic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Sends requests, and sees to it that the broker takes them. */
final class RequestSender implements AutoCloseable {

    private final RequestProducer producer;
    private final List<Future<RecordMetadata>> pending = new ArrayList<>();

    RequestSender(String bootstrapServers) {
        producer = RequestProducer.open(bootstrapServers);
    }

    void send(Traffic.Item item) {
        pending.add(producer.send(item));
    }

    /**
     * Returns once the broker has everything; fails if it took not all.
     *
     * @return where each request lies, in the order they were sent
     */
    List<RecordMetadata> flush() throws IOException, InterruptedException {
        producer.flush();
        List<RecordMetadata> places = new ArrayList<>();
        for (Future<RecordMetadata> sent : pending) {
            try {
                places.add(sent.get());
            } catch (ExecutionException e) {
                throw new IOException("the broker did not take a request", e.getCause());
            }
        }
        pending.clear();
        return places;
    }

    @Override
    public void close() {
        producer.close();
    }
}
