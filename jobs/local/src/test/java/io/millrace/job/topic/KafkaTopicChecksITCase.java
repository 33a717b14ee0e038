package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.window.ChallengeWindow;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.KafkaBroker;
import io.millrace.local.stack.SharedBroker;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TopicSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class KafkaTopicChecksITCase {

    private static final String CLOCK = "message.timestamp.type";
    private static final String BATCH = "max.message.bytes";
    private static final String RECORD = "max.decompressed.message.bytes";

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @TempDir private Path folder;

    @Test
    void verify_eachWrongSetting_refusedByItsName() throws Exception {
        assertThatCode(KafkaTopicChecksITCase::verify).doesNotThrowAnyException();

        assertRefused(Topics.REQUESTS, CLOCK, "CreateTime");
        assertRefused(Topics.REQUESTS, BATCH, "1048588");
        assertRefused(Topics.REQUESTS, RECORD, "2147483639");
        assertRefused(Topics.CHARGES, "cleanup.policy", "compact");
        assertRefused(Topics.TRANSACTIONS, "flush.messages", "2");
        assertRefused(Topics.CHARGES, "retention.ms", "604800000");
        assertRefused(Topics.EVIDENCE, "retention.ms", "86400000");
        assertRefused(Topics.EVIDENCE, "cleanup.policy", "compact");
        assertRefused(Topics.REJECTIONS, "retention.ms", "1295999999");
        assertRefused(Topics.REJECTIONS, "cleanup.policy", "compact");
        assertRefused(Topics.EPOCHS, "retention.bytes", "1073741824");
        assertRefused(Topics.REQUESTS, "retention.ms", "3600000");
        assertRefused(Topics.REQUESTS, "retention.bytes", "1073741824");
        assertBrokers();

        // Brokers that know no limit of records hold bombs off by storing nothing compressed.
        BROKER.set(Topics.REQUESTS, RECORD, "2147483639");
        BROKER.set(Topics.REQUESTS, "compression.type", "uncompressed");
        assertThatCode(KafkaTopicChecksITCase::verify).doesNotThrowAnyException();
    }

    /** A vault of 30-hour buckets lets anyone challenge for longer than a week. */
    @Test
    void verify_vaultOfLargeBuckets_evidenceMustOutliveItsWindow() throws Exception {
        EvidenceRetention needed = EvidenceRetention.of(new ChallengeWindow(108_000, 64_800));
        long hours = 7 * 30 + 18 + 24;
        assertThat(needed.millis()).isEqualTo(Duration.ofHours(hours).toMillis());
        String eightDays = Long.toString(Duration.ofDays(8).toMillis());
        BROKER.set(Topics.EVIDENCE, "retention.ms", eightDays);

        assertThatCode(KafkaTopicChecksITCase::verify).doesNotThrowAnyException();
        assertThatThrownBy(() -> KafkaTopicChecks.verify(Brokers.at(BROKER.servers()), 1, needed))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("topic inference.evidence has retention.ms=" + eightDays)
                .hasMessageContaining("BUCKET of 108000 s")
                .hasMessageContaining("RESPONSE of 64800 s")
                .hasMessageEndingWith("set it to at least " + Duration.ofHours(hours).toMillis());

        BROKER.set(Topics.EVIDENCE, "retention.ms", Long.toString(needed.millis()));
        assertThatCode(() -> KafkaTopicChecks.verify(Brokers.at(BROKER.servers()), 1, needed))
                .doesNotThrowAnyException();
        assertThat(EvidenceRetention.of(new ChallengeWindow(10, 5)).millis())
                .as("never less than a week")
                .isEqualTo(EvidenceRetention.LEAST.millis());
    }

    /** Once a recovery read requests again whose refusals were gone, and they were charged. */
    @Test
    void verify_requestsKeptLonger_refusalsMustOutliveThem() throws Exception {
        String twoWeeks = Long.toString(Duration.ofDays(14).toMillis());
        BROKER.set(Topics.REQUESTS, "retention.ms", twoWeeks);
        String needed = Long.toString(Duration.ofDays(14 + 7 + 1).toMillis());
        assertThatThrownBy(KafkaTopicChecksITCase::verify)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("topic inference.rejections has retention.ms=1296000000")
                .hasMessageContaining(
                        "retention.ms (%s) and segment.ms (604800000) of inference.requests"
                                .formatted(twoWeeks))
                .hasMessageEndingWith("set it to at least " + needed);
        BROKER.set(Topics.REJECTIONS, "retention.ms", needed);
        assertThatCode(KafkaTopicChecksITCase::verify).doesNotThrowAnyException();

        BROKER.set(Topics.REQUESTS, "retention.ms", "-1");
        assertThatThrownBy(KafkaTopicChecksITCase::verify).hasMessageEndingWith("set it to -1");
        BROKER.set(Topics.REJECTIONS, "retention.ms", "-1");
        assertThatCode(KafkaTopicChecksITCase::verify).doesNotThrowAnyException();
    }

    private static void assertBrokers() {
        String servers = BROKER.servers();
        Duration hour = Duration.ofHours(1);
        assertThatCode(() -> KafkaBrokerChecks.verify(Brokers.at(servers), hour, hour))
                .doesNotThrowAnyException();
        assertThatThrownBy(
                        () ->
                                KafkaBrokerChecks.verify(
                                        Brokers.at(servers), hour.plusMillis(1), hour))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("transaction.max.timeout.ms=3600000");
        assertThatThrownBy(
                        () ->
                                KafkaBrokerChecks.verify(
                                        Brokers.at(servers), hour, Duration.ofDays(30)))
                .as("requests that may wait longer than the topic keeps them")
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inference.requests has retention.ms=");
    }

    /** They would forget what a savepoint is to commit. */
    @Test
    void verify_brokersThatForgetTransactionalIdsSoon_refusedUntilItIsSet() throws Exception {
        Path settings = folder.resolve("kafka/server.properties");
        Duration hour = Duration.ofHours(1);
        KafkaBroker broker = broker();
        String right = Files.readString(settings);
        Files.writeString(settings, right + "\ntransactional.id.expiration.ms=3600000\n");
        try (StackProcess process = broker.process()) {
            process.start();
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                TopicSettings.create(admin, 1);
            }
            assertThatThrownBy(
                            () ->
                                    KafkaBrokerChecks.verify(
                                            Brokers.at(broker.bootstrapServers()), hour, hour))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("transactional.id.expiration.ms=3600000");
        }
        Files.writeString(settings, right + "\ntransactional.id.expiration.ms=604800000\n");
        try (StackProcess process = broker().process()) {
            process.start();
            assertThatCode(
                            () ->
                                    KafkaBrokerChecks.verify(
                                            Brokers.at(broker.bootstrapServers()), hour, hour))
                    .doesNotThrowAnyException();
        }
    }

    private KafkaBroker broker() throws Exception {
        return KafkaBroker.in(
                Installation.locate().brokerJars(),
                folder.resolve("kafka"),
                folder.resolve("kafka.log"));
    }

    private static void assertRefused(String topic, String setting, String wrong) throws Exception {
        BROKER.set(topic, setting, wrong);
        assertThatThrownBy(KafkaTopicChecksITCase::verify)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(topic)
                .hasMessageContaining(setting + "=" + wrong);
        BROKER.set(topic, setting, right(topic, setting));
    }

    private static void verify() {
        KafkaTopicChecks.verify(Brokers.at(BROKER.servers()), 1, EvidenceRetention.LEAST);
    }

    private static String right(String topic, String setting) {
        return switch (setting) {
            case CLOCK -> "LogAppendTime";
            case BATCH, RECORD -> "1048576";
            case "flush.messages" -> "1";
            case "retention.bytes" -> "-1";
            case "retention.ms" ->
                    switch (topic) {
                        case Topics.REQUESTS -> "604800000";
                        case Topics.REJECTIONS -> "1296000000";
                        default -> "-1";
                    };
            default -> "delete";
        };
    }
}
