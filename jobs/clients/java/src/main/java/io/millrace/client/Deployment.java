package io.millrace.client;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.audit.read.KafkaAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where an engine is reached, and the contracts that its signatures are bound to.
 *
 * @param kafka its brokers, and how to log in there
 * @param rpcUrl JSON-RPC of a node of the L2: yours, if you are to trust nobody
 * @param chainId EIP-155
 * @param vault address of the SettlementVault
 * @param model id of the model that is asked unless a request names another
 */
public record Deployment(
        KafkaAccess kafka, String rpcUrl, long chainId, String vault, String model) {

    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{40}");
    private static final Pattern MODEL = Pattern.compile("0x[0-9a-f]{64}");

    /**
     * Takes hexadecimal digits in any case.
     *
     * @throws IllegalArgumentException if the vault is no address or the model no id
     */
    public Deployment {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(rpcUrl, "rpcUrl is null");
        vault = matching("vault", vault, ADDRESS, "an address of 20 bytes");
        model = matching("model", model, MODEL, "a model's id of 32 bytes");
    }

    /**
     * With brokers that ask for no login.
     *
     * @param bootstrapServers of Kafka, host:port with commas between
     */
    public Deployment(
            String bootstrapServers, String rpcUrl, long chainId, String vault, String model) {
        this(KafkaAccess.at(bootstrapServers), rpcUrl, chainId, vault, model);
    }

    /**
     * The same with brokers that are reached by TLS, or ask for a login.
     *
     * @param settings of Kafka's own clients: security.*, sasl.* and ssl.*
     * @throws IllegalArgumentException if there are others
     */
    public Deployment withKafkaLogin(Map<String, String> settings) {
        return new Deployment(
                new KafkaAccess(kafka.servers(), settings), rpcUrl, chainId, vault, model);
    }

    /**
     * The local stack that {@code millrace up --dir FOLDER} runs.
     *
     * @throws IOException if no stack has been started in {@code folder}
     */
    public static Deployment ofStack(Path folder) throws IOException {
        JsonNode stack = new ObjectMapper().readTree(folder.resolve("stack.json").toFile());
        return new Deployment(
                stack.path("bootstrapServers").asText(),
                stack.path("rpcUrl").asText(),
                stack.path("chainId").asLong(),
                stack.path("vault").asText(),
                stack.path("model").asText());
    }

    private static String matching(String name, String text, Pattern pattern, String meaning) {
        String lower = requireNonNull(text, name + " is null").toLowerCase(Locale.ROOT);
        if (!pattern.matcher(lower).matches()) {
            throw new IllegalArgumentException(
                    "%s is \"%s\", not %s; give it as 0x and hexadecimal digits"
                            .formatted(name, text, meaning));
        }
        return lower;
    }
}
