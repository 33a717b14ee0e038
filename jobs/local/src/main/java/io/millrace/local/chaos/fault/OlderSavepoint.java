package io.millrace.local.chaos.fault;

import io.millrace.job.recover.Recovery;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackJob;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The job is lost, and all that is at hand is a savepoint from before what it has committed since.
 * The ledger is rebuilt from Kafka and the chain, as {@code job start} does it then.
 */
final class OlderSavepoint implements Fault {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long PAUSE_MILLIS = 500;

    private final LocalStack stack;
    private final JobRunner runner;
    private final Recoverer recoverer;

    OlderSavepoint(LocalStack stack, JobRunner runner, Recoverer recoverer) {
        this.stack = stack;
        this.runner = runner;
        this.recoverer = recoverer;
    }

    @Override
    public String inject() throws Exception {
        StackJob job = stack.job();
        String old = Rescale.stop(job);
        job.start(runner, old, 0, Map.of());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Recovery.whyOutdated(job.config(), old).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new StackException(
                        "nothing was committed in %d s after the start from %s"
                                .formatted(PATIENCE.toSeconds(), old));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        job.cancel();
        return "the ledger is rebuilt";
    }

    @Override
    public void heal() throws Exception {
        recoverer.rebuild();
    }
}
