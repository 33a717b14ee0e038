package io.millrace.local.bench.job;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a thread of the engine's job is at, by its name, which lists the steps chained in it, and
 * its stack. The time in which a step hands its record on, with the record's serialization, is that
 * step's.
 */
public enum MoneyStage {
    READ("requests read from Kafka"),
    VALIDATE("validate: JSON, limits, prices"),
    REQUESTER_SIGNATURE("validate: the requester's signature"),
    TOKENIZER("tokenizer, in validate and in infer"),
    ADMIT("admit: funds, duplicates"),
    ALLOCATE("allocate"),
    INFER("infer: queueing, mails"),
    PROVIDER_SIGNATURE("infer: the provider's signature"),
    METER("meter"),
    EVIDENCE("evidence made and encoded"),
    CHARGE_ENCODED("charges, receipts and epochs encoded"),
    RESULT_ENCODED("results encoded"),
    RESULT_SENT("results handed to Kafka's producer"),
    LEDGER_SENT("charges and evidence handed to it"),
    OTHER_SENT("receipts, epochs and rejections handed to it"),
    SETTLE("settle: cut, seal, receipts, submit"),
    READ_BACK("charges, epochs, ticks and chain's events read"),
    FLINK("Flink between the steps");

    private static final Pattern SUBTASK = Pattern.compile(".*\\(\\d+/\\d+\\)#\\d+");
    private static final String FETCHER = "Source Data Fetcher for ";
    private static final String REQUESTS = "Source: requests";

    private final String label;

    /** Stage of a call, by how its class's name begins; the first that fits counts. */
    private record Rule(String prefix, MoneyStage stage) {}

    private static final List<Rule> RULES =
            List.of(
                    new Rule("org.apache.flink.connector.kafka.sink.", OTHER_SENT),
                    new Rule("io.millrace.unit.Secp256k1", REQUESTER_SIGNATURE),
                    new Rule("io.millrace.admit.RequestSignature", REQUESTER_SIGNATURE),
                    new Rule("io.millrace.admit.", ADMIT),
                    new Rule("io.millrace.allocate.", ALLOCATE),
                    new Rule("io.millrace.infer.DjlToken", TOKENIZER),
                    new Rule("io.millrace.infer.OutcomeSignature", PROVIDER_SIGNATURE),
                    new Rule("io.millrace.infer.ProviderIdentity", PROVIDER_SIGNATURE),
                    new Rule("io.millrace.infer.", INFER),
                    new Rule("io.millrace.meter.Evidence", EVIDENCE),
                    new Rule("io.millrace.meter.ResultCodec", RESULT_ENCODED),
                    new Rule("io.millrace.meter.", METER),
                    new Rule("io.millrace.settle.", SETTLE),
                    new Rule("io.millrace.chain.", SETTLE),
                    new Rule("io.millrace.job.topic.JsonCodec", CHARGE_ENCODED));

    MoneyStage(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** Whether {@code thread} runs steps of a Flink job, or fetches for one. */
    public static boolean isTask(String thread) {
        return SUBTASK.matcher(thread).matches();
    }

    /**
     * Of a look at a thread of the engine's job.
     *
     * @param thread its name
     * @param stack innermost call first
     */
    public static MoneyStage of(String thread, StackTraceElement[] stack) {
        boolean source = thread.contains("Source: ");
        if (source && !thread.contains(REQUESTS)) {
            return READ_BACK;
        }
        if (thread.startsWith(FETCHER)) {
            return READ;
        }
        for (StackTraceElement call : stack) {
            for (Rule rule : RULES) {
                if (call.getClassName().startsWith(rule.prefix)) {
                    return rule.stage.in(thread);
                }
            }
        }
        return FLINK;
    }

    /** The same classes serve several steps. */
    private MoneyStage in(String thread) {
        return switch (this) {
            case OTHER_SENT ->
                    thread.contains("money-out")
                            ? LEDGER_SENT
                            : thread.contains("results-out") ? RESULT_SENT : OTHER_SENT;
            case REQUESTER_SIGNATURE ->
                    thread.contains("validate") ? REQUESTER_SIGNATURE : PROVIDER_SIGNATURE;
            case ADMIT -> thread.contains("validate") ? VALIDATE : ADMIT;
            // Metering hashes the answer again, for the charge.
            case PROVIDER_SIGNATURE -> thread.contains("infer") ? PROVIDER_SIGNATURE : METER;
            default -> this;
        };
    }
}
