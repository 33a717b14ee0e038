package io.millrace.watch;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.follow.Finality;
import java.nio.file.Path;
import java.util.Set;

/**
 * What is watched, and how.
 *
 * @param rpcUrl of the node that is asked
 * @param startBlock not after the deployment of vault and registry
 * @param finality which blocks count
 * @param folder of what was read and begun
 * @param accounts spending accounts whose debits are to be accounted for
 * @param earners earning accounts that are to be credited with what they earned; with neither of
 *     the two named, all accounts are watched
 * @param patienceSeconds how long after its settlement an epoch may wait for its receipts; 0 for
 *     what the vault's window leaves
 * @param mostOpen challenges at once
 * @param acts whether to prove and challenge, or only to say what it would
 */
public record WatchSettings(
        KafkaAccess kafka,
        String rpcUrl,
        String vault,
        String registry,
        long startBlock,
        Finality finality,
        Path folder,
        Set<Long> accounts,
        Set<Long> earners,
        long patienceSeconds,
        int mostOpen,
        boolean acts) {

    public WatchSettings {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(rpcUrl, "rpcUrl is null");
        requireNonNull(vault, "vault is null");
        requireNonNull(registry, "registry is null");
        requireNonNull(finality, "finality is null");
        requireNonNull(folder, "folder is null");
        accounts = Set.copyOf(accounts);
        earners = Set.copyOf(earners);
        if (patienceSeconds < 0 || mostOpen < 1) {
            throw new IllegalArgumentException(
                    ("--watch.patience.seconds is %d and --watch.most.open %d; give at least 0 and"
                                    + " 1")
                            .formatted(patienceSeconds, mostOpen));
        }
    }

    /** Whether the debits of a spending account are to be accounted for. */
    boolean watchesAccount(long account) {
        return watchesAll() || accounts.contains(account);
    }

    /** Whether an earning account is to be credited with what it earned. */
    boolean watchesEarner(long account) {
        return watchesAll() || earners.contains(account);
    }

    private boolean watchesAll() {
        return accounts.isEmpty() && earners.isEmpty();
    }
}
