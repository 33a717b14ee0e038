package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.Installation;
import io.millrace.local.stack.KafkaBroker;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TopicSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaTopicChecksITCase {

    private static final String CLOCK = "message.timestamp.type";
    private static final String BATCH = "max.message.bytes";
    private static final String RECORD = "max.decompressed.message.bytes";

    @TempDir private Path folder;

    @Test
    void verify_eachWrongSetting_refusedByItsName() throws Exception {
        KafkaBroker broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(),
                        folder.resolve("kafka"),
                        folder.resolve("kafka.log"));
        try (StackProcess process = broker.process()) {
            process.start();
            assertChecks(broker);
        }
    }

    private static void assertChecks(KafkaBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            TopicSettings.create(admin, 1);
            assertThatCode(() -> verify(broker)).doesNotThrowAnyException();

            assertRefused(broker, admin, Topics.REQUESTS, CLOCK, "CreateTime");
            assertRefused(broker, admin, Topics.REQUESTS, BATCH, "1048588");
            assertRefused(broker, admin, Topics.REQUESTS, RECORD, "2147483639");
            assertRefused(broker, admin, Topics.CHARGES, "cleanup.policy", "compact");
            assertRefused(broker, admin, Topics.TRANSACTIONS, "flush.messages", "2");
            assertRefused(broker, admin, Topics.CHARGES, "retention.ms", "604800000");
            assertRefused(broker, admin, Topics.EPOCHS, "retention.bytes", "1073741824");
            assertRefused(broker, admin, Topics.REQUESTS, "retention.ms", "3600000");
            assertRefused(broker, admin, Topics.REQUESTS, "retention.bytes", "1073741824");
            assertBrokers(broker);

            // Brokers that know no limit of records hold bombs off by storing nothing compressed.
            set(admin, Topics.REQUESTS, RECORD, "2147483639");
            set(admin, Topics.REQUESTS, "compression.type", "uncompressed");
            assertThatCode(() -> verify(broker)).doesNotThrowAnyException();
        }
    }

    private static void assertBrokers(KafkaBroker broker) {
        String servers = broker.bootstrapServers();
        Duration hour = Duration.ofHours(1);
        assertThatCode(() -> KafkaBrokerChecks.verify(servers, hour, hour))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> KafkaBrokerChecks.verify(servers, hour.plusMillis(1), hour))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("transaction.max.timeout.ms=3600000");
        assertThatThrownBy(() -> KafkaBrokerChecks.verify(servers, hour, Duration.ofDays(30)))
                .as("requests that may wait longer than the topic keeps them")
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inference.requests has retention.ms=");
    }

    /** They would forget what a savepoint is to commit. */
    @Test
    void verify_brokersThatForgetTransactionalIdsSoon_refusedByThatSetting() throws Exception {
        KafkaBroker broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(),
                        folder.resolve("kafka"),
                        folder.resolve("kafka.log"));
        Files.writeString(
                folder.resolve("kafka/server.properties"),
                "\ntransactional.id.expiration.ms=3600000\n",
                StandardOpenOption.APPEND);
        try (StackProcess process = broker.process()) {
            process.start();
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                TopicSettings.create(admin, 1);
            }
            Duration hour = Duration.ofHours(1);
            assertThatThrownBy(
                            () -> KafkaBrokerChecks.verify(broker.bootstrapServers(), hour, hour))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("transactional.id.expiration.ms=3600000");
        }
    }

    private static void assertRefused(
            KafkaBroker broker, Admin admin, String topic, String setting, String wrong)
            throws Exception {
        set(admin, topic, setting, wrong);
        assertThatThrownBy(() -> verify(broker))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(topic)
                .hasMessageContaining(setting + "=" + wrong);
        set(admin, topic, setting, right(topic, setting));
    }

    private static void verify(KafkaBroker broker) {
        KafkaTopicChecks.verify(broker.bootstrapServers(), 1);
    }

    private static String right(String topic, String setting) {
        return switch (setting) {
            case CLOCK -> "LogAppendTime";
            case BATCH, RECORD -> "1048576";
            case "flush.messages" -> "1";
            case "retention.bytes" -> "-1";
            case "retention.ms" -> topic.equals(Topics.REQUESTS) ? "604800000" : "-1";
            default -> "delete";
        };
    }

    /** Also waits until the broker says so: the controller acknowledges the change before it. */
    private static void set(Admin admin, String topic, String setting, String value)
            throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        admin.incrementalAlterConfigs(
                        Map.of(
                                resource,
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry(setting, value),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
        await().untilAsserted(() -> assertThat(setting(admin, resource, setting)).isEqualTo(value));
    }

    private static String setting(Admin admin, ConfigResource resource, String setting)
            throws Exception {
        Map<ConfigResource, Config> configs = admin.describeConfigs(List.of(resource)).all().get();
        return Objects.requireNonNull(configs.get(resource)).get(setting).value();
    }
}
