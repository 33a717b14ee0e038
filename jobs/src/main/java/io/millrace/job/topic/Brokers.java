package io.millrace.job.topic;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Where the brokers are, and how Kafka's clients log in there. The settings of the login are read
 * from their file by the process that makes a client, each time it makes one: the job's graph,
 * which Flink stores, holds no password, and what is rotated counts from the next restart on.
 *
 * @param servers host:port, comma-separated
 * @param clientFile properties of Kafka's clients, at the same path wherever one is made; empty if
 *     the brokers ask for no login
 */
public record Brokers(String servers, String clientFile) implements Serializable {

    /** What says who the client is, and nothing of how it reads or writes: that is the engine's. */
    private static final Pattern LOGIN = Pattern.compile("(security|sasl|ssl)\\.[A-Za-z0-9.-]+");

    /** Of these, Kafka's references to a file in its settings are made. */
    private static final Pattern UNFIT = Pattern.compile("[:{}$]");

    private static final String PROVIDERS = "config.providers";
    private static final String PROVIDER = "file";

    /** Refuses a path that cannot be referred to. */
    public Brokers {
        requireNonNull(servers, "servers is null");
        requireNonNull(clientFile, "clientFile is null");
        if (UNFIT.matcher(clientFile).find()) {
            throw new IllegalArgumentException(
                    "--kafka.client.file is %s; give a path without any of : { } $"
                            .formatted(clientFile));
        }
    }

    /** Brokers that ask for no login. */
    public static Brokers at(String servers) {
        return new Brokers(servers, "");
    }

    /** An admin client, for the caller to close. */
    public Admin admin() {
        return Admin.create(settings());
    }

    /**
     * Settings of a client that this process makes, for the caller to add to.
     *
     * @throws IllegalArgumentException if the file cannot be read, or says what is not its to say
     */
    public Properties settings() {
        Properties settings = login();
        settings.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        return settings;
    }

    /**
     * Settings of a client that Flink's connector makes, wherever its task runs: they refer to the
     * file, and Kafka's {@link FileConfigProvider} reads it there.
     *
     * @throws IllegalArgumentException as {@link #settings} does: the file must lie here, too
     */
    public Properties references() {
        Properties references = new Properties();
        for (String key : login().stringPropertyNames()) {
            references.setProperty(key, "${%s:%s:%s}".formatted(PROVIDER, clientFile, key));
        }
        if (!references.isEmpty()) {
            references.setProperty(PROVIDERS, PROVIDER);
            references.setProperty(
                    "%s.%s.class".formatted(PROVIDERS, PROVIDER),
                    FileConfigProvider.class.getName());
        }
        return references;
    }

    private Properties login() {
        Properties login = new Properties();
        if (clientFile.isEmpty()) {
            return login;
        }
        try (Reader file = Files.newBufferedReader(Path.of(clientFile))) {
            login.load(file);
        } catch (IOException | IllegalArgumentException e) {
            // Not the cause's words: they may quote the file.
            throw new IllegalArgumentException(
                    "--kafka.client.file %s cannot be read (%s); mount it at this path for the JobManager, the TaskManagers and whoever submits the job"
                            .formatted(clientFile, e.getClass().getSimpleName()));
        }
        TreeSet<String> others =
                login.stringPropertyNames().stream()
                        .filter(key -> !LOGIN.matcher(key).matches())
                        .collect(Collectors.toCollection(TreeSet::new));
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "--kafka.client.file %s sets %s; it may set security.*, sasl.* and ssl.*, all else is the engine's"
                            .formatted(clientFile, others));
        }
        return login;
    }

    /** The addresses, for messages. */
    @Override
    public String toString() {
        return servers;
    }
}
