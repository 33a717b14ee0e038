package io.millrace.watch.defend;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.follow.Finality;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is defended, and how.
 *
 * @param rpcUrl of the node that is asked
 * @param startBlock not after the deployment of the vault
 * @param finality which blocks count; an answer is sent before
 * @param folder of what was read and sent
 * @param keyFile of the key that pays the gas
 * @param settlers whose epochs are defended, kept in lower case; everybody's, if it is empty
 * @param budgetWei most gas money of a day
 */
public record DefendSettings(
        KafkaAccess kafka,
        String rpcUrl,
        String vault,
        long startBlock,
        Finality finality,
        Path folder,
        Path keyFile,
        Set<String> settlers,
        BigInteger budgetWei) {

    /**
     * Copies.
     *
     * @throws IllegalArgumentException if a settler is no address
     */
    public DefendSettings {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(rpcUrl, "rpcUrl is null");
        requireNonNull(vault, "vault is null");
        requireNonNull(finality, "finality is null");
        requireNonNull(folder, "folder is null");
        requireNonNull(keyFile, "keyFile is null");
        requireNonNull(budgetWei, "budgetWei is null");
        settlers =
                settlers.stream()
                        .map(settler -> settler.strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        for (String settler : settlers) {
            if (!settler.matches("0x[0-9a-f]{40}")) {
                throw new IllegalArgumentException(
                        ("--defend.settlers names \"%s\", which is no address; give 0x and 40"
                                        + " hexadecimal digits")
                                .formatted(settler));
            }
        }
    }
}
