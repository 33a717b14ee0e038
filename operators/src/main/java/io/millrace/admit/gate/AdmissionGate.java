package io.millrace.admit.gate;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Names the gate in front of one job's requests. Every subtask of {@link GatedSource} hangs a
 * {@link Leaf} here, closed, and the {@link GateOperator} of the same subtask opens and closes it.
 * The two meet in the memory of their JVM, so they must be scheduled together (a co-location group,
 * as Kafka's sink has its channel from committer to writer). A leaf is never handed on: after a
 * restart the reader hangs a new one, closed.
 *
 * <p>Thread-safe.
 *
 * @param id unique to one submission of a job
 */
public record AdmissionGate(String id) implements Serializable {

    private static final ConcurrentMap<Place, Leaf> LEAVES = new ConcurrentHashMap<>();

    private record Place(String gate, int subtask) {}

    public AdmissionGate {
        requireNonNull(id, "id is null");
    }

    /** A new leaf for {@code subtask}, closed; it takes the place of an older one. */
    Leaf addLeaf(int subtask) {
        Leaf leaf = new Leaf(new Place(id, subtask));
        LEAVES.put(leaf.place, leaf);
        return leaf;
    }

    /**
     * Moves the leaf of {@code subtask}.
     *
     * @return false if this JVM has none
     */
    boolean move(int subtask, boolean open) {
        Leaf leaf = LEAVES.get(new Place(id, subtask));
        if (leaf == null) {
            return false;
        }
        leaf.move(open);
        return true;
    }

    /** What one reader waits at. Moved by the gate operator's thread, looked at by the reader's. */
    static final class Leaf implements AutoCloseable {

        private final Place place;
        private volatile CompletableFuture<Void> opened = new CompletableFuture<>();

        private Leaf(Place place) {
            this.place = place;
        }

        boolean isOpen() {
            return opened.isDone();
        }

        /** Completes when the leaf opens; complete while it is open. */
        CompletableFuture<Void> opened() {
            return opened;
        }

        private synchronized void move(boolean open) {
            if (open) {
                opened.complete(null);
            } else if (opened.isDone()) {
                opened = new CompletableFuture<>();
            }
        }

        /** Takes the leaf away, unless a newer one hangs in its place. */
        @Override
        public void close() {
            LEAVES.remove(place, this);
        }
    }
}
