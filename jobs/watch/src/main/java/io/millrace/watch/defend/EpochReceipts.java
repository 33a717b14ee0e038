package io.millrace.watch.defend;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.TribunalEvent.Challenged;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tree of one challenged epoch and, of its receipts, those that an answer shows: at challenged
 * positions, and first and last of a challenged account. The others leave a hash and a sum. One
 * thread.
 */
final class EpochReceipts {

    private final Header header;
    private final EpochTree.Builder builder;
    private final Set<Long> positions = new HashSet<>();
    private final Set<Long> accounts = new HashSet<>();
    private final Map<Long, Receipt> shown = new HashMap<>();
    private final Map<Long, Receipt> firsts = new HashMap<>();
    private final Map<Long, Receipt> lasts = new HashMap<>();
    private long count;
    private @Nullable EpochTree tree;

    /**
     * For what the challenges ask of one epoch.
     *
     * @param header of any of its parts: they have one tree
     */
    EpochReceipts(
            Header header, TypedHashes hashes, int shardDepth, Collection<Challenged> challenges) {
        this.header = header;
        builder = new EpochTree.Builder(hashes, shardDepth, header.levels());
        for (Challenged challenge : challenges) {
            if (challenge.kind() == Kind.LEAF) {
                positions.add(challenge.what());
            } else {
                accounts.add(challenge.account());
            }
        }
    }

    /** Looks at a receipt of any epoch; whether there are more of this one. */
    boolean add(Receipt receipt) {
        if (receipt.epoch() != header.epoch()) {
            return true;
        }
        builder.add(receipt);
        long position = Kind.position(receipt.shard(), receipt.index());
        if (positions.contains(position)) {
            shown.put(position, receipt);
        }
        long account = receipt.charge().requesterAccount();
        if (accounts.contains(account)) {
            firsts.merge(account, receipt, (a, b) -> a.index() <= b.index() ? a : b);
            lasts.merge(account, receipt, (a, b) -> a.index() >= b.index() ? a : b);
        }
        count++;
        return count < header.receiptsCount();
    }

    /** How many of the epoch there were. */
    long count() {
        return count;
    }

    /** Whether they are all that the header commits to. */
    boolean isWhole() {
        return tree().matches(header);
    }

    /** The tree of what was added before this was first called. */
    EpochTree tree() {
        EpochTree built = tree;
        if (built == null) {
            built = builder.build();
            tree = built;
        }
        return built;
    }

    /** At a challenged position, null if nothing lies there. */
    @Nullable Receipt at(long position) {
        return shown.get(position);
    }

    /** At all challenged positions. */
    Collection<Receipt> shown() {
        return shown.values();
    }

    /** First and last of a challenged account, empty if it has none. */
    List<Receipt> endsOf(long account) {
        Receipt first = firsts.get(account);
        Receipt last = lasts.get(account);
        return first == null || last == null ? List.of() : List.of(first, last);
    }
}
