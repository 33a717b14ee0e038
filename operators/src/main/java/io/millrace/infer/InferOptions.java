package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.unit.Eip712Domain;
import java.io.Serializable;
import java.util.List;

/**
 * How inference runs.
 *
 * @param maxBatchRows rows of a batch
 * @param maxBatchTokens padded tokens of a batch (rows times longest row); at least the longest row
 *     of every model
 * @param inFlightTokens tokens of rows that have not ended, beyond which a subtask holds its input
 *     back; the last task taken in may exceed it
 * @param device what models compute on
 * @param maxRunMillis longest run of one batch; beyond it, and beyond ten times of it while it is
 *     loaded, the model counts as hung
 * @param maxIdleMillis after which time without a task a model is closed; the next one opens it
 *     again
 * @param modelsDir directory of the models, on every TaskManager
 * @param providers subtask i works for provider i modulo their number
 * @param domain what outcomes are signed under
 */
public record InferOptions(
        int maxBatchRows,
        int maxBatchTokens,
        long inFlightTokens,
        DeviceOptions device,
        long maxRunMillis,
        long maxIdleMillis,
        String modelsDir,
        List<ProviderKey> providers,
        Eip712Domain domain)
        implements Serializable {

    /** Checks and copies. */
    public InferOptions {
        requireNonNull(modelsDir, "modelsDir is null");
        requireNonNull(device, "device is null");
        requireNonNull(domain, "domain is null");
        providers = List.copyOf(providers);
        requirePositive("maxBatchRows", maxBatchRows);
        requirePositive("maxBatchTokens", maxBatchTokens);
        requirePositive("inFlightTokens", inFlightTokens);
        requirePositive("maxRunMillis", maxRunMillis);
        requirePositive("maxIdleMillis", maxIdleMillis);
        if (providers.isEmpty()) {
            throw new IllegalArgumentException(
                    "no provider is configured: outcomes need one to sign and to be paid");
        }
    }

    /** Batches of a model whose rows have at most {@code maxTokens} tokens. */
    BatchScheduler.Limits limits(int maxTokens) {
        return new BatchScheduler.Limits(maxBatchRows, maxBatchTokens, maxTokens);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be positive");
        }
    }
}
