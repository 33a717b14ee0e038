package io.millrace.local.stack;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client needs to know of a running stack; kept as {@value #NAME} in its folder, so that
 * {@code send}, {@code prove} and {@code audit} find it.
 *
 * @param bootstrapServers of Kafka
 * @param rpcUrl of the L2
 * @param chainId EIP-155
 * @param token
 * @param vault
 * @param registry addresses
 * @param startBlock before the contracts
 * @param model id of the one that clients ask unless told otherwise
 * @param models ids by name
 * @param priceNanoPerMillion nano-USD per million tokens
 * @param webUrl of Flink
 * @param providers earning accounts, each with its signer's key, which cannot withdraw
 * @param requesters spending accounts, funded with test money
 * @param jobOptions the job was started with
 * @param pid of the process that runs the stack
 */
public record StackFile(
        String bootstrapServers,
        String rpcUrl,
        long chainId,
        String token,
        String vault,
        String registry,
        long startBlock,
        String model,
        Map<String, String> models,
        long priceNanoPerMillion,
        String webUrl,
        List<Account> providers,
        List<Account> requesters,
        Map<String, String> jobOptions,
        long pid) {

    /** Name of the file in the stack's folder. */
    public static final String NAME = "stack.json";

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Checks and copies. */
    public StackFile {
        requireNonNull(bootstrapServers, "bootstrapServers is null");
        requireNonNull(rpcUrl, "rpcUrl is null");
        requireNonNull(token, "token is null");
        requireNonNull(vault, "vault is null");
        requireNonNull(registry, "registry is null");
        requireNonNull(model, "model is null");
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        requireNonNull(webUrl, "webUrl is null");
        providers = List.copyOf(providers);
        requesters = List.copyOf(requesters);
        jobOptions = Collections.unmodifiableMap(new LinkedHashMap<>(jobOptions));
    }

    /** An account of the vault with the file of its test key. */
    public record Account(int account, String address, String keyFile) {

        public Account {
            requireNonNull(address, "address is null");
            requireNonNull(keyFile, "keyFile is null");
        }
    }

    /**
     * The stack described in {@code folder}.
     *
     * @throws StackException if no stack has been started there
     */
    public static StackFile read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw new StackException(
                    "no stack in %s; start one with \"millrace up --dir %s\""
                            .formatted(folder.toAbsolutePath(), folder));
        }
        try {
            return MAPPER.readValue(file.toFile(), StackFile.class);
        } catch (JsonProcessingException e) {
            throw new StackException(
                    file + " was not written by this version of millrace; start the stack anew", e);
        }
    }

    /** The same stack, run by process {@code number}. */
    StackFile withPid(long number) {
        return new StackFile(
                bootstrapServers,
                rpcUrl,
                chainId,
                token,
                vault,
                registry,
                startBlock,
                model,
                models,
                priceNanoPerMillion,
                webUrl,
                providers,
                requesters,
                jobOptions,
                number);
    }

    /** Writes the description into {@code folder}, whole or not at all. */
    void write(Path folder) throws IOException {
        Path draft = folder.resolve(NAME + ".draft");
        Files.write(draft, MAPPER.writeValueAsBytes(this));
        Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }
}
