package io.millrace.local.chaos.fault;

import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackJob;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The job stopped with a savepoint, and started from it at another parallelism. */
final class Rescale implements Fault {

    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MILLIS = 3_000;

    private final LocalStack stack;
    private final JobRunner runner;
    private final int parallelism;

    private @Nullable String savepoint;

    Rescale(LocalStack stack, JobRunner runner, int parallelism) {
        this.stack = stack;
        this.runner = runner;
        this.parallelism = parallelism;
    }

    @Override
    public String inject() throws Exception {
        savepoint = stop(stack.job());
        return "to parallelism " + parallelism;
    }

    /** Stops the job with a savepoint, and returns where that is. */
    static String stop(StackJob job) throws Exception {
        return stop(job::stop, PAUSE_MILLIS);
    }

    /**
     * What {@code stop} returns; a few times, if the savepoint fails and the job goes on.
     *
     * @param pauseMillis between attempts
     */
    static String stop(Callable<String> stop, long pauseMillis) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return stop.call();
            } catch (ExecutionException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            }
        }
    }

    @Override
    public void heal() throws Exception {
        stack.job().start(runner, savepoint, parallelism, Map.of());
    }
}
