package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestSignature;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Traffic;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent, and what is known of it, with Kafka's own stand-in for a producer. */
class RequestLoadTest {

    private static final int PARTITIONS = 3;
    private static final int MAX_UNACKNOWLEDGED = 2_000;
    private static final byte[] KEY = Keccak.hashUtf8("requester");
    private static final byte[] POOR = Keccak.hashUtf8("poor");
    private static final byte[] STRANGER = Keccak.hashUtf8("stranger");

    private final MockProducer<String, byte[]> answering = producer(true);
    private final MockProducer<String, byte[]> silent = producer(false);
    private int traffics;
    private RequestLoad load = load(answering);

    @AfterEach
    void close() {
        load.close();
    }

    @Test
    void taken_everyRecord_withItsPlaceAndWhatMustBecomeOfIt() throws Exception {
        send(220);
        load.stop();

        List<Expected> taken = load.taken();
        assertThat(taken).hasSameSizeAs(answering.history());
        assertThat(new HashSet<>(taken.stream().map(Expected::place).toList()))
                .as("each lies somewhere else")
                .hasSameSizeAs(taken);
        assertThat(taken).filteredOn(one -> one.refusal() != null).hasSize(22);
        assertThat(taken)
                .filteredOn(one -> one.refusal() == null)
                .extracting(Expected::requestId)
                .doesNotContain("");
    }

    @Test
    void taken_goodRequestsSentTwice_someAndNeverABadOne() throws Exception {
        send(1_000);
        load.stop();

        Map<String, List<Expected>> byId =
                load.taken().stream()
                        .filter(one -> one.refusal() != RejectReason.DUPLICATE)
                        .filter(one -> !one.requestId().isEmpty())
                        .collect(Collectors.groupingBy(Expected::requestId));
        List<List<Expected>> twice =
                byId.values().stream().filter(copies -> copies.size() > 1).toList();
        assertThat(twice).hasSizeBetween(5, 50);
        assertThat(twice)
                .allSatisfy(
                        copies -> {
                            assertThat(copies).hasSize(2);
                            assertThat(copies).allMatch(copy -> copy.refusal() == null);
                        });
    }

    @Test
    void send_sameSeed_sameRecords() {
        send(300);
        MockProducer<String, byte[]> again = producer(true);
        try (RequestLoad other = load(again)) {
            IntStream.range(0, 300).forEach(unused -> other.sendNext());
        }

        assertThat(again.history()).hasSameSizeAs(answering.history());
        assertThat(again.history().get(299).key()).isEqualTo(answering.history().get(299).key());
        assertThat(again.history().get(299).value())
                .isEqualTo(answering.history().get(299).value());
    }

    /** A broker that is away for long would have filled the memory of the harness. */
    @Test
    void send_brokerAway_noMoreThanItMayOwe() {
        load.close();
        load = load(silent);
        send(MAX_UNACKNOWLEDGED + 300);

        int sent = silent.history().size();
        assertThat(sent).isBetween(MAX_UNACKNOWLEDGED, MAX_UNACKNOWLEDGED + 1);
        assertThat(load.taken()).as("nothing is known of it yet").isEmpty();

        silent.flush();
        assertThat(load.taken()).hasSize(sent);
        send(10);
        assertThat(silent.history()).hasSizeGreaterThanOrEqualTo(sent + 10);
    }

    /** Deadlines are counted from the making of the traffic: an hour later they would be over. */
    @Test
    void send_forLong_newTrafficInBetween() {
        assertThat(traffics).isEqualTo(1);
        send(2_000);
        assertThat(traffics).isEqualTo(1);
        send(1);
        assertThat(traffics).isEqualTo(2);
    }

    /** A fault that writes a request must not write one that the load has sent, or will send. */
    @Test
    void unsent_request_isNoneOfTheOthers() throws Exception {
        send(100);
        String requestId = load.unsent().requestId();
        load.stop();

        assertThat(load.taken()).extracting(Expected::requestId).doesNotContain(requestId);
    }

    @Test
    void awaitTakenIn_partitionThatGetsRequests_returns() throws Exception {
        send(100);

        load.awaitTakenIn(PARTITIONS - 1);
    }

    @Test
    void stop_recordRefusedByTheBroker_fails() {
        load.close();
        load = load(silent);
        send(1);
        silent.errorNext(new TimeoutException("for 15 minutes"));
        send(5);

        assertThat(silent.history()).as("nothing after it").hasSize(1);
        assertThat(load.taken()).isEmpty();
        assertThatThrownBy(load::stop)
                .hasMessage("a request could not be sent")
                .hasRootCauseMessage("for 15 minutes");
    }

    @Test
    void stop_producerThatFails_fails() {
        answering.sendException = new IllegalStateException("closed");
        send(3);

        assertThatThrownBy(load::stop).hasRootCauseMessage("closed");
    }

    @Test
    void start_sends_untilStopped() throws Exception {
        load.start(1_000);
        await().until(() -> load.taken().size() >= 20);
        load.stop();
        int sent = answering.history().size();

        assertThat(load.taken()).hasSize(sent);
        load.close();
        assertThat(answering.closed()).isTrue();
        assertThat(answering.history()).hasSize(sent);
    }

    private void send(int requests) {
        for (int i = 0; i < requests; i++) {
            load.sendNext();
        }
    }

    private RequestLoad load(MockProducer<String, byte[]> kafka) {
        return new RequestLoad(new RequestProducer(kafka), this::traffic, POOR, STRANGER, 7);
    }

    private Traffic traffic() {
        traffics++;
        return new Traffic(
                new RequestSignature(new Eip712Domain(1, "0x" + "11".repeat(20))),
                Hex.encode(Keccak.hashUtf8("model")),
                List.of(KEY),
                List.of("one", "two", "three"),
                1_800_000_000_000L);
    }

    private static MockProducer<String, byte[]> producer(boolean answers) {
        Node broker = new Node(0, "127.0.0.1", 1);
        List<PartitionInfo> partitions =
                IntStream.range(0, PARTITIONS)
                        .mapToObj(
                                number ->
                                        new PartitionInfo(
                                                Topics.REQUESTS,
                                                number,
                                                broker,
                                                new Node[] {broker},
                                                new Node[] {broker}))
                        .toList();
        return new MockProducer<>(
                new Cluster("test", List.of(broker), partitions, Set.of(), Set.of()),
                answers,
                new RoundRobinPartitioner(),
                new StringSerializer(),
                new ByteArraySerializer());
    }
}
