package io.millrace.job;

import static java.util.stream.Collectors.joining;

import io.millrace.chain.event.LogsCheck;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.infer.device.Device;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topics;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.description.TextElement;

/** The job's options, validated together once at start. */
public record JobConfig(
        Kafka kafka,
        Chain chain,
        Admit admit,
        Infer infer,
        Settle settle,
        ResultsMode results,
        Parallelism parallelism) {

    /** Where and how Kafka is used. */
    public record Kafka(
            Brokers brokers,
            String transactionPrefix,
            Duration transactionTimeout,
            Duration tickInterval,
            Map<String, Long> startOffsets,
            Map<String, Long> lostRequests,
            Map<String, String> topicIds) {}

    /** The L2 and our contracts. */
    public record Chain(
            List<String> rpcUrls,
            Eip712Domain domain,
            VaultIdentity vault,
            String registry,
            long startBlock,
            String finality,
            Duration pollInterval,
            LogsCheck logsCheck,
            String settlerKeyFile,
            long settlerLowWei,
            long maxTransactionGas,
            long maxTipWei) {

        private static final long TIMEOUT_MILLIS = 10_000;

        /** How the L2 is reached, and what of it is ours. */
        public L2Connection connection() {
            return new L2Connection(
                    rpcUrls, domain.vault(), registry, Finality.parse(finality), TIMEOUT_MILLIS);
        }
    }

    /** Admission. */
    public record Admit(
            Duration horizon,
            int maxRecordBytes,
            long maxUnsettledNano,
            long maxUnsettledParts,
            Duration maxChainAge,
            Duration maxOpenTransaction) {}

    /** Inference. */
    public record Infer(
            String modelsDir,
            List<Integer> providerAccounts,
            List<String> providerKeyFiles,
            int maxBatchRows,
            int maxBatchTokens,
            int inFlightTokens,
            DeviceOptions device,
            Duration maxRun,
            Duration maxIdle) {}

    /** Epochs. */
    public record Settle(
            int shardDepth,
            int cutEvery,
            int heartbeatCuts,
            long dustMinNano,
            int dustMaxCuts,
            long maxPartGas,
            int maxPartBytes) {}

    /** Parallelism a stage. */
    public record Parallelism(int admit, int infer, int meter, int settle) {}

    /**
     * Reads {@code --key value} pairs.
     *
     * @param parallelism of stages without an option of their own
     * @throws IllegalArgumentException naming the key, the value and what to give, if an option is
     *     unknown, missing or wrong
     */
    public static JobConfig fromMap(Map<String, String> options, int parallelism) {
        Set<String> known =
                JobOptions.ALL.stream().map(ConfigOption::key).collect(Collectors.toSet());
        for (String key : options.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "unknown option --%s; options are %s"
                                .formatted(key, known.stream().sorted().toList()));
            }
        }
        Configuration given = Configuration.fromMap(options);
        return new JobConfig(
                new Kafka(
                        new Brokers(
                                required(given, JobOptions.KAFKA_BOOTSTRAP_SERVERS),
                                given.get(JobOptions.KAFKA_CLIENT_FILE)),
                        given.get(JobOptions.KAFKA_TRANSACTION_PREFIX),
                        given.get(JobOptions.KAFKA_TRANSACTION_TIMEOUT),
                        positive(given, JobOptions.KAFKA_TICK_INTERVAL),
                        offsets(given, JobOptions.KAFKA_START_OFFSETS, ".+"),
                        offsets(
                                given,
                                JobOptions.KAFKA_LOST_REQUESTS,
                                Pattern.quote(Topics.REQUESTS)),
                        given.get(JobOptions.KAFKA_TOPIC_IDS)),
                new Chain(
                        rpcUrls(given),
                        new Eip712Domain(
                                required(given, JobOptions.CHAIN_ID),
                                required(given, JobOptions.VAULT_ADDRESS)),
                        new VaultIdentity(
                                required(given, JobOptions.CHAIN_ID),
                                required(given, JobOptions.VAULT_CODE_HASH),
                                required(given, JobOptions.TOKEN_ADDRESS)),
                        EvmAddress.canonical(required(given, JobOptions.REGISTRY_ADDRESS)),
                        atLeast(given, JobOptions.CHAIN_START_BLOCK, 0),
                        finality(given),
                        positive(given, JobOptions.CHAIN_POLL_INTERVAL),
                        given.get(JobOptions.CHAIN_LOGS_CHECK),
                        required(given, JobOptions.SETTLE_SIGNER_KEY_FILE),
                        atLeast(given, JobOptions.SETTLE_SIGNER_LOW_WEI, 0),
                        atLeast(given, JobOptions.CHAIN_TRANSACTION_MAX_GAS, 1),
                        atLeast(given, JobOptions.SETTLE_TIP_MAX_WEI, 0)),
                new Admit(
                        positive(given, JobOptions.ADMIT_HORIZON),
                        (int) atLeast(given, JobOptions.ADMIT_MAX_RECORD_BYTES, 1),
                        atLeast(given, JobOptions.ADMIT_MAX_UNSETTLED_NANO, 1),
                        atLeast(given, JobOptions.ADMIT_MAX_UNSETTLED_PARTS, 1),
                        positive(given, JobOptions.ADMIT_MAX_CHAIN_AGE),
                        positive(given, JobOptions.REQUESTS_MAX_OPEN_TRANSACTION)),
                infer(given),
                settle(given),
                given.get(JobOptions.RESULTS_MODE),
                new Parallelism(
                        stage(given, JobOptions.PARALLELISM_ADMIT, parallelism),
                        stage(given, JobOptions.PARALLELISM_INFER, parallelism),
                        stage(given, JobOptions.PARALLELISM_METER, parallelism),
                        stage(given, JobOptions.PARALLELISM_SETTLE, parallelism)));
    }

    /** What the option means, in words. */
    public static String meaningOf(ConfigOption<?> option) {
        return option.description().getBlocks().stream()
                .map(block -> ((TextElement) block).getFormat())
                .collect(joining(" "));
    }

    private static Map<String, Long> offsets(
            Configuration given, ConfigOption<Map<String, String>> option, String topic) {
        Map<String, Long> offsets = new LinkedHashMap<>();
        given.get(option)
                .forEach(
                        (partition, offset) -> {
                            if (!partition.matches(topic + "-\\d+")
                                    || !offset.matches("\\d{1,18}")) {
                                throw new IllegalArgumentException(
                                        ("--%s says %s:%s; give"
                                                        + " topic-partition:offset, as in %s-0:42")
                                                .formatted(
                                                        option.key(),
                                                        partition,
                                                        offset,
                                                        Topics.REQUESTS));
                            }
                            offsets.put(partition, Long.valueOf(offset));
                        });
        return offsets;
    }

    private static Infer infer(Configuration given) {
        List<Integer> accounts = required(given, JobOptions.PROVIDER_ACCOUNTS);
        List<String> keyFiles = required(given, JobOptions.PROVIDER_KEY_FILES);
        if (accounts.isEmpty() || accounts.size() != keyFiles.size()) {
            throw new IllegalArgumentException(
                    ("--provider.accounts names %d providers and"
                                    + " --provider.key.files %d key files; give one key file an"
                                    + " account, at least one")
                            .formatted(accounts.size(), keyFiles.size()));
        }
        return new Infer(
                required(given, JobOptions.MODELS_DIR),
                accounts,
                keyFiles,
                (int) atLeast(given, InferenceOptions.BATCH_MAX_ROWS, 1),
                (int) atLeast(given, InferenceOptions.BATCH_MAX_TOKENS, 1),
                (int) atLeast(given, InferenceOptions.IN_FLIGHT_MAX_TOKENS, 1),
                device(given),
                positive(given, InferenceOptions.BATCH_MAX_RUN),
                positive(given, InferenceOptions.MODEL_MAX_IDLE));
    }

    private static DeviceOptions device(Configuration given) {
        Device device;
        try {
            device = Device.parse(given.get(InferenceOptions.DEVICE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--" + InferenceOptions.DEVICE.key() + ": " + e.getMessage(), e);
        }
        return new DeviceOptions(
                device,
                (int) atLeast(given, InferenceOptions.THREADS, 1),
                given.get(InferenceOptions.TENSORRT_CACHE_DIR));
    }

    private static Settle settle(Configuration given) {
        long depth = atLeast(given, JobOptions.SETTLE_SHARD_DEPTH, 0);
        if (depth > 10) {
            throw new IllegalArgumentException(
                    "--settle.shard.depth is " + depth + "; give the vault's own, at most 10");
        }
        return new Settle(
                (int) depth,
                (int) atLeast(given, JobOptions.EPOCH_CUT_EVERY_CHECKPOINTS, 1),
                (int) atLeast(given, JobOptions.EPOCH_HEARTBEAT_CUTS, 0),
                atLeast(given, JobOptions.SETTLE_DUST_MIN_NANO, 0),
                (int) atLeast(given, JobOptions.SETTLE_DUST_MAX_CUTS, 0),
                maxPartGas(given),
                (int) atLeast(given, JobOptions.SETTLE_PART_MAX_BYTES, 1));
    }

    private static long maxPartGas(Configuration given) {
        long part = atLeast(given, JobOptions.SETTLE_PART_MAX_GAS, 1);
        long transaction = given.get(JobOptions.CHAIN_TRANSACTION_MAX_GAS);
        if (part > transaction) {
            throw new IllegalArgumentException(
                    ("--settle.part.max.gas is %d but --chain.transaction.max.gas %d, so a part may"
                                    + " never be sent; lower the former, or raise the latter if the"
                                    + " chain takes more")
                            .formatted(part, transaction));
        }
        return part;
    }

    private static int stage(Configuration given, ConfigOption<Integer> option, int parallelism) {
        int own = given.getOptional(option).orElse(parallelism);
        if (own < 1) {
            throw new IllegalArgumentException(
                    "--" + option.key() + " is " + own + "; give at least 1");
        }
        return own;
    }

    private static List<String> rpcUrls(Configuration given) {
        List<String> urls = required(given, JobOptions.CHAIN_RPC_URLS);
        if (urls.isEmpty() || Set.copyOf(urls).size() < urls.size()) {
            throw new IllegalArgumentException(
                    "--chain.rpc.urls names "
                            + urls.size()
                            + " endpoints, some of them twice; give at least one, each once");
        }
        for (int i = 0; i < urls.size(); i++) {
            try {
                JsonRpc.endpoint(urls.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "--chain.rpc.urls, number " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return urls;
    }

    private static String finality(Configuration given) {
        String finality = given.get(JobOptions.CHAIN_FINALITY);
        Finality.parse(finality); // says what to give
        return finality;
    }

    private static <T> T required(Configuration given, ConfigOption<T> option) {
        return given.getOptional(option)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--" + option.key() + " is missing: " + meaningOf(option)));
    }

    private static long atLeast(
            Configuration given, ConfigOption<? extends Number> option, long least) {
        long value = given.get(option).longValue();
        if (value < least) {
            throw new IllegalArgumentException(
                    "--" + option.key() + " is " + value + "; give at least " + least);
        }
        return value;
    }

    private static Duration positive(Configuration given, ConfigOption<Duration> option) {
        Duration value = given.get(option);
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    "--" + option.key() + " is " + value + "; give more than nothing");
        }
        return value;
    }
}
