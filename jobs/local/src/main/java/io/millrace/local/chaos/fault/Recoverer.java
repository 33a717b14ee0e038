package io.millrace.local.chaos.fault;

import io.millrace.job.recover.Recovery;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackJob;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator with the runbook in hand: where a job that has ended names {@code recover}, the
 * ledger is rebuilt and the job started from that; nothing else is done for any other reason. Used
 * by one thread.
 */
public final class Recoverer {

    private static final Logger LOG = LoggerFactory.getLogger(Recoverer.class);
    private static final String REMEDY = "millrace recover";

    private final LocalStack stack;
    private final JobRunner runner;
    private final Consumer<String> refusals;

    /**
     * @param refusals is told why the job had ended, each time
     */
    public Recoverer(LocalStack stack, JobRunner runner, Consumer<String> refusals) {
        this.stack = stack;
        this.runner = runner;
        this.refusals = refusals;
    }

    /**
     * Does nothing unless the newest job has failed for good.
     *
     * @throws StackException with its reason if it has, and that names another remedy, or none
     */
    public void mend() throws Exception {
        try {
            stack.job().requireNotFailed();
        } catch (StackException e) {
            String refusal = refusalIn(e).orElseThrow(() -> e);
            refusals.accept(refusal);
            LOG.info("the job has ended, and the runbook's remedy is carried out: {}", refusal);
            rebuild();
        }
    }

    /** Rebuilds the ledger, and starts the job from it. */
    void rebuild() throws Exception {
        StackJob job = stack.job();
        Recovery.Report report = Recovery.run(job.config(), job.savepoints());
        report.lines().forEach(line -> LOG.info("recover: {}", line));
        job.start(runner, report.savepoint(), 0, Map.of());
    }

    /** The message, of {@code failure} or of what caused it, that names the remedy. */
    static Optional<String> refusalIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && message.contains(REMEDY)) {
                return Optional.of(message.lines().findFirst().orElse(message));
            }
        }
        return Optional.empty();
    }
}
