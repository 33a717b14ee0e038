package io.millrace.local;

import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.StackFile.Account;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Valid requests at a steady rate, the requesters in turns, from start until closed. */
final class SteadyTraffic implements AutoCloseable {

    private static final int PER_SECOND = 10;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final StackClient client;
    private final List<Account> requesters;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private @Nullable ScheduledFuture<?> sending;
    private int next;

    SteadyTraffic(StackClient client, List<Account> requesters) {
        this.client = client;
        this.requesters = List.copyOf(requesters);
    }

    /** Begins to send. */
    void start() {
        sending =
                thread.scheduleAtFixedRate(this::send, 0, 1000 / PER_SECOND, TimeUnit.MILLISECONDS);
    }

    /** Ends once the last request is with Kafka; fails if one could not be sent. */
    @Override
    public void close() {
        if (sending != null) {
            sending.cancel(false);
        }
        thread.shutdown();
        await("the last request is sent").atMost(LIMIT).until(thread::isTerminated);
        Exception thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("a request could not be sent", thrown);
        }
    }

    private void send() {
        if (failure.get() != null) {
            return;
        }
        try {
            client.send(requesters.get(next++ % requesters.size()));
        } catch (Exception e) {
            failure.set(e);
        }
    }
}
