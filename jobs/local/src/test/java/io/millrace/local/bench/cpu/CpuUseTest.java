package io.millrace.local.bench.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.bench.cpu.CpuSnapshot.OfThread;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuUseTest {

    @Test
    void since_threadsComeAndGo_newOnesCountWhole() {
        CpuSnapshot before =
                new CpuSnapshot(
                        100,
                        1_000,
                        10,
                        20,
                        Map.of(1L, new OfThread("a", 50), 2L, new OfThread("gone", 70)));
        CpuSnapshot after =
                new CpuSnapshot(
                        600,
                        1_900,
                        15,
                        26,
                        Map.of(1L, new OfThread("a", 80), 3L, new OfThread("a", 5)));

        CpuUse use = after.since(before);

        assertThat(use).isEqualTo(new CpuUse(500, 900, 5, 6, Map.of("a", 35L)));
        assertThat(use.cores()).isEqualTo(1.8);
    }

    /** An idle stack's own work is none of the requests', but no thread gives time back. */
    @Test
    void without_idleOfAnotherLength_takesItsShareAndNoMore() {
        CpuUse use = new CpuUse(1_000, 900, 40, 50, Map.of("a", 300L, "b", 10L));
        CpuUse idle = new CpuUse(2_000, 400, 20, 10, Map.of("a", 100L, "b", 60L, "c", 9L));

        assertThat(use.without(idle))
                .isEqualTo(new CpuUse(1_000, 700, 30, 45, Map.of("a", 250L, "b", 0L)));
    }
}
