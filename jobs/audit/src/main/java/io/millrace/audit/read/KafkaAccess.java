package io.millrace.audit.read;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where the brokers are, and how Kafka's clients log in there.
 *
 * @param servers host:port, comma-separated
 * @param login settings of Kafka's clients: security.*, sasl.* and ssl.*, none if the brokers ask
 *     for none
 */
public record KafkaAccess(String servers, Map<String, String> login) {

    private static final Pattern LOGIN = Pattern.compile("(security|sasl|ssl)\\..+");

    /**
     * Copies.
     *
     * @throws IllegalArgumentException if the login says what is not its to say
     */
    public KafkaAccess {
        requireNonNull(servers, "servers is null");
        login = Map.copyOf(login);
        TreeSet<String> others = new TreeSet<>(login.keySet());
        others.removeIf(key -> LOGIN.matcher(key).matches());
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "the settings of Kafka's clients name %s; they may be security.*, sasl.* and ssl.*, no others"
                            .formatted(others));
        }
    }

    /** Brokers that ask for no login. */
    public static KafkaAccess at(String servers) {
        return new KafkaAccess(servers, Map.of());
    }

    /**
     * As the job's options say it.
     *
     * @param clientFile properties file of the login, empty for none
     * @throws IllegalArgumentException if the file cannot be read, or names other settings
     */
    public static KafkaAccess of(String servers, String clientFile) {
        Map<String, String> login = new HashMap<>();
        if (!clientFile.isEmpty()) {
            Properties read = new Properties();
            try (Reader file = Files.newBufferedReader(Path.of(clientFile))) {
                read.load(file);
            } catch (IOException | IllegalArgumentException e) {
                // Not the cause's words: they may quote the file.
                throw new IllegalArgumentException(
                        "--kafka.client.file %s cannot be read (%s); give the properties of a Kafka client"
                                .formatted(clientFile, e.getClass().getSimpleName()));
            }
            read.stringPropertyNames().forEach(key -> login.put(key, read.getProperty(key)));
        }
        return new KafkaAccess(servers, login);
    }

    /** For the caller to add to. */
    public Properties settings() {
        Properties settings = new Properties();
        settings.putAll(login);
        settings.setProperty("bootstrap.servers", servers);
        return settings;
    }

    /** The addresses alone, for messages: a login holds passwords. */
    @Override
    public String toString() {
        return servers;
    }
}
