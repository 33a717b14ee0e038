package io.millrace.local.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CostTableTest {

    private final CostTable table =
            new CostTable("test", List.of("1,100,2", "3,100,4", "1,200,8", "2,200,12"));

    @Test
    void nanos_measuredShapes_areGivenBack() {
        assertThat(table.nanos(3, 100)).isEqualTo(4_000_000);
        assertThat(table.nanos(2, 200)).isEqualTo(12_000_000);
    }

    @Test
    void nanos_betweenShapes_liesBetweenThem() {
        assertThat(table.nanos(2, 100)).isEqualTo(3_000_000);
        assertThat(table.nanos(2, 150)).isBetween(4_000_000L, 10_000_000L);
    }

    @Test
    void nanos_beyondTheLargest_growsInProportion() {
        assertThat(table.nanos(6, 100)).isEqualTo(8_000_000);
        assertThat(table.nanos(1, 400)).isEqualTo(12_000_000);
    }

    @Test
    void nanos_belowTheSmallest_isTheLaunch() {
        assertThat(table.nanos(1, 10)).isEqualTo(2_000_000);
    }

    @Test
    void of_shippedDevices_costMoreTheMoreThereIs() {
        for (String device : List.of("gpu", "cpu")) {
            CostTable shipped = CostTable.of(device);
            long before = 0;
            for (int rows = 1; rows <= 128; rows *= 2) {
                long nanos = shipped.nanos(rows, 128);
                assertThat(nanos).as("%d rows on %s", rows, device).isGreaterThanOrEqualTo(before);
                before = nanos;
            }
        }
    }
}
