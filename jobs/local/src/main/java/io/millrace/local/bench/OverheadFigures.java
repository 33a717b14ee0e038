package io.millrace.local.bench;

import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.cpu.CpuUse;
import io.millrace.local.bench.job.MoneyStage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Medians of rounds, split as one more round was.
 *
 * @param rounds that were counted
 * @param stages nanoseconds of the other one, by stage and {@link Group}
 * @param evidenceOfLedger share of evidence in the bytes of charges and evidence
 */
record OverheadFigures(List<Round> rounds, Map<String, Long> stages, double evidenceOfLedger) {

    private static final double WANTED_MICROS = 80;
    private static final double WANTED_EVIDENCE = 0.1;
    private static final String MICROS = "us/request";

    /**
     * One round of each job, in microseconds of processor time a request.
     *
     * @param money of the engine without its models
     * @param plain of the pass-through
     * @param model of the engine's models
     */
    record Round(double money, double plain, double model) {}

    /** What works for no step alone. */
    enum Group {
        LEDGER_PRODUCERS("threads that send charges and evidence"),
        OTHER_PRODUCERS("threads that send all else"),
        NETWORK("Flink's network"),
        COLLECTOR("garbage collector"),
        OTHER("Flink's other threads, and RocksDB's");

        private final String label;

        Group(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        /** Nanoseconds in {@code use} by group, but for the threads that are {@code left} out. */
        static Map<String, Long> of(CpuUse use, Predicate<String> left) {
            Map<String, Long> groups = new TreeMap<>();
            long rest = use.processNanos() - use.compilerNanos() - use.collectorNanos();
            rest -= use.of(left);
            for (Group group : List.of(LEDGER_PRODUCERS, OTHER_PRODUCERS, NETWORK)) {
                long nanos = use.of(name -> !left.test(name) && group.has(name));
                groups.put(group.label, nanos);
                rest -= nanos;
            }
            groups.put(COLLECTOR.label, use.collectorNanos());
            groups.put(OTHER.label, Math.max(0, rest));
            return groups;
        }

        private boolean has(String thread) {
            String name = thread.toLowerCase(Locale.ROOT);
            boolean sends = name.startsWith("kafka-producer-network-thread");
            boolean ledger = sends && name.contains("money");
            return switch (this) {
                case LEDGER_PRODUCERS -> ledger;
                case OTHER_PRODUCERS -> sends && !ledger;
                case NETWORK -> name.startsWith("flink netty");
                case COLLECTOR, OTHER -> false;
            };
        }
    }

    /**
     * Nanoseconds by stage without those of an idle while, none below nothing: polling is no
     * request's.
     *
     * @param share how many times the idle while goes into the other
     */
    static Map<String, Long> without(
            Map<String, Long> stages, Map<String, Long> idle, double share) {
        Map<String, Long> rest = new TreeMap<>();
        stages.forEach(
                (stage, nanos) -> {
                    long polling = Math.round(idle.getOrDefault(stage, 0L) * share);
                    rest.put(stage, Math.max(0, nanos - polling));
                });
        return rest;
    }

    /** Adds what they come to. */
    void addTo(BenchReport report) {
        double all = Medians.of(rounds, Round::money);
        double tokenizer = micros(MoneyStage.TOKENIZER.label());
        report.add(
                "money path, without model and tokenizer",
                all - tokenizer,
                MICROS,
                Bound.AT_MOST,
                WANTED_MICROS);
        report.addBeside(
                "the same with tokenizer, beside a plain pass-through",
                all,
                MICROS,
                Medians.of(rounds, Round::plain));
        double evidence = evidence();
        report.addBeside(
                "evidence, beside all else",
                evidence,
                MICROS,
                all - evidence,
                Bound.AT_MOST,
                WANTED_EVIDENCE);
        for (MoneyStage stage : MoneyStage.values()) {
            report.add("  " + stage.label(), micros(stage.label()), MICROS);
        }
        for (Group group : Group.values()) {
            report.add("  " + group.label(), micros(group.label()), MICROS);
        }
        report.add("not counted: the model's threads", Medians.of(rounds, Round::model), MICROS);
    }

    /** Made and encoded, and its share of what is sent with it. */
    private double evidence() {
        double sent =
                micros(MoneyStage.LEDGER_SENT.label()) + micros(Group.LEDGER_PRODUCERS.label());
        return micros(MoneyStage.EVIDENCE.label()) + evidenceOfLedger * sent;
    }

    /** Its part of a counted round, by its share in the one that was looked into. */
    private double micros(String stage) {
        long sum = stages.values().stream().mapToLong(Long::longValue).sum();
        long nanos = stages.getOrDefault(stage, 0L);
        return sum == 0 ? 0 : Medians.of(rounds, Round::money) * nanos / sum;
    }
}
