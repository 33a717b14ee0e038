package io.millrace.local.chaos;

import io.millrace.job.Uids;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackProcess;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Makes planned faults real on one stack. */
final class Faults {

    private static final BigInteger WEI_PER_GWEI = BigInteger.valueOf(1_000_000_000L);

    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 200;

    private final LocalStack stack;
    private final JobRunner runner;
    private final SubmitterSearch submitters;

    Faults(LocalStack stack, JobRunner runner, FlinkRest rest) {
        this.stack = stack;
        this.runner = runner;
        this.submitters = new SubmitterSearch(rest);
    }

    Fault of(PlannedFault plan) {
        Callable<StackProcess> taskManager =
                () -> stack.processes().taskManagers().get(plan.taskManager());
        return switch (plan.kind()) {
            case KILL_TASKMANAGER -> ProcessFault.kill(taskManager);
            case KILL_SUBMITTER -> ProcessFault.kill(this::submitter);
            case KILL_JOBMANAGER -> ProcessFault.kill(() -> stack.processes().jobManager());
            case KILL_BROKER -> ProcessFault.kill(stack::broker);
            case KILL_CHAIN -> ProcessFault.kill(stack::chain);
            case KILL_ZOOKEEPER -> ProcessFault.kill(() -> stack.processes().zooKeeper());
            case KILL_ALL -> new TotalKill(stack::allProcesses);
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
            case OLDER_SAVEPOINT -> new OlderSavepoint(stack, runner);
        };
    }

    private Fault reorg(int depth, boolean keep) {
        return new ChainFault(
                stack.file(),
                chain -> {
                    List<String> kept = keep ? chain.rawTransactions(depth) : List.of();
                    chain.reorganise(depth, kept);
                    return depth + " blocks" + (keep ? ", " + kept.size() + " transactions" : "");
                });
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
