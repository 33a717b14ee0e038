package io.millrace.local.stack;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;

/** Submits the inference and settlement job. */
@FunctionalInterface
public interface JobRunner {

    /**
     * Returns once the cluster has accepted the job. Build the environment with {@code new
     * StreamExecutionEnvironment(flink)}: {@code getExecutionEnvironment(flink)} would ignore the
     * target and start a cluster of its own.
     *
     * @param flink where to run: target, REST address, state backend, savepoint to start from
     * @param options of the job, as JobOptions names them
     */
    JobClient start(Configuration flink, Map<String, String> options) throws Exception;
}
