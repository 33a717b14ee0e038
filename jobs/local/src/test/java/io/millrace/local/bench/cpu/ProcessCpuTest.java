package io.millrace.local.bench.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ProcessCpuTest {

    /** A program may be called what it likes. */
    @Test
    void parse_nameWithBlanksAndBrackets_userAndKernelTime() {
        assertThat(
                        ProcessCpu.parse(
                                "42 (a) R 9 (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 250 50 7 8 20 0"
                                        + " 1"))
                .isEqualTo(3_000_000_000L);
    }

    @Test
    void parse_otherFile_throws() {
        assertThatThrownBy(() -> ProcessCpu.parse("42 (java) S 1 2"))
                .hasMessageContaining("no line of /proc/PID/stat");
    }

    @Test
    void nanos_thisProcess_growsAsJavaCountsIt() throws Exception {
        long pid = ProcessHandle.current().pid();
        long before = ProcessCpu.nanos(pid);
        CpuSnapshot first = CpuSnapshot.take();
        long id = Thread.currentThread().getId();
        var threads = ManagementFactory.getThreadMXBean();
        long began = threads.getThreadCpuTime(id);
        double sum = 0;
        while (threads.getThreadCpuTime(id) - began < 200_000_000L) {
            sum += Math.sqrt(sum + 1);
        }
        CpuUse use = CpuSnapshot.take().since(first);
        long grown = ProcessCpu.nanos(pid) - before;
        String name = Thread.currentThread().getName();
        assertThat(sum).isPositive();
        assertThat(use.of(name::equals)).as("this thread").isGreaterThanOrEqualTo(200_000_000L);
        assertThat(use.processNanos()).isGreaterThanOrEqualTo(190_000_000L);
        assertThat(grown).as("by /proc").isGreaterThanOrEqualTo(180_000_000L);
    }
}
