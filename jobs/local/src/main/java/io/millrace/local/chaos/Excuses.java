package io.millrace.local.chaos;

import static io.millrace.local.chaos.fault.FaultKind.ADDED_PARTITIONS;
import static io.millrace.local.chaos.fault.FaultKind.FEE_SPIKE;
import static io.millrace.local.chaos.fault.FaultKind.KILL_ALL;
import static io.millrace.local.chaos.fault.FaultKind.KILL_BROKER;
import static io.millrace.local.chaos.fault.FaultKind.KILL_CHAIN;
import static io.millrace.local.chaos.fault.FaultKind.KILL_JOBMANAGER;
import static io.millrace.local.chaos.fault.FaultKind.KILL_LARGE_NODE_STATE;
import static io.millrace.local.chaos.fault.FaultKind.KILL_SUBMITTER;
import static io.millrace.local.chaos.fault.FaultKind.KILL_TASKMANAGER;
import static io.millrace.local.chaos.fault.FaultKind.KILL_ZOOKEEPER;
import static io.millrace.local.chaos.fault.FaultKind.LONG_OUTAGE;
import static io.millrace.local.chaos.fault.FaultKind.NODE_LIMITS;
import static io.millrace.local.chaos.fault.FaultKind.OLDER_SAVEPOINT;
import static io.millrace.local.chaos.fault.FaultKind.OLD_TRANSACTION;
import static io.millrace.local.chaos.fault.FaultKind.PAUSE_BROKER;
import static io.millrace.local.chaos.fault.FaultKind.PAUSE_CHAIN;
import static io.millrace.local.chaos.fault.FaultKind.PAUSE_JOBMANAGER;
import static io.millrace.local.chaos.fault.FaultKind.PAUSE_SUBMITTER;
import static io.millrace.local.chaos.fault.FaultKind.PAUSE_TASKMANAGER;
import static io.millrace.local.chaos.fault.FaultKind.REORG;
import static io.millrace.local.chaos.fault.FaultKind.REORG_KEPT;
import static io.millrace.local.chaos.fault.FaultKind.RESCALE;
import static io.millrace.local.chaos.fault.FaultKind.SLOW_CHECKPOINT;
import static io.millrace.local.chaos.fault.FaultKind.STALLED_STORE;
import static io.millrace.local.chaos.sign.Sign.Sort.ALARM;
import static io.millrace.local.chaos.sign.Sign.Sort.ERROR;
import static io.millrace.local.chaos.sign.Sign.Sort.REFUSAL;

import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.fault.TransactionTimes;
import io.millrace.local.chaos.sign.Sign;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which signs a kind of fault may cause, and why. Any other is a false alarm, or the sign of a
 * fault of the engine's own: a run with one has failed. A fault excuses from the moment it strikes
 * until a little after the stack has recovered.
 */
final class Excuses {

    /** A sum of minutes, as of a counter that is asked for again, or a broker's next look. */
    private static final double AFTERMATH_SECONDS = 60;

    /** The watch looks every few seconds, and the clocks of faults and signs are read apart. */
    private static final double SLACK_SECONDS = 0.5;

    /** What the job says of a state whose transactions the broker has aborted. */
    private static final String LOST_TRANSACTION =
            ".*(is not in the log|can no longer be committed|recorded up to).*";

    /** The node is gone or silent. */
    private static final Set<FaultKind> NODE_AWAY =
            EnumSet.of(
                    KILL_CHAIN,
                    PAUSE_CHAIN,
                    KILL_ALL,
                    LONG_OUTAGE,
                    KILL_LARGE_NODE_STATE,
                    NODE_LIMITS);

    /** Who calls the node stands still in mid-call. */
    private static final Set<FaultKind> CALLER_STOPS =
            EnumSet.of(PAUSE_TASKMANAGER, PAUSE_SUBMITTER, SLOW_CHECKPOINT);

    /** The broker is gone or silent. */
    private static final Set<FaultKind> BROKER_AWAY =
            EnumSet.of(KILL_BROKER, PAUSE_BROKER, KILL_ALL, LONG_OUTAGE, KILL_LARGE_NODE_STATE);

    /** Flink loses its JobManager, or the JobManager its leadership. */
    private static final Set<FaultKind> NO_LEADER =
            EnumSet.of(
                    KILL_JOBMANAGER,
                    PAUSE_JOBMANAGER,
                    KILL_ZOOKEEPER,
                    KILL_ALL,
                    LONG_OUTAGE,
                    KILL_LARGE_NODE_STATE,
                    SLOW_CHECKPOINT);

    /** The job is deployed again. */
    private static final Set<FaultKind> JOB_RESTARTS =
            union(
                    NO_LEADER,
                    BROKER_AWAY,
                    CALLER_STOPS,
                    EnumSet.of(
                            KILL_TASKMANAGER,
                            KILL_SUBMITTER,
                            RESCALE,
                            OLDER_SAVEPOINT,
                            STALLED_STORE,
                            ADDED_PARTITIONS));

    private static final List<Excuse> ALL =
            List.of(
                    new Excuse(
                            union(NODE_AWAY, CALLER_STOPS),
                            ALARM,
                            "(chain|submit)\\.rpcFailures",
                            ".*",
                            "a node that is away, or a caller that stood still: no answer in time"),
                    new Excuse(
                            EnumSet.of(REORG, REORG_KEPT),
                            ALARM,
                            "(chain|submit)\\.rpcFailures",
                            ".*",
                            "the block that a call was to be answered at is gone"),
                    new Excuse(
                            union(NODE_AWAY, EnumSet.of(REORG, REORG_KEPT)),
                            ALARM,
                            "chain\\.reorganisations",
                            ".*",
                            "blocks are replaced, or die with the node"),
                    new Excuse(
                            EnumSet.of(FEE_SPIKE, NODE_LIMITS),
                            ALARM,
                            "submit\\.feeCapped",
                            ".*",
                            "the price is talked up, or really that high"),
                    new Excuse(
                            EnumSet.of(NODE_LIMITS),
                            ALARM,
                            "submit\\.rpcUnknownErrors",
                            ".*",
                            "transactions are refused in words of no table"),
                    new Excuse(
                            union(NODE_AWAY, JOB_RESTARTS, EnumSet.of(REORG, REORG_KEPT)),
                            ALARM,
                            "admit\\.gateReason",
                            ".*",
                            "no final block as young as the local stack's 15 s was read"),
                    new Excuse(
                            union(BROKER_AWAY, CALLER_STOPS, EnumSet.of(OLD_TRANSACTION)),
                            ALARM,
                            "settle\\.(hidden|unseen)Millis",
                            ".*",
                            "commits wait for the broker, or behind a transaction left open"),
                    new Excuse(
                            EnumSet.of(STALLED_STORE),
                            ALARM,
                            "settle\\.hiddenMillis",
                            ".*",
                            "no checkpoint completes, so nothing is committed"),
                    new Excuse(
                            union(NO_LEADER, EnumSet.of(STALLED_STORE)),
                            ERROR,
                            "jobmanager",
                            ".*RpcActor - Caught exception while executing runnable in main.*",
                            "the word of a checkpoint comes to tasks that have begun anew since, or"
                                    + " to coordinators that ended with a leadership"),
                    new Excuse(
                            EnumSet.of(OLD_TRANSACTION),
                            ALARM,
                            "admit\\.(heldMillis|endedTransactions)",
                            ".*",
                            "a stranger's transaction is left open, and ended"),
                    new Excuse(
                            EnumSet.of(LONG_OUTAGE, SLOW_CHECKPOINT, STALLED_STORE),
                            ALARM,
                            "admit\\.clockStandsMillis"
                                    + "|submit\\.(oldestUnsettledMillis|waiting)",
                            ".*",
                            "nothing ran for longer than that"),
                    new Excuse(
                            union(NODE_AWAY, JOB_RESTARTS),
                            ALARM,
                            "chain\\.finalLagBlocks",
                            ".*",
                            "blocks went on for as long as nobody read them"),
                    new Excuse(
                            EnumSet.of(LONG_OUTAGE, SLOW_CHECKPOINT),
                            REFUSAL,
                            "job",
                            LOST_TRANSACTION,
                            "transactions of a complete checkpoint have grown older than they may"),
                    new Excuse(
                            JOB_RESTARTS,
                            REFUSAL,
                            "job",
                            LOST_TRANSACTION,
                            TransactionTimes.TRANSACTION.toSeconds(),
                            "the machine took as long for the restart as transactions may last"),
                    new Excuse(
                            NO_LEADER,
                            ERROR,
                            "jobmanager",
                            ".*(Handler - Unhandled exception).*",
                            "REST is asked while there is no leader"),
                    new Excuse(
                            JOB_RESTARTS,
                            ERROR,
                            "taskmanager-\\d+",
                            ".*PartitionRequestQueue - Encountered error while consuming.*",
                            "the task at the other end of a connection is gone"),
                    new Excuse(
                            NO_LEADER,
                            ERROR,
                            "jobmanager",
                            ".*LeaderLatch - Can't find our node.*",
                            "its session at ZooKeeper has ended, and with it its place"),
                    new Excuse(
                            JOB_RESTARTS,
                            ERROR,
                            "taskmanager-\\d+",
                            ".*KafkaConsumer - .*Failed to close fetcher.*",
                            "a task is interrupted while it closes"),
                    new Excuse(
                            union(CALLER_STOPS, EnumSet.of(STALLED_STORE)),
                            ERROR,
                            "taskmanager-\\d+",
                            ".*(FATAL - exception in exception handler of task"
                                    + " (money|results|rejections|epochs|receipts)-out"
                                    + "|TaskManagerRunner - Fatal error occurred).*",
                            "who stood still has lost its transaction, to a successor or to its"
                                    + " age, and the process ends when its sink cannot close"));

    private Excuses() {}

    /**
     * Why a sign is none to worry about.
     *
     * @param kinds of fault that may cause it
     * @param source and {@code text}: of the signs meant, as regular expressions
     * @param afterSeconds of the fault's beginning it takes at least
     * @param reason for people
     */
    private record Excuse(
            Set<FaultKind> kinds,
            Sign.Sort sort,
            Pattern source,
            Pattern text,
            double afterSeconds,
            String reason) {

        Excuse(Set<FaultKind> kinds, Sign.Sort sort, String source, String text, String reason) {
            this(kinds, sort, source, text, -SLACK_SECONDS, reason);
        }

        Excuse(
                Set<FaultKind> kinds,
                Sign.Sort sort,
                String source,
                String text,
                double afterSeconds,
                String reason) {
            this(kinds, sort, Pattern.compile(source), Pattern.compile(text), afterSeconds, reason);
        }

        boolean isFor(Sign sign, FaultKind kind, double seconds) {
            return sort == sign.sort()
                    && seconds >= afterSeconds
                    && kinds.contains(kind)
                    && source.matcher(sign.source()).matches()
                    && text.matcher(sign.text()).matches();
        }
    }

    /**
     * Those of {@code signs} that no fault explains.
     *
     * @param startNanos from when faults count their time, as System.nanoTime() does
     */
    static List<Sign> unexplained(
            List<Sign> signs, List<ChaosReport.Injected> faults, long startNanos) {
        return signs.stream()
                .filter(
                        sign ->
                                faults.stream()
                                        .noneMatch(fault -> explains(fault, sign, startNanos)))
                .toList();
    }

    private static boolean explains(ChaosReport.Injected fault, Sign sign, long startNanos) {
        double at = (sign.atNanos() - startNanos) / 1e9;
        double until = fault.atSeconds() + fault.recoveredMillis() / 1e3 + AFTERMATH_SECONDS;
        return at <= until
                && ALL.stream()
                        .anyMatch(
                                excuse -> excuse.isFor(sign, fault.kind(), at - fault.atSeconds()));
    }

    @SafeVarargs
    private static Set<FaultKind> union(Set<FaultKind>... sets) {
        Set<FaultKind> all = EnumSet.noneOf(FaultKind.class);
        for (Set<FaultKind> set : sets) {
            all.addAll(set);
        }
        return all;
    }
}
