package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.EpochChecks.LateReceipts;
import io.millrace.audit.EpochPart.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which receipts may still come, by what has been sealed since. */
class LateReceiptsTest {

    private static final int SHARD_DEPTH = 4;
    private static final long WITHIN = 64 + 16;

    @ParameterizedTest
    @CsvSource({
        "50, 0, 0, true", // newest
        "50, 49, 0, true",
        "50, 49, 1, false", // few come with their epoch
        "5000, 999, 1, false",
        "5000, 1000, 1, true",
        "5000, 1000, 80, true",
        "5000, 1000, 81, false", // for good
        "50, 50, 0, false", // none is missing
        "50, 51, 0, false"
    })
    void mayCome_byCountAndEpochsSince(long count, long visible, long later, boolean mayCome) {
        LateReceipts late = late(false, 100 + later);

        assertThat(late.mayCome(epoch(100, count), visible)).isEqualTo(mayCome);
        assertThat(late.epochs()).isEqualTo(mayCome ? 1 : 0);
        assertThat(late.isAnyUpTo(99)).isFalse();
        assertThat(late.isAnyUpTo(100)).isEqualTo(mayCome);
    }

    @Test
    void mayCome_atRest_never() {
        assertThat(late(true, 100).mayCome(epoch(100, 50), 0)).isFalse();
    }

    @Test
    void mayCome_emptyLog_never() {
        assertThat(new LateReceipts(false, null, SHARD_DEPTH).mayCome(epoch(1, 50), 0)).isFalse();
    }

    @Test
    void mayCome_anEpochBeforeItWaits_waitsBehind() {
        LateReceipts late = late(false, 103);

        assertThat(late.mayCome(epoch(100, 5_000), 1_000)).isTrue();
        assertThat(late.mayCome(epoch(101, 50), 0)).isTrue();
        assertThat(late.epochs()).isEqualTo(2);
    }

    @Test
    void mayCome_anEpochBeforeItIsOverdue_doesNotHideBehindIt() {
        LateReceipts late = late(false, 100 + WITHIN + 1);

        assertThat(late.mayCome(epoch(100, 5_000), 1_000)).isFalse();
        assertThat(late.mayCome(epoch(101, 50), 0)).isFalse();
    }

    /** A cut that is sealed in several epochs is the newest as long as no other follows. */
    @Test
    void mayCome_laterEpochsOfTheSameCut_onlyWithinItsTime() {
        Header newest = Records.with(epoch(103, 50), "cutDigest", epoch(100, 1).cutDigest());
        assertThat(new LateReceipts(false, newest, SHARD_DEPTH).mayCome(epoch(100, 50), 0))
                .isTrue();

        Header far = Records.with(newest, "epoch", 100 + WITHIN + 1);
        assertThat(new LateReceipts(false, far, SHARD_DEPTH).mayCome(epoch(100, 50), 0)).isFalse();
    }

    private static LateReceipts late(boolean requireSettled, long newest) {
        return new LateReceipts(requireSettled, epoch(newest, 1), SHARD_DEPTH);
    }

    private static Header epoch(long number, long receipts) {
        Header counted = Records.with(SampleLedger.NO_HEADER, "receiptsCount", receipts);
        Header numbered = Records.with(counted, "epoch", number);
        return Records.with(numbered, "cutDigest", "cut " + number);
    }
}
