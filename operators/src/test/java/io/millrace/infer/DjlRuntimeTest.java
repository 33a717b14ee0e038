package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Models;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DjlRuntimeTest {

    @TempDir private Path cache;

    /**
     * A job cancelled while its model loaded left a TaskManager on which every later job failed
     * with "could not initialize class": libraries start in class initialisers, once a process.
     */
    @Test
    void start_interruptedTheFirstTime_succeedsTheNextTime() throws Exception {
        ProcessBuilder child =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dai.djl.offline=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                InterruptedStart.class.getName(),
                                Models.minilm().toString()));
        child.environment().put("DJL_CACHE_DIR", cache.toString());
        child.redirectErrorStream(true);

        Process process = child.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("the cancelled start ended with");
        assertThat(output).contains("the next start counts 4");
    }
}
