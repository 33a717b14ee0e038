package io.millrace.local.stack;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker with an authorizer. The job comes without a name, as on brokers without logins; all
 * others log in at a second port.
 */
public final class GuardedBroker implements AutoCloseable {

    /** Whom the broker takes the job for. */
    public static final String JOB = "ANONYMOUS";

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String ADMINISTRATOR = "admin";
    private static final String LOGIN =
            "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"%1$s\" password=\"%1$s\"";

    private final KafkaBroker broker;
    private final int port;

    private GuardedBroker(KafkaBroker broker, int port) {
        this.broker = broker;
        this.port = port;
    }

    /** A running one that knows {@code users}, and lets them do nothing. */
    public static GuardedBroker start(Path folder, String... users) throws Exception {
        KafkaBroker broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(),
                        folder.resolve("kafka"),
                        folder.resolve("kafka.log"));
        int port = Ports.free(1).get(0);
        Path settings = folder.resolve("kafka/server.properties");
        String listeners =
                Files.readAllLines(settings).stream()
                        .filter(line -> line.startsWith("listeners="))
                        .findFirst()
                        .orElseThrow();
        String advertised = "CLIENT://" + broker.bootstrapServers() + ",LOGIN://127.0.0.1:" + port;
        String known =
                Stream.concat(Stream.of(ADMINISTRATOR), Stream.of(users))
                        .map(user -> " user_%1$s=\"%1$s\"".formatted(user))
                        .collect(Collectors.joining());
        String jaas = LOGIN.formatted(ADMINISTRATOR) + known + ";";
        Files.write(
                settings,
                List.of(
                        listeners + ",LOGIN://127.0.0.1:" + port,
                        "advertised.listeners=" + advertised,
                        "listener.security.protocol.map=CLIENT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,"
                                + "CONTROLLER:SASL_PLAINTEXT",
                        "inter.broker.listener.name=LOGIN",
                        "sasl.enabled.mechanisms=PLAIN",
                        "sasl.mechanism.inter.broker.protocol=PLAIN",
                        "sasl.mechanism.controller.protocol=PLAIN",
                        "listener.name.login.plain.sasl.jaas.config=" + jaas,
                        "listener.name.controller.plain.sasl.jaas.config=" + jaas,
                        "authorizer.class.name="
                                + "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users=User:" + ADMINISTRATOR),
                StandardOpenOption.APPEND);
        broker.process().start();
        return new GuardedBroker(broker, port);
    }

    /** Address for the job. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Settings of a client that may do everything. */
    public Map<String, Object> administrator() {
        return client(ADMINISTRATOR);
    }

    /** Settings of a client that logs in as {@code user}. */
    public Map<String, Object> client(String user) {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN.formatted(user) + ";");
    }

    /** Gives {@code user} rights. */
    public void allow(
            Admin admin, String user, ResourceType type, String name, AclOperation... operations)
            throws Exception {
        List<AclBinding> given =
                Stream.of(operations)
                        .map(
                                operation ->
                                        new AclBinding(
                                                new ResourcePattern(
                                                        type, name, PatternType.LITERAL),
                                                new AccessControlEntry(
                                                        "User:" + user,
                                                        "*",
                                                        operation,
                                                        AclPermissionType.ALLOW)))
                        .toList();
        admin.createAcls(given).all().get();
        await("the broker knows of it")
                .atMost(LIMIT)
                .until(() -> Set.copyOf(acls(admin, user, type)).containsAll(given));
    }

    /** Takes all rights of a kind from {@code user}. */
    public void forbid(Admin admin, String user, ResourceType type) throws Exception {
        admin.deleteAcls(List.of(filter(user, type))).all().get();
        await("the broker knows of it")
                .atMost(LIMIT)
                .until(() -> acls(admin, user, type).isEmpty());
    }

    private static Collection<AclBinding> acls(Admin admin, String user, ResourceType type)
            throws Exception {
        return admin.describeAcls(filter(user, type)).values().get();
    }

    private static AclBindingFilter filter(String user, ResourceType type) {
        return new AclBindingFilter(
                new ResourcePatternFilter(type, null, PatternType.LITERAL),
                new AccessControlEntryFilter(
                        "User:" + user, null, AclOperation.ANY, AclPermissionType.ANY));
    }

    @Override
    public void close() {
        broker.process().close();
    }
}
