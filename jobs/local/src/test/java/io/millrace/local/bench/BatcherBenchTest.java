package io.millrace.local.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.bench.BenchReport.Row;
import io.millrace.local.bench.sim.CostTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In virtual time, so the same on every machine. */
class BatcherBenchTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void lognormalLengths_gpu_beatOthersAndComeNearTheOracle(long seed) {
        Map<String, Row> rows = run("gpu", seed);
        for (String metric :
                List.of(
                        "lognormal, useful tokens per device-second, to the oracle",
                        "lognormal, the same, to triton",
                        "lognormal, the same, to infinity",
                        "lognormal, the same, to djl",
                        "lognormal, p99 to triton",
                        "lognormal, p99 to infinity",
                        "lognormal, padding",
                        "trace, padding",
                        "lognormal, 70 % steady, in 100 ms, millrace")) {
            assertThat(row(rows, metric).met()).as("%s: %s", metric, row(rows, metric)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void lognormalLengths_cpu_padLittleThoughBatchesDoNotPay(long seed) {
        Map<String, Row> rows = run("cpu", seed);
        assertThat(row(rows, "lognormal, padding").met()).isTrue();
        assertThat(row(rows, "lognormal, useful tokens per device-second, to the oracle").ratio())
                .isGreaterThan(0.9);
    }

    private static Row row(Map<String, Row> rows, String metric) {
        return requireNonNull(rows.get(metric), metric);
    }

    private static Map<String, Row> run(String device, long seed) {
        Map<String, Row> rows = new TreeMap<>();
        new BatcherBench(CostTable.of(device), 6_000, seed, step -> {})
                .run()
                .rows()
                .forEach(row -> rows.put(row.metric(), row));
        return rows;
    }
}
