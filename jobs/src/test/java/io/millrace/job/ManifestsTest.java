package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The job takes the options of the Kubernetes manifests, as their files are. */
class ManifestsTest {

    private static final Path K8S = Path.of("../k8s").toAbsolutePath().normalize();
    private static final int PARALLELISM = 4;

    private static JobConfig config(Path chain, Path overlay) {
        String files =
                "%s,%s,%s"
                        .formatted(
                                K8S.resolve("base/common.yaml"),
                                chain.resolve("chain.yaml"),
                                overlay.resolve("environment.yaml"));
        return JobConfig.fromMap(JobArguments.parse("--config", files), PARALLELISM);
    }

    @TestFactory
    Stream<DynamicTest> everyOverlay_onItsChain_isTaken() throws IOException {
        return in("overlays").stream()
                .map(
                        overlay ->
                                DynamicTest.dynamicTest(
                                        overlay.getFileName().toString(),
                                        () ->
                                                assertThat(config(chainOf(overlay), overlay))
                                                        .isNotNull()));
    }

    @TestFactory
    Stream<DynamicTest> production_onEveryPublicChain_isTaken() throws IOException {
        return in("components").stream()
                .filter(
                        folder ->
                                Files.exists(folder.resolve("chain.yaml"))
                                        && !folder.endsWith("chain-local"))
                .map(
                        chain ->
                                DynamicTest.dynamicTest(
                                        chain.getFileName().toString(),
                                        () ->
                                                assertThat(
                                                                config(
                                                                        chain,
                                                                        K8S.resolve(
                                                                                "overlays/production")))
                                                        .isNotNull()));
    }

    @Test
    void chains_ofTheComponents_areDistinct() throws IOException {
        List<Long> ids =
                in("components").stream()
                        .map(folder -> folder.resolve("chain.yaml"))
                        .filter(Files::exists)
                        .map(file -> JobArguments.parse("--config", file.toString()))
                        .map(options -> Long.valueOf(options.get("chain.id")))
                        .toList();
        assertThat(ids).contains(8453L, 10L, 42161L).doesNotHaveDuplicates();
    }

    /** The folder of the chain component that an overlay names. */
    private static Path chainOf(Path overlay) throws IOException {
        String named =
                Files.readAllLines(overlay.resolve("kustomization.yaml")).stream()
                        .map(String::strip)
                        .filter(line -> line.startsWith("- ") && line.contains("/chain-"))
                        .findFirst()
                        .orElseThrow();
        return overlay.resolve(named.substring(2)).normalize();
    }

    private static List<Path> in(String folder) throws IOException {
        try (Stream<Path> children = Files.list(K8S.resolve(folder))) {
            return children.sorted().toList();
        }
    }
}
