package io.millrace.local.chaos;

import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.fault.PlannedFault;
import io.millrace.local.chaos.fault.TransactionTimes;
import io.millrace.local.stack.KafkaBroker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Endless faults in an order that a seed decides. Kinds are dealt like a deck of cards: each comes
 * once before any comes again, so that a short run meets many.
 */
final class Schedule {

    private static final int MAX_GAP_MILLIS = 4_000;
    private static final int MAX_OUTAGE_MILLIS = 6_000;

    /** Beyond the silence after which a process counts as lost, in half of the cases. */
    private static final int MAX_PAUSE_MILLIS = 16_000;

    private static final int MAX_FEE_GWEI = 200;
    private static final int MAX_PARALLELISM = 4;

    /** So many kinds are a seed's turn. */
    private static final int TURN = 3;

    /** One in so many is injected while the system still recovers from the one before. */
    private static final int RECOVERIES_PER_STRIKE = 4;

    private static final Set<FaultKind> NEEDS_RUNNING_JOB =
            EnumSet.of(
                    FaultKind.KILL_SUBMITTER,
                    FaultKind.PAUSE_SUBMITTER,
                    FaultKind.RESCALE,
                    FaultKind.OLDER_SAVEPOINT,
                    FaultKind.SLOW_CHECKPOINT,
                    FaultKind.LONG_OUTAGE,
                    FaultKind.STALLED_STORE,
                    FaultKind.OLD_TRANSACTION,
                    FaultKind.ADDED_PARTITIONS,
                    FaultKind.KILL_LARGE_NODE_STATE);

    /** What lasts longer than a transaction may: until the broker has looked, or just before. */
    private static final Set<FaultKind> OUTLASTS_TRANSACTIONS =
            EnumSet.of(FaultKind.SLOW_CHECKPOINT, FaultKind.LONG_OUTAGE, FaultKind.STALLED_STORE);

    /** Long enough to meet an epoch's transaction, and ranges of logs. */
    private static final long LIMITS_MILLIS = 10_000;

    private final Random random;
    private final List<FaultKind> kinds;
    private final int taskManagers;
    private final int maxDepth;
    private final Deque<FaultKind> deck = new ArrayDeque<>();
    private List<FaultKind> turn;

    /**
     * @param kinds to choose from
     * @param maxDepth of re-organisations, in blocks: below finality
     */
    Schedule(long seed, List<FaultKind> kinds, int taskManagers, int maxDepth) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("there are no kinds of faults to choose from");
        }
        this.random = new Random(seed);
        this.kinds = List.copyOf(kinds);
        this.turn = turnOf(seed, kinds);
        this.taskManagers = taskManagers;
        this.maxDepth = maxDepth;
    }

    /** The next one. All values are drawn, used or not: then a kind less changes no other. */
    PlannedFault next() {
        if (deck.isEmpty()) {
            deck.addAll(shuffled());
        }
        FaultKind kind = deck.pop();
        return new PlannedFault(
                kind,
                random.nextInt(MAX_GAP_MILLIS),
                random.nextInt(RECOVERIES_PER_STRIKE) == 0 && !NEEDS_RUNNING_JOB.contains(kind),
                leastMillis(kind) + random.nextInt(maxMillis(kind)),
                random.nextInt(taskManagers),
                1 + random.nextInt(maxDepth),
                5L + random.nextInt(MAX_FEE_GWEI),
                1 + random.nextInt(MAX_PARALLELISM));
    }

    /**
     * In an order of its own. The first deck begins with those that are the seed's turn: short runs
     * of a few seeds in a row meet every kind.
     */
    private List<FaultKind> shuffled() {
        List<FaultKind> rest = new ArrayList<>(kinds);
        Collections.shuffle(rest, random);
        if (!turn.isEmpty()) {
            rest.removeAll(turn);
            rest.addAll(0, turn);
            turn = List.of();
        }
        return rest;
    }

    private static List<FaultKind> turnOf(long seed, List<FaultKind> kinds) {
        List<FaultKind> order = new ArrayList<>(kinds);
        Collections.shuffle(order, new Random(kinds.size()));
        Collections.rotate(order, (int) Math.floorMod(-TURN * seed, (long) kinds.size()));
        return List.copyOf(order.subList(0, Math.min(TURN, order.size())));
    }

    private static long leastMillis(FaultKind kind) {
        if (OUTLASTS_TRANSACTIONS.contains(kind)) {
            return TransactionTimes.TRANSACTION.toMillis();
        }
        return kind == FaultKind.NODE_LIMITS ? LIMITS_MILLIS : 500;
    }

    private static int maxMillis(FaultKind kind) {
        if (OUTLASTS_TRANSACTIONS.contains(kind)) {
            return Math.toIntExact(TransactionTimes.BROKERS_LOOK.toMillis()) + 2_000;
        }
        if (kind == FaultKind.PAUSE_BROKER) {
            // A broker without replicas does not survive its own session: KafkaBroker says why.
            return KafkaBroker.SESSION_MILLIS * 2 / 3;
        }
        return kind.name().startsWith("PAUSE_") ? MAX_PAUSE_MILLIS : MAX_OUTAGE_MILLIS;
    }
}
