package io.millrace.job;

import io.millrace.job.topic.Brokers;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.kafka.clients.admin.Admin;

/**
 * What an exactly-once sink asks of the brokers besides its producers. Each call has an admin
 * client of its own, which ends with it.
 *
 * @param brokers to ask
 */
record SinkAdmin(Brokers brokers) implements Serializable {

    private static final long PATIENCE_SECONDS = 60;

    /** Asks something of Kafka's admin client. */
    @FunctionalInterface
    private interface Call {
        void make(Admin admin) throws InterruptedException, ExecutionException, TimeoutException;
    }

    /**
     * Returns once the topics are known. A writer that starts without brokers would leave the
     * threads of an admin client behind at each attempt.
     */
    void requireTopics(List<String> topics) throws IOException {
        call(
                admin ->
                        admin.describeTopics(topics)
                                .allTopicNames()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS),
                "the topics " + topics + " are not known");
    }

    /** Aborts what is open of {@code transactionalId}. */
    void fence(String transactionalId) throws IOException {
        call(
                admin ->
                        admin.fenceProducers(List.of(transactionalId))
                                .all()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS),
                "what may be open of the transaction " + transactionalId + " cannot be aborted");
    }

    private void call(Call call, String otherwise) throws IOException {
        try (Admin admin = brokers.admin()) {
            call.make(admin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(otherwise + ": interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "%s at %s; check that the brokers are up".formatted(otherwise, brokers), e);
        }
    }

    /**
     * Closes the admin client with which Flink's writer has looked for open transactions as it
     * started. It needs it no more, and never closes it itself: a thread and its connections would
     * stay behind at every restart.
     */
    static void closeOf(SinkWriter<?> writer) throws IOException {
        try {
            Field field = writer.getClass().getDeclaredField("adminClient");
            field.setAccessible(true);
            if (field.get(writer) instanceof Admin admin) {
                admin.close();
                field.set(writer, null);
            }
        } catch (ReflectiveOperationException e) {
            throw new IOException(
                    "Flink's Kafka connector has another writer than this job was built for", e);
        }
    }
}
