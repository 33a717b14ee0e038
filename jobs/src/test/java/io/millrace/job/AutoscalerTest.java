package io.millrace.job;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the component for the operator's autoscaler leaves alone. A cluster in which it scaled more
 * than inference would have two submitters, or transactions without the mark that says whether they
 * are committed.
 */
class AutoscalerTest {

    private static final String SETTINGS = "spec.flinkConfiguration.";
    private static final Map<String, String> COMPONENT =
            JobArguments.parse("--config", "../k8s/components/autoscaler/flink-deployment.yaml");
    private static final List<String> EXCLUDED =
            List.of(
                    requireNonNull(
                                    COMPONENT.get(SETTINGS + "job.autoscaler.vertex.exclude.ids"),
                                    "the component excludes nothing")
                            .split(";"));

    /** Other parallelisms chain other steps, and a vertex is named by the first of its chain. */
    static Stream<Map<String, String>> deployments() {
        return Stream.of(
                Map.of("results.mode", "immediate"),
                Map.of("results.mode", "committed"),
                Map.of("parallelism.settle", "1", "parallelism.meter", "2"),
                Map.of("parallelism.admit", "1"),
                Map.of("parallelism.infer", "7"));
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void excluded_areAllVerticesButInference(Map<String, String> options) {
        Map<String, String> scaled = new TreeMap<>();
        vertices(options, 4)
                .filter(vertex -> !EXCLUDED.contains(vertex.getID().toHexString()))
                .forEach(vertex -> scaled.put(vertex.getName(), vertex.getID().toHexString()));
        assertThat(scaled).containsOnlyKeys("allocated -> infer");
    }

    @Test
    void excluded_eachIsAVertexOfSomeDeployment() {
        TreeSet<String> known = new TreeSet<>();
        IntStream.of(1, 4)
                .forEach(
                        parallelism ->
                                deployments()
                                        .flatMap(options -> vertices(options, parallelism))
                                        .forEach(
                                                vertex -> known.add(vertex.getID().toHexString())));
        assertThat(known).containsAll(EXCLUDED);
        assertThat(EXCLUDED).doesNotHaveDuplicates();
    }

    /** A subtask more than Flink keeps room for would fail the rescale. */
    @Test
    void mostSubtasks_areWhatEveryVertexMayHave() {
        int most =
                Integer.parseInt(COMPONENT.get(SETTINGS + "job.autoscaler.vertex.max-parallelism"));
        assertThat(most).isBetween(2, 128);
    }

    private static Stream<JobVertex> vertices(Map<String, String> options, int parallelism) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.flink());
        env.enableCheckpointing(1_000);
        Map<String, String> all =
                new TreeMap<>(JobConfigTest.leastWith("results.mode", "immediate"));
        all.putAll(options);
        JobConfig config = JobConfig.fromMap(all, parallelism);
        InferenceSettlementJob.topology(env, Endpoints.of(config), config);
        return env
                .getStreamGraph(false)
                .getJobGraph()
                .getVerticesSortedTopologicallyFromSources()
                .stream();
    }
}
