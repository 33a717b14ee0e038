package io.millrace.job.recover;

import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.job.SavepointOptions;
import io.millrace.job.topic.KafkaLedgerLog;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.SentMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the state of a ledger whose own is lost or too old, from Kafka and the chain alone:
 * nothing is charged again, nothing is dropped. No job may run meanwhile.
 */
public final class Recovery {

    /**
     * What was rebuilt.
     *
     * @param savepoint its address
     * @param checkpoint the id it has
     * @param epoch last sealed
     * @param header its hash
     * @param charges committed in all
     * @param unsealed of them in no epoch yet
     * @param aborted open transactions of the lost job
     */
    public record Report(
            String savepoint,
            long checkpoint,
            long epoch,
            String header,
            int charges,
            int unsealed,
            List<String> aborted) {

        /** Copies. */
        public Report {
            aborted = List.copyOf(aborted);
        }
    }

    private Recovery() {}

    /**
     * Writes the state as a savepoint into {@code folder}.
     *
     * @throws RecoverException if the records do not fit together
     */
    public static Report run(JobConfig config, Path folder) throws Exception {
        VaultClient chain = JsonRpcVaultClient.over(config.chain().connection()).open();
        requireChain(chain, config);
        List<String> aborted =
                OpenTransactions.abort(
                        config.kafka().bootstrapServers(),
                        config.kafka().transactionPrefix() + "-");
        LedgerReader reader = new LedgerReader(config, chain);
        LedgerHistory history = reader.read();
        JobConfig.Settle settle = config.settle();
        new LedgerChecks(config.chain().domain(), 1 << settle.shardDepth())
                .require(history, recordOf(chain));
        RebuiltLedger ledger =
                new LedgerRebuild(settle.shardDepth(), settle.dustMaxCuts()).of(history);
        Path savepoint = folder.resolve("recovered-" + ledger.checkpoint());
        for (int copy = 2; Files.exists(savepoint); copy++) {
            savepoint = folder.resolve("recovered-" + ledger.checkpoint() + "-" + copy);
        }
        // Before the state: a savepoint without its metadata is none, one without options is wrong.
        SavepointOptions.write(savepoint, options(reader.starts(), history.finalBlock()));
        SavepointOfLedger.write(
                ledger, maxParallelism(config.parallelism()), savepoint.toUri().toString());
        return new Report(
                savepoint.toUri().toString(),
                ledger.checkpoint(),
                ledger.seal().head().epoch(),
                ledger.seal().head().header(),
                history.charges().size(),
                ledger.shards().stream().mapToInt(shard -> shard.charges().size()).sum(),
                aborted);
    }

    /**
     * Why the job would refuse to start from {@code savepoint}, empty if it would not.
     *
     * @param savepoint null for an empty state
     */
    public static Optional<String> whyOutdated(JobConfig config, @Nullable String savepoint)
            throws IOException {
        LedgerLog.Recorded recorded =
                KafkaLedgerLog.factory(
                                config.kafka().bootstrapServers(),
                                config.kafka().transactionTimeout())
                        .open()
                        .read(SentMark.NONE);
        if (savepoint == null) {
            return recorded.equals(LedgerLog.Recorded.NOTHING)
                    ? Optional.empty()
                    : Optional.of(
                            "there is no savepoint but the ledger has epoch "
                                    + recorded.epoch()
                                    + " and "
                                    + recorded.newest());
        }
        long checkpoint = SavepointLoader.loadSavepointMetadata(savepoint).getCheckpointId();
        return checkpoint >= recorded.newest().checkpoint()
                ? Optional.empty()
                : Optional.of(
                        "savepoint "
                                + savepoint
                                + " is of checkpoint "
                                + checkpoint
                                + " but the ledger has gone on to "
                                + recorded.newest());
    }

    private static Map<String, String> options(Map<String, Long> starts, long finalBlock) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(JobOptions.CHAIN_START_BLOCK.key(), Long.toString(finalBlock + 1));
        options.put(
                JobOptions.KAFKA_START_OFFSETS.key(),
                starts.entrySet().stream()
                        .map(start -> start.getKey() + ":" + start.getValue())
                        .collect(Collectors.joining(",")));
        return options;
    }

    private static void requireChain(VaultClient chain, JobConfig config) throws RpcException {
        long expected = config.chain().domain().chainId();
        if (chain.chainId() != expected) {
            throw new RecoverException(
                    "the L2 node follows chain %d but chain %d is configured; correct the endpoint"
                            .formatted(chain.chainId(), expected));
        }
        String codeHash = chain.vaultCodeHash();
        if (!codeHash.equals(config.chain().vault().codeHash())) {
            throw new RecoverException(
                    ("the code at the vault's address %s hashes to %s but %s is"
                                    + " configured; correct the address or vault.code.hash")
                            .formatted(chain.vault(), codeHash, config.chain().vault().codeHash()));
        }
    }

    /** At the node's latest block: what is there may become final. */
    private static LedgerChecks.VaultRecord recordOf(VaultClient chain) throws RpcException {
        L2Block latest = chain.latestBlock();
        return new LedgerChecks.VaultRecord() {
            @Override
            public VaultHead head() throws RpcException {
                return chain.head(latest);
            }

            @Override
            public String headerOf(long epoch, int part) throws RpcException {
                return chain.headerOf(epoch, part, latest);
            }
        };
    }

    /** What Flink itself takes for stages of such a parallelism. */
    private static int maxParallelism(JobConfig.Parallelism stages) {
        int most =
                IntStream.of(stages.admit(), stages.infer(), stages.meter(), stages.settle())
                        .max()
                        .orElseThrow();
        return KeyGroupRangeAssignment.computeDefaultMaxParallelism(most);
    }
}
