package io.millrace.local.chaos.fault;

import io.millrace.job.LedgerSink;
import io.millrace.job.Uids;
import io.millrace.local.chaos.proxy.CommitGate;
import io.millrace.local.chaos.proxy.Limits;
import io.millrace.local.chaos.proxy.NodeProxy;
import io.millrace.local.chaos.store.CheckpointStore;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackProcess;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Makes planned faults real on one stack. */
public final class Faults {

    private static final BigInteger WEI_PER_GWEI = BigInteger.valueOf(1_000_000_000L);

    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 200;
    private static final long COMMITS_MILLIS = 200;

    /** Shorter than that of the job's own sinks: the broker ends it while the run lasts. */
    private static final Duration SINKS_TIMEOUT = Duration.ofSeconds(15);

    private final LocalStack stack;
    private final JobRunner runner;
    private final FlinkRest rest;
    private final Recoverer recoverer;
    private final Load load;
    private final NodeProxy node;
    private final CommitGate commits;
    private final SubmitterSearch submitters;

    /**
     * @param recoverer carries out the remedy of a lost state
     * @param node in front of the L2 node, for the job
     * @param commits in front of the broker, for the job
     */
    public Faults(
            LocalStack stack,
            JobRunner runner,
            FlinkRest rest,
            Recoverer recoverer,
            Load load,
            NodeProxy node,
            CommitGate commits) {
        this.stack = stack;
        this.runner = runner;
        this.rest = rest;
        this.recoverer = recoverer;
        this.load = load;
        this.node = node;
        this.commits = commits;
        this.submitters = new SubmitterSearch(rest);
    }

    /** The one that {@code plan} describes. */
    public Fault of(PlannedFault plan) {
        Callable<StackProcess> taskManager =
                () -> stack.processes().taskManagers().get(plan.taskManager());
        return switch (plan.kind()) {
            case KILL_TASKMANAGER -> ProcessFault.kill(taskManager);
            case KILL_SUBMITTER -> ProcessFault.kill(this::submitter);
            case KILL_JOBMANAGER -> ProcessFault.kill(() -> stack.processes().jobManager());
            case KILL_BROKER -> ProcessFault.kill(stack::broker);
            case KILL_CHAIN -> ProcessFault.kill(stack::chain);
            case KILL_ZOOKEEPER -> ProcessFault.kill(() -> stack.processes().zooKeeper());
            case KILL_ALL -> new TotalKill("everything", () -> {}, stack::allProcesses);
            case PAUSE_TASKMANAGER -> ProcessFault.pause(taskManager);
            case PAUSE_SUBMITTER -> ProcessFault.pause(this::submitter);
            case PAUSE_JOBMANAGER -> ProcessFault.pause(() -> stack.processes().jobManager());
            case PAUSE_BROKER -> ProcessFault.pause(stack::broker);
            case PAUSE_CHAIN -> ProcessFault.pause(stack::chain);
            case FEE_SPIKE ->
                    new ChainFault(
                            stack.file(),
                            chain -> {
                                chain.nextBaseFee(
                                        WEI_PER_GWEI.multiply(
                                                BigInteger.valueOf(plan.baseFeeGwei())));
                                return plan.baseFeeGwei() + " gwei";
                            });
            case POOL_DROP ->
                    new ChainFault(
                            stack.file(),
                            chain -> {
                                chain.dropPool();
                                return "all that waits";
                            });
            case REORG -> reorg(plan.depth(), false);
            case REORG_KEPT -> reorg(plan.depth(), true);
            case RESCALE -> new Rescale(stack, runner, plan.parallelism());
            case OLDER_SAVEPOINT -> new OlderSavepoint(stack, runner, recoverer);
            case SLOW_CHECKPOINT ->
                    new Freeze(() -> awaitMoment(plan), () -> stack.processes().taskManagers());
            case LONG_OUTAGE ->
                    new CutShort(
                            commits,
                            commitsOf(plan),
                            new TotalKill(
                                    "everything, for %d s".formatted(plan.lengthMillis() / 1000),
                                    () -> {},
                                    this::tasksFirst));
            case STALLED_STORE -> stalledStore(plan);
            case OLD_TRANSACTION -> oldTransaction(plan);
            case ADDED_PARTITIONS -> new AddedPartitions(stack.file().bootstrapServers(), load);
            case NODE_LIMITS -> new NodeLimits(node, Limits.of(valueOf(plan)));
            case KILL_LARGE_NODE_STATE ->
                    new TotalKill(
                            "everything in a copy",
                            () ->
                                    LargeNodeState.beingCopied(
                                            stack.file(), valueOf(plan), 4 * later(plan)),
                            stack::allProcesses);
        };
    }

    /** Half of them in mid-checkpoint, half between the commits of a complete one. */
    private void awaitMoment(PlannedFault plan) throws Exception {
        if (plan.baseFeeGwei() % 2 == 0) {
            Moment.inACheckpoint(stack, rest, later(plan));
        } else {
            Moment.betweenCommits(stack, later(plan));
        }
    }

    private Fault stalledStore(PlannedFault plan) {
        return new StalledStore(() -> awaitMoment(plan), CheckpointStore.of(stack.directory()));
    }

    private Fault oldTransaction(PlannedFault plan) {
        String bootstrapServers = stack.file().bootstrapServers();
        return plan.baseFeeGwei() % 2 == 0
                ? OldTransaction.ofStranger(bootstrapServers, load, plan.parallelism() - 1)
                : OldTransaction.ofSink(
                        bootstrapServers,
                        stack.job().config().kafka().transactionPrefix(),
                        plan.parallelism() - 1,
                        SINKS_TIMEOUT);
    }

    /** What runs tasks first: it is their commits that are to be cut short. */
    private List<StackProcess> tasksFirst() {
        List<StackProcess> all = new ArrayList<>(stack.processes().taskManagers());
        stack.allProcesses().stream().filter(process -> !all.contains(process)).forEach(all::add);
        return all;
    }

    /** At least one of the sinks has committed, and at least one has not. */
    private int commitsOf(PlannedFault plan) {
        int sinks = LedgerSink.keys(stack.job().config().parallelism()).size();
        return (int) (1 + plan.gapMillis() % (sinks - 1));
    }

    /** Within what the sinks take to commit, one after the other. */
    private static long later(PlannedFault plan) {
        return plan.gapMillis() % COMMITS_MILLIS;
    }

    private static long valueOf(PlannedFault plan) {
        return plan.gapMillis() * 1_000_003 + plan.lengthMillis();
    }

    private Fault reorg(int depth, boolean keep) {
        return new ChainFault(
                stack.file(),
                chain -> {
                    awaitOwnBlocks(chain, depth);
                    List<String> kept = keep ? chain.rawTransactions(depth) : List.of();
                    chain.reorganise(depth, kept);
                    return depth + " blocks" + (keep ? ", " + kept.size() + " transactions" : "");
                });
    }

    /** A node that was just started has to mine as many blocks first as it is to give up. */
    private void awaitOwnBlocks(EvmSession chain, int depth)
            throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + START_LIMIT.toNanos();
        while (chain.blockNumber() - depth <= stack.loadedBlock()) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException(
                        "the L2 node has not mined %d blocks since its start".formatted(depth));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    /** The TaskManager that runs the submitter. */
    private StackProcess submitter() throws Exception {
        long giveUpNanos = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            Optional<StackProcess> found = findSubmitter();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IllegalStateException("no TaskManager runs " + Uids.SUBMIT);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS); // the job is just being deployed again
        }
    }

    private Optional<StackProcess> findSubmitter() throws Exception {
        List<StackProcess> taskManagers = stack.processes().taskManagers();
        return submitters
                .find(
                        stack.job().running().get(0).toHexString(),
                        taskManagers.stream().map(StackProcess::name).toList())
                .flatMap(
                        name ->
                                taskManagers.stream()
                                        .filter(process -> process.name().equals(name))
                                        .findFirst());
    }
}
