package io.millrace.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker (KRaft, broker and controller in one) as its own JVM. Its jars never share a
 * classpath with the job, whose Kafka client is older.
 */
public final class KafkaBroker {

    /** How long it may stop, at the least, before it is no longer the same to itself. */
    public static final int SESSION_MILLIS = 9_000;

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private static final Pattern CLIENT_PORT = Pattern.compile("CLIENT://127\\.0\\.0\\.1:(\\d+)");

    private final StackProcess process;
    private final String bootstrapServers;

    private KafkaBroker(StackProcess process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * The broker that keeps its records in {@code directory}, formatted if it is new. It is not
     * started yet, and always listens on the same ports.
     *
     * @param jars of the broker
     * @param log file for its output
     */
    public static KafkaBroker in(Path jars, Path directory, Path log)
            throws IOException, InterruptedException {
        return in(jars, directory, log, null);
    }

    /** The same, with another listener if {@code door} is one and the broker is new. */
    static KafkaBroker in(Path jars, Path directory, Path log, StackOptions.@Nullable Door door)
            throws IOException, InterruptedException {
        Path properties = directory.resolve("server.properties");
        if (!Files.exists(properties)) {
            format(jars, directory, properties, log);
            if (door != null) {
                open(door, properties);
            }
        }
        Matcher port = CLIENT_PORT.matcher(Files.readString(properties));
        if (!port.find()) {
            throw new StackException(
                    properties + " names no port for clients; delete " + directory);
        }
        String bootstrapServers = "127.0.0.1:" + port.group(1);
        List<String> options =
                List.of(
                        "-Xms512m", // all of it from the beginning: else it creeps to that
                        "-Xmx512m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-Dlog4j2.level=INFO");
        StackProcess process =
                new StackProcess(
                        "kafka",
                        () ->
                                new StackProcess.Launch(
                                        java(jars, options, "kafka.Kafka", properties.toString()),
                                        Map.of()),
                        log,
                        new StackProcess.Readiness(() -> nodesOf(bootstrapServers), START_LIMIT));
        return new KafkaBroker(process, bootstrapServers);
    }

    private static void format(Path jars, Path directory, Path properties, Path log)
            throws IOException, InterruptedException {
        List<Integer> ports = Ports.free(2);
        Files.createDirectories(directory);
        Path draft = directory.resolve("draft.properties");
        Files.write(draft, settings(directory, ports.get(0), ports.get(1)));
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
                                draft.toString(),
                                "--standalone"),
                        log)) {
            format.requireSuccess(START_LIMIT);
        }
        Files.move(draft, properties, StandardCopyOption.ATOMIC_MOVE); // formatted, or not there
    }

    /** Later settings replace earlier ones. */
    private static void open(StackOptions.Door door, Path properties) throws IOException {
        List<String> more = new ArrayList<>();
        for (String line : Files.readAllLines(properties)) {
            if (line.startsWith("listeners=")) {
                more.add(line + ",DOOR://127.0.0.1:" + door.inside());
            } else if (line.startsWith("advertised.listeners=")) {
                more.add(line + ",DOOR://127.0.0.1:" + door.outside());
            } else if (line.startsWith("listener.security.protocol.map=")) {
                more.add(line + ",DOOR:" + door.protocol());
            }
        }
        more.addAll(door.settings());
        Files.write(properties, more, StandardOpenOption.APPEND);
    }

    /** Address for clients, host:port. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** To start, lose and end it. */
    public StackProcess process() {
        return process;
    }

    private static List<String> java(
            Path jars, List<String> options, String mainClass, String... arguments) {
        return Stream.of(
                        Stream.of(Jvm.java()),
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
                "group.initial.rebalance.delay.ms=0",
                // A broker that was lost is let in again once its last registration has expired.
                // One that stops for longer is fenced by itself, and while no partition has a
                // leader it takes the markers of its transactions for needless: they hang for ever.
                "broker.heartbeat.interval.ms=500",
                // Nobody follows this controller: a record every half second, that says nothing,
                // would only fill its log.
                "metadata.max.idle.interval.ms=10000",
                "broker.session.timeout.ms=" + SESSION_MILLIS);
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
