package io.millrace.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShortestQueueTest {

    private static List<Integer> picks(int count, int... lengths) {
        ShortestQueue queues = new ShortestQueue(lengths.length, queue -> lengths[queue]);
        List<Integer> picks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picks.add(queues.next());
        }
        return picks;
    }

    @Test
    void next_equallyShort_inTurn() {
        assertThat(picks(5, 0, 0, 0)).containsExactly(0, 1, 2, 0, 1);
        assertThat(picks(5, 3, 3, 3)).containsExactly(0, 1, 2, 0, 1);
    }

    @Test
    void next_longerThanTheOthers_isPassedOver() {
        assertThat(picks(4, 1, 2, 1)).containsExactly(0, 2, 0, 2);
        assertThat(picks(3, 9, 7, 8)).containsExactly(1, 1, 1);
    }

    @Test
    void next_onlyOne_isTaken() {
        assertThat(picks(2, 5)).containsExactly(0, 0);
    }
}
