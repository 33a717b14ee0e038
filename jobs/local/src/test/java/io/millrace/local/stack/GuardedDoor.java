package io.millrace.local.stack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A listener of a stack's broker that speaks TLS and asks for a password, and what clients need to
 * come in.
 */
public final class GuardedDoor {

    private static final String USER = "millrace";
    private static final long LIMIT_SECONDS = 60;

    private final Path folder;
    private final int port;
    private final String password = UUID.randomUUID().toString();

    private GuardedDoor(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** With a certificate of its own, in {@code folder}. */
    public static GuardedDoor in(Path folder) throws IOException, InterruptedException {
        GuardedDoor door = new GuardedDoor(Files.createDirectories(folder), Ports.free(1).get(0));
        door.keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=broker",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-storetype",
                "PKCS12");
        door.keytool("-exportcert", "-rfc", "-file", door.certificate().toString());
        return door;
    }

    /** For the stack to open. */
    public StackOptions.Door door() {
        String of = "listener.name.door.";
        return new StackOptions.Door(
                port,
                port,
                "SASL_SSL",
                List.of(
                        of + "ssl.keystore.type=PKCS12",
                        of + "ssl.keystore.location=" + keys(),
                        of + "ssl.keystore.password=" + password,
                        of + "sasl.enabled.mechanisms=PLAIN",
                        of + "plain.sasl.jaas.config=" + login("user_", password)));
    }

    /** Its address. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Files under {@code root} that hold the password, beside the broker's and the clients'. */
    public List<Path> leaksIn(Path root) throws IOException {
        String sought = new String(password.getBytes(UTF_8), ISO_8859_1);
        List<Path> leaks = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(folder)
                        && !file.endsWith("kafka/server.properties")
                        && holds(file, sought)) {
                    leaks.add(file);
                }
            }
        }
        return leaks;
    }

    private static boolean holds(Path file, String sought) throws IOException {
        try {
            return Files.readString(file, ISO_8859_1).contains(sought);
        } catch (NoSuchFileException e) {
            return false; // a checkpoint that was replaced meanwhile
        }
    }

    /** A client's file with the right password. */
    public Path clientFile() throws IOException {
        return clientFile("client.properties", password);
    }

    /** A client's file with another password. */
    public Path wrongFile() throws IOException {
        return clientFile("wrong.properties", password + "?");
    }

    /** For clients in other languages: how to come in, and what of {@code stack} to ask. */
    public Path doorFile(StackFile stack) throws IOException {
        return Files.writeString(
                folder.resolve("door.json"),
                new ObjectMapper()
                        .writeValueAsString(
                                Map.of(
                                        "brokers", List.of(bootstrapServers()),
                                        "ca", certificate().toString(),
                                        "username", USER,
                                        "password", password,
                                        "rpcUrl", stack.rpcUrl(),
                                        "chainId", stack.chainId(),
                                        "vault", stack.vault(),
                                        "model", stack.model())));
    }

    private Path clientFile(String name, String says) throws IOException {
        Properties client = new Properties();
        client.setProperty("security.protocol", "SASL_SSL");
        client.setProperty("sasl.mechanism", "PLAIN");
        client.setProperty("sasl.jaas.config", login("", says));
        client.setProperty("ssl.truststore.type", "PEM");
        client.setProperty("ssl.truststore.location", certificate().toString());
        Path file = folder.resolve(name);
        try (var out = Files.newBufferedWriter(file)) {
            client.store(out, null);
        }
        return file;
    }

    /** Of a client that says its name, or of a server that knows it. */
    private static String login(String server, String says) {
        String user =
                server.isEmpty()
                        ? " username=\"%s\" password=\"%s\"".formatted(USER, says)
                        : " %s%s=\"%s\"".formatted(server, USER, says);
        return "org.apache.kafka.common.security.plain.PlainLoginModule required" + user + ";";
    }

    private Path keys() {
        return folder.resolve("broker.p12");
    }

    private Path certificate() {
        return folder.resolve("broker.pem");
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        arguments[0],
                        "-alias",
                        "broker",
                        "-keystore",
                        keys().toString(),
                        "-storepass:env",
                        "STORE_PASSWORD");
        builder.command().addAll(List.of(arguments).subList(1, arguments.length));
        builder.environment().put("STORE_PASSWORD", password);
        Path log = folder.resolve("keytool.log");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
