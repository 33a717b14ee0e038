package io.millrace.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.read.KafkaAccess;
import java.util.Locale;

/**
 * Where the books of one deployment lie.
 *
 * @param kafka its brokers
 * @param rpcUrl JSON-RPC of the L2, http or https
 * @param vault and registry: addresses, kept in lower case
 * @param fromBlock a block not after the deployment of either contract
 * @param requireSettled whether work in progress is an error: a request without its end, a charge
 *     without its settled epoch, a withdrawal without its release. For a stack that has come to
 *     rest.
 */
public record AuditConfig(
        KafkaAccess kafka,
        String rpcUrl,
        String vault,
        String registry,
        long fromBlock,
        boolean requireSettled) {

    /** Checks and canonicalises. */
    public AuditConfig {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(rpcUrl, "rpcUrl is null");
        vault = address(vault, "vault");
        registry = address(registry, "registry");
        if (fromBlock < 0) {
            throw new IllegalArgumentException(
                    "fromBlock is " + fromBlock + "; give the block of the deployment, or 0");
        }
    }

    private static String address(String text, String name) {
        requireNonNull(text, name + " is null");
        String lower = text.toLowerCase(Locale.ROOT);
        if (!lower.matches("0x[0-9a-f]{40}")) {
            throw new IllegalArgumentException(
                    name + " \"" + text + "\" is no address; give 0x and 40 hexadecimal digits");
        }
        return lower;
    }
}
