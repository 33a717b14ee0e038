package io.millrace.watch.follow;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.web3j.utils.Numeric;

/**
 * Removes what was signed for charges that nobody answers for any more: it is most of what is read.
 * Receipts stay, as an old one convicts whoever charges its request again. One thread.
 */
public final class Forgetting {

    private static final byte[] NEXT = Kind.STATE.key("next epoch to forget");
    private static final int AT_ONCE = 10_000;

    private final WatchStore store;
    private final Rows rows;

    /** Of what is in {@code store}. */
    public Forgetting(WatchStore store) {
        this.store = store;
        rows = new Rows(store);
    }

    /** Forgets the next epoch, if all its parts were settled before {@code seconds}. */
    public void step(long seconds) throws IOException {
        long epoch = store.number(NEXT, 1);
        List<Rows.Settled> parts = rows.parts(epoch);
        if (parts.isEmpty()
                || parts.stream().anyMatch(part -> part.settledSeconds() >= seconds)
                || store.get(Kind.WAITING.key(epoch)) != null) {
            return;
        }
        List<byte[]> keys = new ArrayList<>();
        rows.receipts(epoch)
                .forEach(
                        receipt -> {
                            collect(receipt, keys);
                            if (keys.size() >= AT_ONCE) {
                                remove(keys, epoch);
                            }
                        });
        remove(keys, epoch + 1);
    }

    private void collect(Receipt receipt, List<byte[]> keys) throws IOException {
        store.forEach(
                Kind.EVIDENCE.key(Numeric.hexStringToByteArray(receipt.charge().requestId())),
                (key, value) -> keys.add(key));
    }

    private void remove(List<byte[]> keys, long next) throws IOException {
        try (WatchStore.Batch batch = store.batch()) {
            for (byte[] key : keys) {
                batch.remove(key);
            }
            batch.put(NEXT, next);
            batch.write();
        }
        keys.clear();
    }
}
