package io.millrace.local.stack;

import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One broker for all tests that need nothing else of a stack, as its start takes longer than most
 * of them. Each finds the job's topics new and empty, and no transaction open. A test that kills or
 * configures a broker has one of its own. It belongs to the process, as a fork runs each class by
 * itself, and ends with it.
 */
public final class SharedBroker implements BeforeEachCallback {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** So that a test does not wait ten seconds for a transaction whose time is over. */
    private static final String SETTINGS =
            "\ntransaction.abort.timed.out.transaction.cleanup.interval.ms=500\n";

    private final int partitions;
    private String servers = "";

    /**
     * For a class's static field with {@code @RegisterExtension}.
     *
     * @param partitions of the topics without a total order
     */
    public SharedBroker(int partitions) {
        this.partitions = partitions;
    }

    /** Address for clients. */
    public String servers() {
        return servers;
    }

    /** Sets what a topic is to have until the end of the test. */
    public void set(String topic, String setting, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set =
                new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
            // The controller acknowledges it before the broker has heard of it.
            await("the broker knows " + setting)
                    .atMost(LIMIT)
                    .until(() -> value.equals(setting(admin, resource, setting)));
        }
    }

    private static String setting(Admin admin, ConfigResource resource, String setting)
            throws Exception {
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(resource)).all().get().get(resource))
                .get(setting)
                .value();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        servers = Running.BROKER.bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            endTransactions(admin);
            deleteTopics(admin);
            TopicSettings.create(admin, partitions);
        }
    }

    private static void endTransactions(Admin admin) throws Exception {
        Collection<TransactionListing> open =
                admin.listTransactions(
                                new ListTransactionsOptions()
                                        .filterStates(Set.of(TransactionState.ONGOING)))
                        .all()
                        .get();
        admin.fenceProducers(open.stream().map(TransactionListing::transactionalId).toList())
                .all()
                .get();
    }

    /** Also waits until the broker has heard of it: the controller acknowledges it before. */
    private static void deleteTopics(Admin admin) throws Exception {
        List<String> old = ours(admin);
        admin.deleteTopics(old).all().get();
        await("the topics are gone").atMost(LIMIT).until(() -> ours(admin).isEmpty());
    }

    private static List<String> ours(Admin admin) throws Exception {
        return admin.listTopics().names().get().stream().filter(Topics.ALL::contains).toList();
    }

    /** Once a test asks for it. */
    private static final class Running {

        static final KafkaBroker BROKER = started();

        private Running() {}

        private static KafkaBroker started() {
            try {
                Path folder = Files.createTempDirectory("broker");
                KafkaBroker broker =
                        KafkaBroker.in(
                                Installation.locate().brokerJars(),
                                folder.resolve("kafka"),
                                folder.resolve("kafka.log"));
                Files.writeString(
                        folder.resolve("kafka/server.properties"),
                        SETTINGS,
                        StandardOpenOption.APPEND);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(broker, folder)));
                broker.process().start();
                return broker;
            } catch (Exception e) {
                throw new IllegalStateException("the broker does not start", e);
            }
        }

        private static void end(KafkaBroker broker, Path folder) {
            broker.process().close();
            FileUtils.deleteDirectoryQuietly(folder.toFile());
        }
    }
}
