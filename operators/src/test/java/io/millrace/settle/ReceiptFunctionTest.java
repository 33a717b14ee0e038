package io.millrace.settle;

import static io.millrace.settle.Charges.charge;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceiptFunctionTest {

    private static RestoringHarness<CutReceipt, EpochAssignment, Receipt> harness() {
        return RestoringHarness.keyed(
                new ReceiptFunction(), CutReceipt::shard, EpochAssignment::shard, Types.INT);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void receipts_inAnyOrderOfArrival_leaveNumberedAndOrdered(Feeding feeding) {
        long seed = 31;
        List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items =
                new ArrayList<>(
                        List.of(
                                first(cut(10, 1, 0)),
                                first(cut(10, 1, 1)),
                                first(cut(10, 1, 2)),
                                first(cut(20, 1, 0)),
                                first(cut(10, 2, 0)),
                                second(new EpochAssignment(4, 10, 1, 3)),
                                second(new EpochAssignment(5, 20, 1, 1)),
                                second(new EpochAssignment(4, 10, 2, 1)),
                                second(new EpochAssignment(6, 30, 1, 0))));
        for (int round = 0; round < 8; round++) {
            RestoringHarness.Run<Receipt> run = harness().run(feeding, items);

            String note = "seed " + seed + ", round " + round;
            assertThat(run.main())
                    .as(note)
                    .containsExactlyInAnyOrder(
                            cut(10, 1, 0).numbered(4),
                            cut(10, 1, 1).numbered(4),
                            cut(10, 1, 2).numbered(4),
                            cut(20, 1, 0).numbered(5),
                            cut(10, 2, 0).numbered(4));
            assertThat(run.main().stream().filter(r -> r.cut() == 10 && r.shard() == 1))
                    .as(note)
                    .extracting(Receipt::index)
                    .containsExactly(0, 1, 2);
            assertThat(run.stateEntries()).as("state left, " + note).isZero();
            Collections.shuffle(items, new Random(seed + round));
        }
    }

    /** The chain of headers starts at 1, so 0 would name an epoch that no one can look up. */
    @Test
    void receipt_withoutAnEpoch_isNone() {
        assertThatThrownBy(() -> cut(10, 1, 0).numbered(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of epoch 0, the first is 1");
    }

    @Test
    void receipts_withoutAssignment_wait() {
        RestoringHarness.Run<Receipt> run =
                harness()
                        .run(
                                Feeding.RESTORE_BETWEEN,
                                first(cut(10, 1, 0)),
                                second(new EpochAssignment(4, 20, 1, 1)));

        assertThat(run.main()).isEmpty();
        assertThat(run.stateEntries()).isPositive();
    }

    /** The counts fit, a receipt does not: the proof of one charge would never have been given. */
    @Test
    void receipts_oneMissingAmongAsManyAsAssigned_stopsForGood() {
        assertThatThrownBy(
                        () ->
                                harness()
                                        .run(
                                                Feeding.ALL_AT_ONCE,
                                                first(cut(10, 1, 0)),
                                                first(cut(10, 1, 2)),
                                                second(new EpochAssignment(4, 10, 1, 2))))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("receipt 1 of cut 10 in shard 1 is missing");
    }

    private static CutReceipt cut(long cut, int shard, int index) {
        return new CutReceipt(cut, shard, index, charge(shard, cut * 100 + index, 5));
    }
}
