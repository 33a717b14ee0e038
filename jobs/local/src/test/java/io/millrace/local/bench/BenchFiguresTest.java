package io.millrace.local.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.local.bench.BenchReport.Row;
import io.millrace.local.bench.cpu.CpuUse;
import io.millrace.local.bench.job.MoneyStage;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The benches' arithmetic, on figures that can be worked out by hand. */
class BenchFiguresTest {

    private static final long SECOND = 1_000_000_000L;

    private final BenchReport report = new BenchReport("name", "device");

    @Test
    void median_evenAndOdd_middleOfThem() {
        assertThat(Medians.of(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Medians.of(List.of(9.0, 1.0, 2.0, 4.0))).isEqualTo(3);
        assertThatThrownBy(() -> Medians.of(List.of())).hasMessageContaining("at least one run");
    }

    /** 4 s on 2 cores, of which broker, node and client kept both busy for 1 s. */
    @Test
    void engine_restOfTheStack_isTakenOutOfTheRatioAndReported() {
        EngineFigures.Run pipeline =
                new EngineFigures.Run(6_000, 4 * SECOND, 6 * SECOND, 2 * SECOND);
        EngineFigures.Run raw = new EngineFigures.Run(6_000, 3 * SECOND, 5 * SECOND, 0);
        new EngineFigures("mix", 2, List.of(new EngineFigures.Round(pipeline, raw, 6_250)))
                .addTo(report);

        Row alone = row("mix, pipeline to raw, the rest of the stack's CPU taken out");
        assertThat(alone.value()).isEqualTo(2_000);
        assertThat(alone.ratio()).isEqualTo(1);
        assertThat(alone.met()).isTrue();
        assertThat(row("mix, the same as it was, all on one machine").ratio()).isEqualTo(0.75);
        assertThat(row("mix, the same by processor time").ratio()).isCloseTo(5.0 / 6, within(1e-9));
        assertThat(row("mix, rest of the stack (broker, node, client)").value()).isEqualTo(0.5);
        assertThat(row("mix, padding").value()).isCloseTo(0.04, within(1e-9));
    }

    @Test
    void engine_othersMoreThanTheMachineHas_throws() {
        EngineFigures.Run run = new EngineFigures.Run(1, SECOND, SECOND, 2 * SECOND);
        assertThatThrownBy(() -> run.aloneTokensPerSecond(2)).hasMessageContaining("do not fit");
    }

    @Test
    void overhead_stages_areSharesOfTheCountedRounds() {
        Map<String, Long> stages =
                Map.of(
                        MoneyStage.ADMIT.label(),
                        500L,
                        MoneyStage.TOKENIZER.label(),
                        100L,
                        MoneyStage.EVIDENCE.label(),
                        40L,
                        MoneyStage.LEDGER_SENT.label(),
                        160L,
                        OverheadFigures.Group.LEDGER_PRODUCERS.label(),
                        200L);
        List<OverheadFigures.Round> rounds =
                List.of(
                        new OverheadFigures.Round(90, 20, 7),
                        new OverheadFigures.Round(100, 25, 8),
                        new OverheadFigures.Round(500, 26, 9));

        new OverheadFigures(rounds, stages, 0.25).addTo(report);

        assertThat(row("money path, without model and tokenizer").value()).isEqualTo(90);
        assertThat(row("money path, without model and tokenizer").met()).isFalse();
        assertThat(row("the same with tokenizer, beside a plain pass-through").ratio())
                .isEqualTo(4);
        assertThat(row("  " + MoneyStage.ADMIT.label()).value()).isEqualTo(50);
        // 4 made and encoded, and a quarter of 16 + 20 that send it
        assertThat(row("evidence, beside all else").value()).isEqualTo(13);
        assertThat(row("evidence, beside all else").ratio()).isCloseTo(13.0 / 87, within(1e-9));
        assertThat(row("not counted: the model's threads").value()).isEqualTo(8);
    }

    /** A busy while twice as long as the idle one, whose polling would else look like a stage. */
    @Test
    void overhead_pollingOfAnIdleStack_isNoStages() {
        assertThat(
                        OverheadFigures.without(
                                Map.of("a", 100L, "b", 30L), Map.of("a", 20L, "b", 40L), 2))
                .containsOnly(Map.entry("a", 60L), Map.entry("b", 0L));
    }

    @Test
    void overhead_threadsOfNoStep_areCountedOnceEach() {
        CpuUse use =
                new CpuUse(
                        SECOND,
                        1_000,
                        100,
                        50,
                        Map.of(
                                "main",
                                200L,
                                "kafka-producer-network-thread | producer-millrace-money-0-1",
                                30L,
                                "kafka-producer-network-thread | producer-2",
                                20L,
                                "Flink Netty Server (0) Thread 0",
                                10L,
                                "flink-pekko.actor.default-dispatcher-5",
                                40L));

        assertThat(OverheadFigures.Group.of(use, "main"::equals))
                .containsOnly(
                        Map.entry("threads that send charges and evidence", 30L),
                        Map.entry("threads that send all else", 20L),
                        Map.entry("Flink's network", 10L),
                        Map.entry("garbage collector", 50L),
                        // 1,000 - 100 - 50 - 200 - 30 - 20 - 10
                        Map.entry("Flink's other threads, and RocksDB's", 590L));
    }

    /** On a CPU batches pay little, and then nobody can be asked to gain by them. */
    @Test
    void peers_batchesDoNotPay_noRatioIsAskedFor() {
        PeersBench.addTo(report, List.of(new PeersBench.Round(90, 80, 40, 100, 110)));
        assertThat(row("this engine, to a row a call").target()).isNull();
        assertThat(row("this engine, to an HTTP server").met()).isTrue();

        BenchReport gpu = new BenchReport("name", "device");
        PeersBench.addTo(gpu, List.of(new PeersBench.Round(90, 80, 40, 100, 400)));
        assertThat(row(gpu, "this engine, to a row a call").met()).isFalse();
    }

    private Row row(String metric) {
        return row(report, metric);
    }

    private static Row row(BenchReport of, String metric) {
        Map<String, Row> rows =
                of.rows().stream().collect(Collectors.toMap(Row::metric, row -> row));
        return requireNonNull(rows.get(metric), metric);
    }
}
