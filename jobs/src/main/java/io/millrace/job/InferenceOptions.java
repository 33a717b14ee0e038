package io.millrace.job;

import static io.millrace.job.OptionKinds.duration;
import static io.millrace.job.OptionKinds.integer;
import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;

/** Those of the {@link JobOptions} that say how models compute. */
final class InferenceOptions {

    static final ConfigOption<Integer> BATCH_MAX_ROWS =
            integer("infer.batch.max.rows", 128, "Most rows of one batch, if so many pay.");

    static final ConfigOption<Integer> BATCH_MAX_TOKENS =
            integer(
                    "infer.batch.max.tokens",
                    8 * 1024,
                    "Most tokens of one batch, padding included, if so many pay: what the"
                            + " device's memory takes.");

    static final ConfigOption<Integer> IN_FLIGHT_MAX_TOKENS =
            integer(
                    "infer.in-flight.max.tokens",
                    32 * 1024,
                    "Tokens one subtask holds before it stops reading (back-pressure).");

    static final ConfigOption<Integer> THREADS =
            integer("infer.threads", 1, "CPU threads of one model's session.");

    static final ConfigOption<Duration> BATCH_MAX_RUN =
            duration(
                    "infer.batch.max.run",
                    Duration.ofMinutes(1),
                    "Longest run of a batch in the model, several times the usual; then it"
                            + " counts as hung, and the job restarts. Loading one may take ten"
                            + " times as long.");

    static final ConfigOption<Duration> MODEL_MAX_IDLE =
            duration(
                    "infer.model.max.idle",
                    Duration.ofHours(1),
                    "After so long without a task a model's memory is given back; the next one has"
                            + " it loaded again, and waits for it.");

    static final ConfigOption<String> DEVICE =
            key("infer.device")
                    .stringType()
                    .defaultValue("cpu")
                    .withDescription(
                            "What models compute on: cpu, cuda or tensorrt; on the GPUs of"
                                    + " Flink's external resource gpu, or on one, as cuda:0. Never"
                                    + " on the CPU instead.");

    static final ConfigOption<String> TENSORRT_CACHE_DIR =
            key("infer.tensorrt.cache.dir")
                    .stringType()
                    .defaultValue("")
                    .withDescription(
                            "Where the engines that TensorRT builds are kept: a directory that"
                                    + " outlives the pod. Needed with tensorrt.");

    private InferenceOptions() {}
}
