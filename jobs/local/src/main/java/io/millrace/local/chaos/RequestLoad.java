package io.millrace.local.chaos;

import io.millrace.admit.RequestPlace;
import io.millrace.local.chaos.fault.Load;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Requests of many requesters at a steady rate, from start until closed, a tenth of them bad and
 * some good ones sent twice. Sending is one thread's; what the broker has taken may be read by
 * another.
 */
final class RequestLoad implements AutoCloseable, Load {

    /** Longer than any outage: what was sent once is sent in the end. */
    static final Duration OUTAGE = Duration.ofMinutes(15);

    /** A new traffic after so many: its requests' deadlines are counted from its making. */
    private static final int PER_TRAFFIC = 2_000;

    /** While the broker is away, no more than this many wait for it. */
    private static final int MAX_UNACKNOWLEDGED = 2_000;

    private static final int REPEAT_EVERY = 50;
    private static final long STOP_SECONDS = 120;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration TAKEN_LIMIT = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 100;

    private final Supplier<Traffic> traffics;
    private final byte[] poor;
    private final byte[] stranger;
    private final Random random;
    private final RequestProducer producer;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<Expected> taken = new ConcurrentLinkedQueue<>();
    private final Set<RequestPlace> neverCommitted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private Traffic traffic;
    private int next;

    /**
     * @param producer that is closed with it
     * @param traffics makes requests whose deadlines are still far away
     * @param poor key of a requester whose deposit pays no more than a few words
     * @param stranger key of somebody without an account
     */
    RequestLoad(
            RequestProducer producer,
            Supplier<Traffic> traffics,
            byte[] poor,
            byte[] stranger,
            long seed) {
        this.traffics = traffics;
        this.traffic = traffics.get();
        this.poor = poor.clone();
        this.stranger = stranger.clone();
        this.random = new Random(seed);
        this.producer = producer;
    }

    /** Begins to send. */
    void start(int perSecond) {
        long pauseMicros = 1_000_000 / perSecond;
        // What goes wrong is kept by sendNext itself.
        var unused =
                thread.scheduleAtFixedRate(this::sendNext, 0, pauseMicros, TimeUnit.MICROSECONDS);
    }

    /** What the broker has taken so far; grows while the load runs. */
    List<Expected> taken() {
        return List.copyOf(taken);
    }

    /**
     * Stops sending and waits until the broker has taken everything.
     *
     * @throws IllegalStateException if something could not be sent
     */
    void stop() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the load does not stop");
        }
        producer.flush();
        Exception thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("a request could not be sent", thrown);
        }
    }

    /** Places of records that were written and never committed. */
    Set<RequestPlace> neverCommitted() {
        return Set.copyOf(neverCommitted);
    }

    @Override
    public Traffic.Item unsent() {
        return traffics.get().goodRequest(PER_TRAFFIC); // behind all that the load itself sends
    }

    @Override
    public void neverCommitted(RequestPlace place) {
        neverCommitted.add(place);
    }

    @Override
    public void awaitTakenIn(int partition) throws InterruptedException {
        long giveUpNanos = System.nanoTime() + TAKEN_LIMIT.toNanos();
        while (taken.stream().noneMatch(one -> one.place().topicPartition() == partition)) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IllegalStateException(
                        "no request has come into partition %d for %d s"
                                .formatted(partition, TAKEN_LIMIT.toSeconds()));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        producer.close(CLOSE_LIMIT);
    }

    /** Sends one request, unless too many wait for the broker or something has gone wrong. */
    void sendNext() {
        if (failure.get() != null || waiting.get() >= MAX_UNACKNOWLEDGED) {
            return;
        }
        try {
            if (next == PER_TRAFFIC) {
                traffic = traffics.get();
                next = 0;
            }
            Traffic.Item item = traffic.mixed(next++, poor, stranger);
            send(item, null);
            if (item.fault() == null && random.nextInt(REPEAT_EVERY) == 0) {
                repeat(item);
            }
        } catch (Exception e) { // a scheduled task that throws would stop in silence
            failure.set(e);
        }
    }

    /**
     * The same request again, at once, in another partition: whichever copy admission meets first
     * is the request, so neither copy's end is known beforehand.
     */
    private void repeat(Traffic.Item item) {
        send(item, random.nextInt(producer.partitions()));
    }

    private void send(Traffic.Item item, @Nullable Integer partition) {
        waiting.incrementAndGet();
        Callback end =
                (at, refusal) -> {
                    waiting.decrementAndGet();
                    if (refusal != null) {
                        failure.compareAndSet(null, refusal);
                    } else {
                        taken.add(
                                new Expected(
                                        new RequestPlace(at.partition(), at.offset()),
                                        item.requestId(),
                                        item.fault()));
                    }
                };
        producer.send(item, partition, end);
    }
}
