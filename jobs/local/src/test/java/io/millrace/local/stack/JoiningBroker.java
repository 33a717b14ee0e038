package io.millrace.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/** A further broker for a cluster that has one: it joins the controller of that. */
public final class JoiningBroker {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private JoiningBroker() {}

    /**
     * Not started yet.
     *
     * @param number of it, not that of another
     * @param first folder of the broker that is there
     * @param own new folder
     */
    public static KafkaBroker in(int number, Path first, Path own)
            throws IOException, InterruptedException {
        Path jars = Installation.locate().brokerJars();
        Path log = own.resolveSibling(own.getFileName() + ".log");
        Properties settings = read(first.resolve("server.properties"));
        String listener = "CLIENT://127.0.0.1:" + Ports.free(1).get(0);
        settings.setProperty("process.roles", "broker");
        settings.setProperty("node.id", Integer.toString(number));
        settings.setProperty("listeners", listener);
        settings.setProperty("advertised.listeners", listener);
        settings.setProperty("log.dirs", own.resolve("data").toString());
        Path file = Files.createDirectories(own).resolve("server.properties");
        Files.write(
                file,
                settings.stringPropertyNames().stream()
                        .map(key -> key + "=" + settings.getProperty(key))
                        .toList());
        String cluster = read(first.resolve("data/meta.properties")).getProperty("cluster.id", "");
        try (ChildProcess format =
                ChildProcess.start(
                        "kafka format",
                        List.of(
                                Jvm.java(),
                                "-Xmx128m",
                                "-cp",
                                jars + "/*",
                                "kafka.tools.StorageTool",
                                "format",
                                "--cluster-id",
                                cluster,
                                "--config",
                                file.toString()),
                        log)) {
            format.requireSuccess(LIMIT);
        }
        return KafkaBroker.in(jars, own, log);
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
