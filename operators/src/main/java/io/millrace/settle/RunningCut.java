package io.millrace.settle;

import io.millrace.admit.Release;
import io.millrace.settle.ShardCutter.Share;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * A cut of the shard that is the current key, from its barrier on: what the barrier found is fixed,
 * and goes into the cut bit by bit, as much at a time as the caller grants. What comes meanwhile is
 * for the next cut.
 */
final class RunningCut {

    /**
     * What a checkpoint keeps of it.
     *
     * @param cut checkpoint id of the barrier
     * @param chosen whether {@code left} says what it takes
     * @param left what it has yet to take, by account
     * @param draft what it has taken
     * @param releases that leave with it
     */
    public record State(
            long cut,
            boolean chosen,
            List<Share> left,
            ShardCutter.DraftState draft,
            List<Release> releases) {

        /** Checks and copies. */
        public State {
            left = List.copyOf(left);
            releases = List.copyOf(releases);
        }
    }

    private final long cut;
    private final ShardCutter cutter;
    private final UnsealedCharges unsealed;
    private final ShardCutter.Draft draft;
    private final List<Release> releases;
    private final Deque<Share> left = new ArrayDeque<>();
    private boolean chosen;

    private RunningCut(
            long cut,
            ShardCutter cutter,
            UnsealedCharges unsealed,
            ShardCutter.Draft draft,
            List<Release> releases) {
        this.cut = cut;
        this.cutter = cutter;
        this.unsealed = unsealed;
        this.draft = draft;
        this.releases = releases;
    }

    /** One that begins. */
    static RunningCut at(long cut, int shard, ShardCutter cutter, UnsealedCharges unsealed)
            throws Exception {
        return new RunningCut(
                cut, cutter, unsealed, cutter.draft(cut, shard), unsealed.takeReleases());
    }

    /** One that goes on. */
    static RunningCut from(State state, int shard, ShardCutter cutter, UnsealedCharges unsealed) {
        RunningCut running =
                new RunningCut(
                        state.cut(),
                        cutter,
                        unsealed,
                        cutter.draft(state.cut(), shard, state.draft()),
                        state.releases());
        running.chosen = state.chosen();
        running.left.addAll(state.left());
        return running;
    }

    State state() {
        return new State(cut, chosen, List.copyOf(left), draft.state(), releases);
    }

    /**
     * Chooses what it takes, which must be done before the next charge is added.
     *
     * @param most requesters; if there are more, nothing is done
     * @param dustToo at the end of the stream
     */
    void choose(int most, boolean dustToo) throws Exception {
        if (chosen) {
            return;
        }
        List<PendingRequester> pending = unsealed.requesters(most);
        if (pending.size() > most) {
            return;
        }
        SortedMap<Integer, Share> shares = cutter.choose(pending, releases, dustToo);
        unsealed.findFirsts(shares.values());
        for (PendingRequester requester : pending) {
            if (!shares.containsKey(requester.account())) {
                unsealed.carry(requester);
            }
        }
        left.addAll(shares.values());
        chosen = true;
    }

    /**
     * Takes charges, once it has chosen.
     *
     * @param most of them
     * @param receipts takes each, in the order of the leaves
     * @return how many it took
     */
    int take(int most, Consumer<CutReceipt> receipts) throws Exception {
        int before = draft.receipts();
        while (!left.isEmpty() && draft.receipts() - before < most) {
            Share share = left.removeFirst();
            Share rest =
                    unsealed.take(
                            share,
                            most - (draft.receipts() - before),
                            charge -> receipts.accept(draft.add(charge)));
            if (rest != null) {
                left.addFirst(rest);
            }
        }
        return draft.receipts() - before;
    }

    boolean isDone() {
        return chosen && left.isEmpty();
    }

    boolean hasReleases() {
        return !releases.isEmpty();
    }

    /** Whether there was nothing to cut. */
    boolean isEmpty() {
        return draft.receipts() == 0 && releases.isEmpty();
    }

    /** What the shard adds to the epoch, once it is done. */
    ShardRoot root() {
        return draft.root(releases);
    }
}
