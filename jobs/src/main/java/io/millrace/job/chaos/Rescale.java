package io.millrace.job.chaos;

import io.millrace.job.stack.JobRunner;
import io.millrace.job.stack.LocalStack;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The job stopped with a savepoint, and started from it at another parallelism. */
final class Rescale implements Fault {

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
    public String strike() throws Exception {
        savepoint = stack.job().stop();
        return "to parallelism " + parallelism;
    }

    @Override
    public void heal() throws Exception {
        stack.job().start(runner, savepoint, parallelism, Map.of());
    }
}
