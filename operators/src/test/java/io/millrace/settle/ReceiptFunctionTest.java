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

    private static RestoringHarness<Receipt, EpochAssignment, Receipt> harness() {
        return RestoringHarness.keyed(
                new ReceiptFunction(), Receipt::shard, EpochAssignment::shard, Types.INT);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void receipts_inAnyOrderOfArrival_leaveNumberedAndOrdered(Feeding feeding) {
        long seed = 31;
        List<RestoringHarness.Item<Receipt, EpochAssignment>> items =
                new ArrayList<>(
                        List.of(
                                first(receipt(0, 10, 1, 0)),
                                first(receipt(0, 10, 1, 1)),
                                first(receipt(0, 10, 1, 2)),
                                first(receipt(0, 20, 1, 0)),
                                first(receipt(0, 10, 2, 0)),
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
                            receipt(4, 10, 1, 0),
                            receipt(4, 10, 1, 1),
                            receipt(4, 10, 1, 2),
                            receipt(5, 20, 1, 0),
                            receipt(4, 10, 2, 0));
            assertThat(run.main().stream().filter(r -> r.cut() == 10 && r.shard() == 1))
                    .as(note)
                    .extracting(Receipt::index)
                    .containsExactly(0, 1, 2);
            assertThat(run.stateEntries()).as("state left, " + note).isZero();
            Collections.shuffle(items, new Random(seed + round));
        }
    }

    @Test
    void receipts_withoutAssignment_wait() {
        RestoringHarness.Run<Receipt> run =
                harness()
                        .run(
                                Feeding.RESTORE_BETWEEN,
                                first(receipt(0, 10, 1, 0)),
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
                                                first(receipt(0, 10, 1, 0)),
                                                first(receipt(0, 10, 1, 2)),
                                                second(new EpochAssignment(4, 10, 1, 2))))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("receipt 1 of cut 10 in shard 1 is missing");
    }

    private static Receipt receipt(long epoch, long cut, int shard, int index) {
        return new Receipt(epoch, cut, shard, index, charge(shard, cut * 100 + index, 5));
    }
}
