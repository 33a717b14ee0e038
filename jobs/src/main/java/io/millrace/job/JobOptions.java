package io.millrace.job;

import static io.millrace.job.OptionKinds.duration;
import static io.millrace.job.OptionKinds.integer;
import static io.millrace.job.OptionKinds.map;
import static io.millrace.job.OptionKinds.number;
import static io.millrace.job.OptionKinds.required;
import static org.apache.flink.configuration.ConfigOptions.key;

import io.millrace.chain.event.LogsCheck;
import io.millrace.chain.submit.SubmitOptions;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.unit.Nano;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/**
 * Every option of the job, once: key, type, default, unit, meaning, and what changing it does to
 * state. Given as {@link JobArguments}; an unknown key fails the start.
 */
public final class JobOptions {

    public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS =
            required("kafka.bootstrap.servers", "Kafka brokers, host:port, comma-separated.");

    public static final ConfigOption<String> KAFKA_CLIENT_FILE =
            key("kafka.client.file")
                    .stringType()
                    .defaultValue("")
                    .withDescription(
                            "Properties of Kafka's clients for brokers with TLS or a login:"
                                    + " security.*, sasl.* and ssl.*, no others. Mounted at the"
                                    + " same path on the JobManager and the TaskManagers; neither"
                                    + " the job's graph nor its state holds what it says.");

    public static final ConfigOption<String> KAFKA_TRANSACTION_PREFIX =
            key("kafka.transaction.prefix")
                    .stringType()
                    .defaultValue("millrace")
                    .withDescription(
                            "Start of all transactional ids. Never shared by two jobs, never"
                                + " changed over the life of a job: its open transactions are found"
                                + " by it.");

    public static final ConfigOption<Duration> KAFKA_TRANSACTION_TIMEOUT =
            duration(
                    "kafka.transaction.timeout",
                    Duration.ofMinutes(15),
                    "How long a transaction may be open before the broker aborts it. The job"
                            + " refuses to start unless it covers two checkpoint time-outs, one"
                            + " interval and a minute, and one more time-out and interval for each"
                            + " failed checkpoint that is tolerated. At most the brokers'"
                            + " transaction.max.timeout.ms.");

    public static final ConfigOption<Duration> KAFKA_TICK_INTERVAL =
            duration(
                    "kafka.tick.interval",
                    Duration.ofMillis(500),
                    "Pause between two clock records of the job; they go to the partitions of"
                            + " the request topic in turn.");

    public static final ConfigOption<Map<String, String>> KAFKA_START_OFFSETS =
            map(
                    "kafka.start.offsets",
                    "Where sources without state begin to read, topic-partition:offset,"
                            + " comma-separated; the others begin at the start of their topic. A"
                            + " state that recover has rebuilt holds its own.");

    public static final ConfigOption<Map<String, String>> KAFKA_LOST_REQUESTS =
            map(
                    "kafka.lost.requests",
                    "Accepts that requests before an offset were gone before they were read,"
                            + " topic-partition:offset as the error prints it. admit.lostOffsets"
                            + " counts them.");

    public static final ConfigOption<Map<String, String>> KAFKA_TOPIC_IDS =
            map(
                    "kafka.topic.ids",
                    "Accepts that a topic was deleted and created anew and is read on from the"
                            + " same offsets, topic:id as the error prints it.");

    public static final ConfigOption<List<String>> CHAIN_RPC_URLS =
            key("chain.rpc.urls")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "JSON-RPC addresses of L2 nodes, semicolon-separated, in order of"
                                    + " preference. One is in use until it fails; the event source"
                                    + " hears a second one before it believes a range.");

    public static final ConfigOption<Long> CHAIN_ID =
            key("chain.id")
                    .longType()
                    .noDefaultValue()
                    .withDescription(
                            "EIP-155 id of the L2. Part of every signature: fixed for a ledger.");

    public static final ConfigOption<String> VAULT_ADDRESS =
            required(
                    "vault.address",
                    "SettlementVault. Part of every signature: fixed for a ledger.");

    public static final ConfigOption<String> VAULT_CODE_HASH =
            required(
                    "vault.code.hash",
                    "keccak256 of the vault's code, as cast codehash prints it.");

    public static final ConfigOption<String> TOKEN_ADDRESS =
            required(
                    "token.address",
                    "Settlement token; nothing is settled into a vault of another.");

    public static final ConfigOption<String> REGISTRY_ADDRESS =
            required("registry.address", "ModelRegistry.");

    public static final ConfigOption<Long> CHAIN_START_BLOCK =
            number(
                    "chain.start.block",
                    0,
                    "Block of the vault's deployment; a new job reads from there.");

    public static final ConfigOption<String> CHAIN_FINALITY =
            key("chain.finality")
                    .stringType()
                    .defaultValue("finalized")
                    .withDescription(
                            "Which blocks money may rely on: the node's tag 'finalized' or 'safe',"
                                    + " or a number of blocks behind the latest on a chain without"
                                    + " tags.");

    public static final ConfigOption<Duration> CHAIN_POLL_INTERVAL =
            duration(
                    "chain.poll.interval",
                    Duration.ofSeconds(2),
                    "Pause between two looks at the chain, of source and submitter.");

    public static final ConfigOption<LogsCheck> CHAIN_LOGS_CHECK =
            key("chain.logs.check")
                    .enumType(LogsCheck.class)
                    .defaultValue(LogsCheck.BLOOM)
                    .withDescription(
                            "How the event source makes sure that a node hides no event. bloom:"
                                    + " blocks whose bloom filter may hold one are proven by their"
                                    + " receipts. receipts: every block is, for chains without"
                                    + " usable blooms. off: two readings must agree, no more.");

    public static final ConfigOption<String> SETTLE_SIGNER_KEY_FILE =
            required(
                    "settle.signer.key.file",
                    "File with the settler's private key as 0x-hex, closed to others (mode"
                            + " 0600, or 0440 for a Kubernetes secret).");

    public static final ConfigOption<Long> CHAIN_TRANSACTION_MAX_GAS =
            number(
                    "chain.transaction.max.gas",
                    SubmitOptions.MAX_TRANSACTION_GAS,
                    "Most gas a transaction may ask for on this chain, by default EIP-7825's; a"
                            + " part that needs more waits, with an alarm.");

    public static final ConfigOption<Long> SETTLE_TIP_MAX_WEI =
            number(
                    "settle.tip.max.wei",
                    MarketFeePolicy.MAX_TIP_WEI,
                    "Most tip for a unit of gas, whatever a node suggests. A first offer is at"
                            + " most half of it, and what the newest blocks were paid.");

    public static final ConfigOption<Long> SETTLE_SIGNER_LOW_WEI =
            number(
                    "settle.signer.low.wei",
                    SubmitOptions.LOW_BALANCE_WEI,
                    "The metric lowBalance is 1 while the settler has less wei.");

    public static final ConfigOption<List<Integer>> PROVIDER_ACCOUNTS =
            key("provider.accounts")
                    .intType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "Earning accounts of the providers behind this job's TaskManagers,"
                                + " semicolon-separated; inference subtask i works for provider i"
                                + " mod N.");

    public static final ConfigOption<List<String>> PROVIDER_KEY_FILES =
            key("provider.key.files")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "Files with the private keys of the signers of provider.accounts, as"
                                    + " many and in their order, semicolon-separated; read on the"
                                    + " TaskManagers. What a signer is, the chain says: the owner's"
                                    + " key, which withdraws, need not be there.");

    public static final ConfigOption<String> MODELS_DIR =
            required("models.dir", "Folder with one folder a model: manifest.json and its files.");

    public static final ConfigOption<ResultsMode> RESULTS_MODE =
            key("results.mode")
                    .enumType(ResultsMode.class)
                    .defaultValue(ResultsMode.IMMEDIATE)
                    .withDescription(
                            "immediate: results are published at once, at least once. committed:"
                                + " result and charge become visible in one transaction, with the"
                                + " checkpoint.");

    public static final ConfigOption<Duration> ADMIT_HORIZON =
            duration(
                    "admit.horizon",
                    Duration.ofHours(1),
                    "How far away a deadline may be. Bounds the state that refuses duplicates;"
                            + " lowering it keeps what is stored.");

    public static final ConfigOption<Integer> ADMIT_MAX_RECORD_BYTES =
            integer(
                    "admit.max.record.bytes",
                    256 * 1024,
                    "Longest request record that is decoded, bytes.");

    public static final ConfigOption<Long> ADMIT_MAX_UNSETTLED_NANO =
            number(
                    "admit.max.unsettled.nano",
                    1_000 * Nano.PER_TOKEN,
                    "Nano-USD that may be reserved or charged and not final on chain; there"
                            + " requests stay in Kafka until it is below three quarters. Give"
                            + " several times what is charged between two settlements.");

    public static final ConfigOption<Long> ADMIT_MAX_UNSETTLED_PARTS =
            number(
                    "admit.max.unsettled.parts",
                    4_096,
                    "Parts of epochs that may be sealed and not final on chain; there requests"
                            + " stay in Kafka until they are below three quarters. Give several"
                            + " times what is sealed while the L2 takes to finality.");

    public static final ConfigOption<Duration> ADMIT_MAX_CHAIN_AGE =
            duration(
                    "admit.max.chain.age",
                    Duration.ofMinutes(45),
                    "Requests are read while the newest final block that was read is younger."
                            + " Must be less than the registry's PRICE_NOTICE, else the job"
                            + " refuses to start, so that none is charged a price that had changed"
                            + " unheard. Give more than the L2 takes to finality.");

    public static final ConfigOption<Duration> REQUESTS_MAX_OPEN_TRANSACTION =
            duration(
                    "requests.max.open.transaction",
                    Duration.ofSeconds(10),
                    "How long a client's transaction may hide what follows it in the request"
                            + " topic; then it is aborted, its requests never were.");

    public static final ConfigOption<Integer> SETTLE_SHARD_DEPTH =
            integer(
                    "settle.shard.depth",
                    4,
                    "2^depth settlement shards: the vault's SHARD_DEPTH, fixed for ever.");

    public static final ConfigOption<Integer> EPOCH_CUT_EVERY_CHECKPOINTS =
            integer(
                    "epoch.cut.every.checkpoints",
                    6,
                    "An epoch is cut at every n-th checkpoint; execution.checkpointing.interval"
                            + " says how often they come.");

    public static final ConfigOption<Integer> EPOCH_HEARTBEAT_CUTS =
            integer(
                    "epoch.heartbeat.cuts",
                    1440,
                    "After so many cuts without an epoch an empty one is settled, so that the"
                            + " vault's escape hatch does not open on a quiet stream. 0 turns it"
                            + " off.");

    public static final ConfigOption<Long> SETTLE_DUST_MIN_NANO =
            number(
                    "settle.dust.min.nano",
                    0,
                    "A requester with a lower pending total is carried, whole.");

    public static final ConfigOption<Integer> SETTLE_DUST_MAX_CUTS =
            integer("settle.dust.max.cuts", 24, "Most cuts that dust is carried.");

    public static final ConfigOption<Long> SETTLE_PART_MAX_GAS =
            number(
                    "settle.part.max.gas",
                    16_200_000,
                    "Most gas of one settlement transaction, by upper bounds; a larger epoch is"
                            + " settled in balanced parts.");

    public static final ConfigOption<Integer> SETTLE_PART_MAX_BYTES =
            integer(
                    "settle.part.max.bytes",
                    120 * 1024,
                    "Most calldata of one settlement transaction, bytes; nodes relay 131,072,"
                            + " Arbitrum takes 95,000.");

    public static final ConfigOption<Integer> PARALLELISM_ADMIT = parallelismOf("admit");
    public static final ConfigOption<Integer> PARALLELISM_INFER = parallelismOf("infer");
    public static final ConfigOption<Integer> PARALLELISM_METER = parallelismOf("meter");
    public static final ConfigOption<Integer> PARALLELISM_SETTLE = parallelismOf("settle");

    /** All options, in the order of the documentation. */
    public static final List<ConfigOption<?>> ALL =
            List.of(
                    KAFKA_BOOTSTRAP_SERVERS,
                    KAFKA_CLIENT_FILE,
                    KAFKA_TRANSACTION_PREFIX,
                    KAFKA_TRANSACTION_TIMEOUT,
                    KAFKA_TICK_INTERVAL,
                    KAFKA_START_OFFSETS,
                    KAFKA_LOST_REQUESTS,
                    KAFKA_TOPIC_IDS,
                    CHAIN_RPC_URLS,
                    CHAIN_ID,
                    VAULT_ADDRESS,
                    VAULT_CODE_HASH,
                    TOKEN_ADDRESS,
                    REGISTRY_ADDRESS,
                    CHAIN_START_BLOCK,
                    CHAIN_FINALITY,
                    CHAIN_POLL_INTERVAL,
                    CHAIN_LOGS_CHECK,
                    SETTLE_SIGNER_KEY_FILE,
                    CHAIN_TRANSACTION_MAX_GAS,
                    SETTLE_TIP_MAX_WEI,
                    SETTLE_SIGNER_LOW_WEI,
                    PROVIDER_ACCOUNTS,
                    PROVIDER_KEY_FILES,
                    MODELS_DIR,
                    RESULTS_MODE,
                    ADMIT_HORIZON,
                    ADMIT_MAX_RECORD_BYTES,
                    ADMIT_MAX_UNSETTLED_NANO,
                    ADMIT_MAX_UNSETTLED_PARTS,
                    ADMIT_MAX_CHAIN_AGE,
                    REQUESTS_MAX_OPEN_TRANSACTION,
                    InferenceOptions.BATCH_MAX_ROWS,
                    InferenceOptions.BATCH_MAX_TOKENS,
                    InferenceOptions.IN_FLIGHT_MAX_TOKENS,
                    InferenceOptions.DEVICE,
                    InferenceOptions.TENSORRT_CACHE_DIR,
                    InferenceOptions.THREADS,
                    InferenceOptions.BATCH_MAX_RUN,
                    InferenceOptions.MODEL_MAX_IDLE,
                    SETTLE_SHARD_DEPTH,
                    EPOCH_CUT_EVERY_CHECKPOINTS,
                    EPOCH_HEARTBEAT_CUTS,
                    SETTLE_DUST_MIN_NANO,
                    SETTLE_DUST_MAX_CUTS,
                    SETTLE_PART_MAX_GAS,
                    SETTLE_PART_MAX_BYTES,
                    PARALLELISM_ADMIT,
                    PARALLELISM_INFER,
                    PARALLELISM_METER,
                    PARALLELISM_SETTLE);

    private JobOptions() {}

    private static ConfigOption<Integer> parallelismOf(String stage) {
        return key("parallelism." + stage)
                .intType()
                .noDefaultValue()
                .withDescription(
                        "Parallelism of %s, by default the job's own (parallelism.default); may change at any savepoint."
                                .formatted(stage));
    }
}
