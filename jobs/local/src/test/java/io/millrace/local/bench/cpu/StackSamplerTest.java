package io.millrace.local.bench.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StackSamplerTest {

    private static final String NAME = "sampled-1";
    private static final long EACH_NANOS = 300_000_000;
    private static final long BURST_NANOS = 2_000_000;
    private static final int BURSTS = 150;

    /** Three parts of one and one of the other: seen as that, and nothing of it lost. */
    @Test
    void nanosByStage_twoStagesOfOneThread_splitAsTheyComputed() throws Exception {
        Thread worker =
                new Thread(
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                large(EACH_NANOS);
                            }
                            small(EACH_NANOS);
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

    /**
     * A step that works in bursts is mostly seen when it waits for the next; its work would else be
     * called that of whatever waits.
     */
    @Test
    void nanosByStage_burstsBetweenWaits_areTheWorksAndNotTheWaits() throws Exception {
        BlockingQueue<Integer> turns = new ArrayBlockingQueue<>(1);
        Thread worker =
                new Thread(() -> IntStream.range(0, BURSTS).forEach(i -> burst(turns)), NAME);
        StackSampler sampler = StackSampler.start(NAME::equals, (thread, stack) -> stage(stack));
        try (sampler) {
            worker.start();
            for (int i = 0; i < BURSTS; i++) {
                compute(4 * BURST_NANOS); // the worker waits
                turns.put(i);
            }
            worker.join();
        }
        Map<String, Long> nanos = sampler.nanosByStage();
        long large = nanos.getOrDefault("large", 0L);
        long all = nanos.values().stream().mapToLong(Long::longValue).sum();
        assertThat((double) large / all).as("of %s", nanos).isGreaterThan(0.6);
    }

    private void burst(BlockingQueue<Integer> turns) {
        try {
            turns.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        large(BURST_NANOS);
    }

    private static String stage(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .map(StackTraceElement::getMethodName)
                .filter(name -> name.equals("large") || name.equals("small"))
                .findFirst()
                .orElse("other");
    }

    private void large(long nanos) {
        compute(nanos);
    }

    private void small(long nanos) {
        compute(nanos);
    }

    private void compute(long nanos) {
        var threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + nanos;
        double sum = 0;
        while (threads.getCurrentThreadCpuTime() < end) {
            sum += Math.sqrt(sum + 1);
        }
        assertThat(sum).as("what it has computed").isPositive();
    }
}
