package io.millrace.settle;

import io.millrace.admit.BrokenBooksException;
import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.settle.ShardCutter.Share;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.MapState;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a cut, of the shard that is the current key: charges by account and sequence, what
 * they come to for each requester, and releases. Nothing is held but Flink's state.
 */
final class UnsealedCharges {

    private final MapState<ChargeKey, Charge> charges;
    private final MapState<Integer, PendingRequester> requesters;
    private final ListState<Release> releases;

    UnsealedCharges(KeyedStateStore store) {
        charges = store.getMapState(SettleDescriptors.CHARGES);
        requesters = store.getMapState(SettleDescriptors.REQUESTERS);
        releases = store.getListState(SettleDescriptors.RELEASES);
    }

    void add(Charge charge) throws Exception {
        int account = charge.requesterAccount();
        charges.put(new ChargeKey(account, charge.sequence()), charge);
        PendingRequester before = requesters.get(account);
        requesters.put(
                account,
                before == null
                        ? new PendingRequester(account, charge.debitNano(), 1, 0, charge.sequence())
                        : new PendingRequester(
                                account,
                                Nano.add(before.totalNano(), charge.debitNano()),
                                Math.addExact(before.receipts(), 1),
                                before.cutsCarried(),
                                Math.min(before.firstSequence(), charge.sequence())));
    }

    void add(Release release) throws Exception {
        releases.add(release);
    }

    /** Who has charges: all, or more than {@code most} of them. */
    List<PendingRequester> requesters(int most) throws Exception {
        List<PendingRequester> pending = new ArrayList<>();
        Iterator<PendingRequester> all = requesters.values().iterator();
        while (pending.size() <= most && all.hasNext()) {
            pending.add(all.next());
        }
        return pending;
    }

    boolean hasReleases() throws Exception {
        return releases.get().iterator().hasNext();
    }

    /** The releases, which are gone then. */
    List<Release> takeReleases() throws Exception {
        List<Release> taken = new ArrayList<>();
        releases.get().forEach(taken::add);
        releases.clear();
        return taken;
    }

    /** Leaves a requester out of a cut. */
    void carry(PendingRequester requester) throws Exception {
        put(requester, requester.cutsCarried() + 1, 0, 0);
    }

    /** Finds the first sequence of requesters from a state that did not keep it, by their keys. */
    void findFirsts(Collection<Share> shares) throws Exception {
        Map<Integer, Long> firsts = new HashMap<>();
        for (Share share : shares) {
            if (share.requester().firstSequence() == 0) {
                firsts.put(share.requester().account(), Long.MAX_VALUE);
            }
        }
        if (firsts.isEmpty()) {
            return;
        }
        for (ChargeKey key : charges.keys()) {
            firsts.computeIfPresent(
                    key.account(), (account, first) -> Math.min(first, key.sequence()));
        }
        for (Share share : shares) {
            PendingRequester requester = share.requester();
            Long first = firsts.get(requester.account());
            if (first != null) {
                requesters.put(
                        requester.account(),
                        new PendingRequester(
                                requester.account(),
                                requester.totalNano(),
                                requester.receipts(),
                                requester.cutsCarried(),
                                first));
            }
        }
    }

    /**
     * Takes charges of a share away, in order of their sequence.
     *
     * @param most charges
     * @param cut takes each of them
     * @return what is left of the share, null if nothing is
     */
    @Nullable Share take(Share share, int most, Consumer<Charge> cut) throws Exception {
        int account = share.requester().account();
        PendingRequester requester = requesters.get(account);
        if (requester == null) {
            throw broken(share.requester(), share.requester().firstSequence());
        }
        int taken = 0;
        long takenNano = 0;
        boolean hasRoom = true;
        while (hasRoom && taken < Math.min(most, share.receipts())) {
            ChargeKey key = new ChargeKey(account, requester.firstSequence() + taken);
            Charge charge = charges.get(key);
            if (charge == null) {
                throw broken(requester, key.sequence());
            }
            hasRoom = share.hasRoomFor(charge.debitNano(), taken, takenNano);
            if (hasRoom) {
                charges.remove(key);
                cut.accept(charge);
                taken++;
                takenNano = Nano.add(takenNano, charge.debitNano());
            }
        }
        boolean isServed = share.begun() || taken > 0;
        put(requester, isServed ? 0 : requester.cutsCarried() + 1, taken, takenNano);
        return hasRoom && taken < share.receipts() ? share.after(taken, takenNano) : null;
    }

    private void put(PendingRequester requester, int cutsCarried, int taken, long takenNano)
            throws Exception {
        long leftNano = requester.totalNano() - takenNano;
        int left = requester.receipts() - taken;
        if (leftNano < 0 || (left == 0 && leftNano > 0)) {
            throw broken(requester, requester.firstSequence() + taken);
        }
        if (left == 0) {
            requesters.remove(requester.account());
        } else {
            long first = requester.firstSequence();
            requesters.put(
                    requester.account(),
                    new PendingRequester(
                            requester.account(),
                            leftNano,
                            left,
                            cutsCarried,
                            first == 0 ? 0 : first + taken));
        }
    }

    /** Two charges of one sequence number would hide each other, and one not be settled. */
    private static BrokenBooksException broken(PendingRequester requester, long sequence) {
        return new BrokenBooksException(
                ("account %d was charged %d times, %d nano-USD in all, and its charges up to"
                                + " sequence %d are not that: a sequence number came twice, or is"
                                + " missing")
                        .formatted(
                                requester.account(),
                                requester.receipts(),
                                requester.totalNano(),
                                sequence));
    }
}
