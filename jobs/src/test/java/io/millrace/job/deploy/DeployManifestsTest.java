package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.JobArguments;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program takes the files of its manifests, and their page names its options. */
class DeployManifestsTest {

    private static final Path K8S = Path.of("../k8s").toAbsolutePath().normalize();

    @TempDir Path folder;
    private Map<String, String> options;

    @BeforeEach
    void read() throws Exception {
        options =
                JobArguments.parse(
                        "--config",
                        "%s,%s,%s"
                                .formatted(
                                        K8S.resolve("components/chain-base/chain.yaml"),
                                        K8S.resolve("deploy/environment.yaml"),
                                        K8S.resolve("deploy/deploy.yaml")));
        options.put("models.dir", folder.toString()); // the image's
        options.put("deploy.models", Launch.model(folder.resolve("tiny")) + ":20000000");
    }

    @Test
    void options_ofTheManifests_areTaken() throws Exception {
        DeployConfig config = DeployConfig.fromMap(options);
        assertThat(config.terms().roles().settler())
                .isEqualTo("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
        assertThat(config.terms().bond().bucketSeconds()).isEqualTo(8 * 3_600);
        assertThat(config.terms().court().responseSeconds()).isEqualTo(18 * 3_600);
        assertThat(config.models()).hasSize(1);
        assertThat(config.named()).as("there is no ledger yet").isEmpty();
    }

    @Test
    void options_misspelt_areRefused() {
        options.put("deploy.bond.buckets", "8 h");
        assertThatThrownBy(() -> DeployConfig.fromMap(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("--deploy.bond.buckets", "deploy.bond.bucket");
    }

    @Test
    void options_missing_areNamedWithTheirMeaning() {
        options.remove("deploy.treasury");
        assertThatThrownBy(() -> DeployConfig.fromMap(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("--deploy.treasury is missing", "earning account 0");
    }

    @Test
    void options_each_areOnThePageOfTheManifests() throws Exception {
        String page = Files.readString(K8S.resolve("README.md"));
        assertThat(DeployOptions.ALL)
                .extracting(ConfigOption::key)
                .allSatisfy(key -> assertThat(page).contains("--" + key));
    }
}
