package io.millrace.local.bench.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackSamplerTest {

    private static final String NAME = "sampled-1";
    private static final long EACH_NANOS = 300_000_000;

    /** Three parts of one and one of the other: seen as that, and nothing of it lost. */
    @Test
    void nanosByStage_twoStagesOfOneThread_splitAsTheyComputed() throws Exception {
        Thread worker =
                new Thread(
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                large();
                            }
                            small();
                        },
                        NAME);
        StackSampler sampler = StackSampler.start(NAME::equals, (thread, stack) -> stage(stack));
        try (sampler) {
            worker.start();
            worker.join();
        }
        Map<String, Long> nanos = sampler.nanosByStage();
        long large = nanos.getOrDefault("large", 0L);
        long small = nanos.getOrDefault("small", 0L);
        assertThat(large + small)
                .as("of %s", nanos)
                .isBetween(4 * EACH_NANOS * 3 / 4, 4 * EACH_NANOS * 5 / 4);
        assertThat((double) large / (large + small)).as("of %s", nanos).isBetween(0.65, 0.85);
    }

    private static String stage(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .map(StackTraceElement::getMethodName)
                .filter(name -> name.equals("large") || name.equals("small"))
                .findFirst()
                .orElse("other");
    }

    private void large() {
        compute();
    }

    private void small() {
        compute();
    }

    private void compute() {
        var threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + EACH_NANOS;
        double sum = 0;
        while (threads.getCurrentThreadCpuTime() < end) {
            sum += Math.sqrt(sum + 1);
        }
        assertThat(sum).as("what it has computed").isPositive();
    }
}
