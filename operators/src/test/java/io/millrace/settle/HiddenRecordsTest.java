package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.settle.HiddenRecords.StandStill;
import io.millrace.settle.LedgerTail.Ends;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HiddenRecordsTest {

    private final HiddenRecords hidden = new HiddenRecords();

    @Test
    void looked_endThatMovesWithEachCheckpoint_standsForOneLookOnly() {
        hidden.update(Map.of("charges-0", new Ends(10, 14)), 1_000);
        hidden.update(Map.of("charges-0", new Ends(14, 20)), 2_000);

        assertThat(hidden.longest()).isEqualTo(new StandStill("charges-0", 14, 2_000, 1));
    }

    /** Charges were committed and nobody could see them, while every checkpoint completed. */
    @Test
    void looked_endThatStandsStillWithRecordsBehindIt_countsFromTheFirstLook() {
        hidden.update(Map.of("charges-0", new Ends(10, 14), "charges-1", new Ends(5, 9)), 1_000);
        hidden.update(Map.of("charges-0", new Ends(10, 20), "charges-1", new Ends(9, 9)), 2_000);
        hidden.update(Map.of("charges-0", new Ends(10, 26), "charges-1", new Ends(9, 12)), 3_000);

        assertThat(hidden.longest()).isEqualTo(new StandStill("charges-0", 10, 1_000, 3));
    }

    @Test
    void looked_nothingBehindTheEnd_hidesNothingHoweverLongItIsQuiet() {
        hidden.update(Map.of("charges-0", new Ends(10, 10)), 1_000);
        hidden.update(Map.of("charges-0", new Ends(10, 10)), 90_000);

        assertThat(hidden.longest()).isNull();
    }

    @Test
    void looked_transactionEnds_isForgotten() {
        hidden.update(Map.of("charges-0", new Ends(10, 14)), 1_000);
        hidden.update(Map.of("charges-0", new Ends(10, 14)), 2_000);
        hidden.update(Map.of("charges-0", new Ends(15, 15)), 3_000);

        assertThat(hidden.longest()).isNull();
    }
}
