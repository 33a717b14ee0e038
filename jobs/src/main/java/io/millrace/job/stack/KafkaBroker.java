package io.millrace.job.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * A real Kafka broker (KRaft, broker and controller in one) as its own JVM. Its jars never share a
 * classpath with the job, whose Kafka client is older.
 */
public final class KafkaBroker implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final ChildProcess process;
    private final String bootstrapServers;

    private KafkaBroker(ChildProcess process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Formats {@code directory} for a new broker and starts it.
     *
     * @param jars of the broker @param log file for its output
     */
    public static KafkaBroker start(Path jars, Path directory, Path log)
            throws IOException, InterruptedException {
        List<Integer> ports = Ports.free(2);
        String bootstrapServers = "127.0.0.1:" + ports.get(0);
        Files.createDirectories(directory);
        Path properties = directory.resolve("server.properties");
        Files.write(properties, settings(directory, ports.get(0), ports.get(1)));

        String config = properties.toString();
        try (ChildProcess format =
                ChildProcess.start(
                        "kafka format",
                        java(
                                jars,
                                List.of("-Xmx128m"),
                                "kafka.tools.StorageTool",
                                "format",
                                "--cluster-id",
                                Uuid.randomUuid().toString(),
                                "--config",
                                config,
                                "--standalone"),
                        log)) {
            format.requireSuccess(START_LIMIT);
        }
        List<String> options =
                List.of("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-Dlog4j2.level=INFO");
        ChildProcess process =
                ChildProcess.start("kafka", java(jars, options, "kafka.Kafka", config), log);
        try {
            process.awaitReady(() -> nodesOf(bootstrapServers), START_LIMIT);
        } catch (InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
        return new KafkaBroker(process, bootstrapServers);
    }

    /** Address for clients, host:port. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Fails with the end of the broker's log if it is gone. */
    public void requireAlive() {
        process.requireAlive();
    }

    @Override
    public void close() {
        process.close();
    }

    private static List<String> java(
            Path jars, List<String> options, String mainClass, String... arguments) {
        return Stream.of(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                        options.stream(),
                        Stream.of("-cp", jars + "/*", mainClass),
                        Stream.of(arguments))
                .flatMap(part -> part)
                .toList();
    }

    private static List<String> settings(Path directory, int clientPort, int controllerPort) {
        return List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "listeners=CLIENT://127.0.0.1:"
                        + clientPort
                        + ",CONTROLLER://127.0.0.1:"
                        + controllerPort,
                "advertised.listeners=CLIENT://127.0.0.1:" + clientPort,
                "listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name=CLIENT",
                "controller.listener.names=CONTROLLER",
                "controller.quorum.bootstrap.servers=127.0.0.1:" + controllerPort,
                "log.dirs=" + directory.resolve("data"),
                "auto.create.topics.enable=false",
                // One broker: the internal topics cannot have the three replicas of their defaults.
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=4",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "transaction.state.log.num.partitions=4",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1",
                // An open transaction must outlive the longest restart of the job.
                "transaction.max.timeout.ms=3600000",
                "group.initial.rebalance.delay.ms=0");
    }

    private static int nodesOf(String bootstrapServers) throws Exception {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "request.timeout.ms", 2000,
                        "default.api.timeout.ms", 2000);
        try (Admin admin = Admin.create(settings)) {
            return admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).size();
        }
    }
}
