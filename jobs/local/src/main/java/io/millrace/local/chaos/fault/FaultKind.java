package io.millrace.local.chaos.fault;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.Locale;

/** What can go wrong. */
public enum FaultKind {
    /** kill -9 of a TaskManager. */
    KILL_TASKMANAGER,
    /** kill -9 of the TaskManager that settles. */
    KILL_SUBMITTER,
    /** kill -9 of the JobManager. */
    KILL_JOBMANAGER,
    /** kill -9 of the Kafka broker, whose records stay. */
    KILL_BROKER,
    /** kill -9 of the L2 node: the blocks since its last write, a second ago, are gone. */
    KILL_CHAIN,
    /** kill -9 of what remembers the jobs for the JobManager. */
    KILL_ZOOKEEPER,
    /** kill -9 of everything at once. */
    KILL_ALL,
    /** SIGSTOP of a TaskManager, SIGCONT later. */
    PAUSE_TASKMANAGER,
    /** SIGSTOP of the TaskManager that settles, SIGCONT later. */
    PAUSE_SUBMITTER,
    /** SIGSTOP of the JobManager, SIGCONT later. */
    PAUSE_JOBMANAGER,
    /** SIGSTOP of the broker, SIGCONT later. */
    PAUSE_BROKER,
    /** SIGSTOP of the L2 node, SIGCONT later. */
    PAUSE_CHAIN,
    /** The L2's base fee jumps. */
    FEE_SPIKE,
    /** The L2 node forgets the transactions that wait. */
    POOL_DROP,
    /** The newest blocks of the L2, not yet final, are replaced by empty ones. */
    REORG,
    /** The same, but their transactions come back in other blocks. */
    REORG_KEPT,
    /** The job is stopped with a savepoint and goes on at another parallelism. */
    RESCALE,
    /** The job goes on from less than it has committed: a savepoint that is too old. */
    OLDER_SAVEPOINT,
    /** SIGSTOP of all TaskManagers in mid-checkpoint, for longer than their transactions live. */
    SLOW_CHECKPOINT,
    /** kill -9 of everything between two sinks' commits, for longer than transactions live. */
    LONG_OUTAGE,
    /** Whoever reads or writes a checkpoint waits, for longer than transactions live. */
    STALLED_STORE,
    /** A stranger, or what once was a sink, leaves a Kafka transaction open. */
    OLD_TRANSACTION,
    /** The topics of requests, charges and receipts get one more partition each. */
    ADDED_PARTITIONS,
    /** The L2 node limits ranges and batches, refuses and lies about fees, in unheard words. */
    NODE_LIMITS,
    /** kill -9 of everything while the L2 node's state, grown large, is copied. */
    KILL_LARGE_NODE_STATE;

    /** As reports and the command line name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind with this label.
     *
     * @throws IllegalArgumentException naming all labels
     */
    public static FaultKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no fault \"%s\"; give one of %s"
                                                .formatted(
                                                        label,
                                                        Arrays.stream(values())
                                                                .map(FaultKind::label)
                                                                .collect(joining(", ")))));
    }
}
