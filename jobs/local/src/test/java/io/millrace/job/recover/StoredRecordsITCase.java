package io.millrace.job.recover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.job.JobConfig;
import io.millrace.job.Outbound;
import io.millrace.job.OutboundRecord;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import io.millrace.meter.Charge;
import io.millrace.meter.Evidence;
import io.millrace.settle.Receipt;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.ChargeBuilder;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.RequestBuilder;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a broker has aborted it still has, and what a recovery publishes is there once. */
class StoredRecordsITCase {

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(2);

    @Test
    void recovery_diesHalfWay_whatWasAbortedIsPublishedOnce() throws Exception {
        String servers = BROKER.servers();
        Map<String, String> options = BrokerOptions.of(servers);
        options.put("results.mode", "committed");
        JobConfig config = JobConfig.fromMap(options, 2);
        LedgerReader reader =
                new LedgerReader(
                        config,
                        new VaultChain(
                                config.chain(),
                                JsonRpcVaultClient.over(config.chain().connection()).open()),
                        line -> {});
        Outcome outcome = outcome(0.6f, 0.8f);
        Charge lost =
                ChargeBuilder.charge()
                        .id(outcome.terms().requestId())
                        .sequence(1)
                        .outcome(digest(config, outcome))
                        .build();
        Charge known = ChargeBuilder.charge().id("0xbb").sequence(2).build();
        Receipt wanted = new Receipt(7, 12, 0, 0, EarnedBefore.NOTHING, lost);
        writeAndAbort(servers, outcome, lost, known, wanted);
        assertThat(reader.receipts(Set.of(7L))).containsExactly(wanted);
        assertThat(reader.charges(charge -> charge.equals(lost))).containsExactly(lost);
        List<OutboundRecord> answers = reader.abortedAnswers(List.of(lost, known));
        assertThat(answers)
                .extracting(record -> new String(record.value(), UTF_8))
                .containsExactly(new String(answer(lost, 100).value(), UTF_8));

        LostEvidence evidence = reader.evidence(List.of(lost, known));
        assertThat(evidence.records())
                .singleElement()
                .extracting(OutboundRecord::value)
                .isEqualTo(evidence(outcome).value());
        assertThat(evidence.missing()).as("charges without evidence").isEqualTo(1);

        LedgerMend.Missing missing =
                new LedgerMend.Missing(List.of(lost), List.of(wanted), List.of());
        try (var died = producer(servers, OpenTransactions.recoveryId("millrace"))) {
            send(died, Outbound.of(lost));
            assertThat(OpenTransactions.end(Brokers.at(servers), "millrace").aborted())
                    .containsExactly("millrace-recover");
        }
        List<OutboundRecord> beside = new ArrayList<>(evidence.records());
        beside.addAll(answers);
        LedgerPublisher.publish(config.kafka(), missing, beside);
        assertThat(committed(servers, Topics.CHARGES, Charge.class)).containsExactly(lost);
        assertThat(committed(servers, Topics.RECEIPTS, Receipt.class)).containsExactly(wanted);
        assertThat(reader.abortedAnswers(List.of(lost, known)))
                .as("answers for a second recovery to publish")
                .isEmpty();
        LostEvidence again = reader.evidence(List.of(lost));
        assertThat(again.records()).as("evidence for a second recovery to publish").isEmpty();
        assertThat(again.missing()).isZero();
    }

    private static void writeAndAbort(
            String servers, Outcome outcome, Charge lost, Charge known, Receipt wanted)
            throws Exception {
        try (var sink = producer(servers, "millrace-money-0-1")) {
            send(sink, answer(known, 100));
            sink.commitTransaction();
            sink.beginTransaction();
            send(sink, answer(lost, 99)); // of an attempt that was charged otherwise
            send(sink, answer(lost, 100));
            send(sink, answer(known, 100));
            send(sink, Outbound.of(lost));
            send(sink, evidence(outcome(0.8f, 0.6f))); // of an attempt that was not charged
            send(sink, evidence(outcome));
            send(sink, Outbound.of(wanted));
            send(sink, Outbound.of(new Receipt(6, 11, 0, 0, EarnedBefore.NOTHING, known)));
            sink.abortTransaction();
        }
    }

    private static Outcome outcome(float... embedding) {
        return OutcomeBuilder.outcome(RequestBuilder.request("lost")).embedding(embedding).build();
    }

    private static String digest(JobConfig config, Outcome outcome) {
        return Hex.encode(new OutcomeSignature(config.chain().domain()).digest(outcome));
    }

    private static OutboundRecord evidence(Outcome outcome) {
        byte[] outputHash = OutcomeSignature.outputHash(outcome.output());
        return Outbound.of(requireNonNull(Evidence.of(outcome, outputHash)));
    }

    private static OutboundRecord answer(Charge charge, long debitNano) {
        return new OutboundRecord(
                Topics.RESULTS,
                charge.requestId().getBytes(UTF_8),
                """
                {"id":"%s","charge":{"debitNano":%d},"provider":{"account":%d}}\
                """
                        .formatted(charge.requestId(), debitNano, charge.providerAccount())
                        .getBytes(UTF_8));
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, OutboundRecord record)
            throws Exception {
        producer.send(new ProducerRecord<>(record.topic(), record.key(), record.value())).get();
    }

    private static KafkaProducer<byte[], byte[]> producer(String servers, String id) {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", servers, "transactional.id", id),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static <T> List<T> committed(String servers, String topic, Class<T> type)
            throws Exception {
        List<T> values = new ArrayList<>();
        try (TopicScan scan = new TopicScan(Brokers.at(servers), List.of(topic))) {
            scan.toEnd(record -> values.add(JsonCodec.decode(record.value(), type)));
        }
        return values;
    }
}
