package io.millrace.local;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestSignature;
import io.millrace.audit.Audit;
import io.millrace.audit.AuditConfig;
import io.millrace.audit.Books;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * All requesters of a running stack in one client: signs and sends, remembers what it sent, and
 * watches what comes of it. Sending is for any thread, watching for one.
 */
final class StackClient implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration TIME_TO_ANSWER = Duration.ofMinutes(30);
    private static final long MAX_FEE_NANO = 20_000;
    private static final long LIST_EVERY = 4;
    private static final String TEXT =
            "Call me Ishmael. Some years ago, never mind how long precisely, having little or no"
                    + " money in my purse, and nothing particular to interest me on shore, I"
                    + " thought I would sail about a little and see the watery part of the world.";

    private final LocalStack running;
    private final StackFile stack;
    private final RequestSignature signature;
    private final RequestCodec codec = new RequestCodec(256 * 1024);
    private final KafkaProducer<String, byte[]> producer;
    private final TopicsView view;
    private final AtomicLong nonce = new AtomicLong();
    private final ConcurrentLinkedQueue<SentRequest> sent = new ConcurrentLinkedQueue<>();

    StackClient(LocalStack running) {
        this.running = running;
        this.stack = running.file();
        this.signature = new RequestSignature(new Eip712Domain(stack.chainId(), stack.vault()));
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", stack.bootstrapServers(), "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        this.view = new TopicsView(stack.bootstrapServers());
    }

    /** With a view of what {@code running} publishes from now on. */
    static StackClient fromNowOn(LocalStack running) throws IOException {
        StackClient client = new StackClient(running);
        client.view.skip();
        return client;
    }

    StackFile stack() {
        return stack;
    }

    /** What the stack has published, as far as it has been waited for. */
    TopicsView view() {
        return view;
    }

    /** Every request sent so far, copies apart. */
    List<SentRequest> sent() {
        return List.copyOf(sent);
    }

    /** A request that is signed and not sent. */
    record Signed(String requestId, String requester, byte[] value) {}

    /** Sends a new valid request of {@code requester}; returns once Kafka has it. */
    SentRequest send(Account requester) throws Exception {
        return send(requester, requester.address(), List.of());
    }

    /** The same in a record with any key, and with headers. */
    SentRequest send(Account requester, @Nullable String key, List<Header> headers)
            throws Exception {
        Signed request = sign(requester);
        SentRequest taken =
                append(
                        request.requestId(),
                        request.requester(),
                        new ProducerRecord<>(Topics.REQUESTS, null, key, request.value(), headers));
        sent.add(taken);
        return taken;
    }

    /** The same, into {@code partition}. */
    SentRequest send(Account requester, int partition) throws Exception {
        Signed request = sign(requester);
        SentRequest taken =
                append(
                        request.requestId(),
                        request.requester(),
                        new ProducerRecord<>(
                                Topics.REQUESTS, partition, request.requester(), request.value()));
        sent.add(taken);
        return taken;
    }

    /** A new valid request of {@code requester}, for the test to send: every fourth for a list. */
    Signed sign(Account requester) throws IOException {
        long number = nonce.incrementAndGet();
        String text = number + ". " + TEXT.repeat(1 + (int) (number % 3));
        long deadline = System.currentTimeMillis() + TIME_TO_ANSWER.toMillis();
        byte[] key = KeyFile.read(Path.of(requester.keyFile()));
        InferenceRequest request =
                number % LIST_EVERY == 0
                        ? signature.sign(
                                stack.model(),
                                List.of(number + ".", TEXT, "Call me Ishmael."),
                                3 * MAX_FEE_NANO,
                                deadline,
                                number,
                                key)
                        : signature.sign(stack.model(), text, MAX_FEE_NANO, deadline, number, key);
        return new Signed(
                Hex.encode(signature.digest(request)), request.requester(), codec.encode(request));
    }

    /** Sends {@code number} new valid requests, the stack's requesters in turns. */
    List<SentRequest> send(int number) throws Exception {
        List<SentRequest> requests = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            requests.add(send(stack.requesters().get(i % stack.requesters().size())));
        }
        return requests;
    }

    /** Appends a copy of {@code request} to the next partition. */
    SentRequest repeat(SentRequest request) throws Exception {
        int partitions = producer.partitionsFor(Topics.REQUESTS).size();
        return append(
                request.requestId(),
                request.requester(),
                new ProducerRecord<>(
                        Topics.REQUESTS,
                        (request.partition() + 1) % partitions,
                        request.requester(),
                        request.value()));
    }

    /** Waits for what the topics are to say. */
    void awaitThat(String what, Predicate<TopicsView> condition) {
        awaitThat(what, LIMIT, condition);
    }

    /** The same, no longer than {@code limit}. */
    void awaitThat(String what, Duration limit, Predicate<TopicsView> condition) {
        Awaitility.await(what)
                .atMost(limit)
                .pollInterval(POLL)
                .until(
                        () -> {
                            view.poll();
                            return condition.test(view);
                        });
    }

    /** Waits until all that was sent is charged or refused, and all that is charged is final. */
    void awaitSettled() throws Exception {
        awaitThat("every request charged or refused", v -> sent.stream().allMatch(v::ended));
        awaitThat("every charge final on chain", TopicsView::settled);
        running.requireHealthy();
    }

    /** The books, with nothing left open. */
    Books audit() throws IOException {
        return Audit.run(
                new AuditConfig(
                        KafkaAccess.at(stack.bootstrapServers()),
                        stack.rpcUrl(),
                        stack.vault(),
                        stack.registry(),
                        stack.startBlock(),
                        true));
    }

    @Override
    public void close() {
        view.close();
        producer.close();
    }

    private SentRequest append(
            String requestId, String requester, ProducerRecord<String, byte[]> record)
            throws Exception {
        RecordMetadata at = producer.send(record).get();
        return new SentRequest(
                requestId, requester, record.value(), at.partition(), at.offset(), at.timestamp());
    }
}
