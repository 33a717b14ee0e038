package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.OPTIONS;
import static io.millrace.settle.Charges.charge;
import static io.millrace.testing.RestoringHarness.abortedBarrier;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.CutPosition;
import io.millrace.chain.OwedChange;
import io.millrace.chain.SealedPart;
import io.millrace.meter.Charge;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealOperatorTest {

    private static RestoringHarness<ShardRoot, CutPosition, SealedPart> harness() {
        return RestoringHarness.<ShardRoot, CutPosition, SealedPart>twoInputOperator(
                        () -> new SealOperator(OPTIONS, DOMAIN, Charges.CURRENT, Charges.SINKS))
                .collecting(SealOperator.ASSIGNMENTS, SealOperator.OWED);
    }

    /** Only one shard saw the barrier of the first cut before its checkpoint failed. */
    @Test
    void seal_cutSplitByAFailedCheckpoint_everyShardCutInOneEpoch() {
        RestoringHarness.Run<SealedPart> run =
                harness()
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(root(1_000, 1, charge(1, 1, 200))),
                                second(new CutPosition(1_000, CutPosition.VAULT, 5)),
                                abortedBarrier(1_000),
                                first(root(2_000, 1, charge(1, 2, 10))),
                                first(root(2_000, 2, charge(2, 1, 30))),
                                barrier(2_000));

        assertThat(run.side(SealOperator.ASSIGNMENTS))
                .containsExactly(
                        new EpochAssignment(1, 1_000, 1, 1),
                        new EpochAssignment(2, 2_000, 1, 1),
                        new EpochAssignment(2, 2_000, 2, 1));
        assertThat(run.main())
                .extracting(e -> e.header().receiptsSumNano())
                .containsExactly(200L, 40L);
        assertThat(run.side(SealOperator.OWED))
                .as("parts that the gate of admission is told of")
                .containsExactly(OwedChange.sealedPart(), OwedChange.sealedPart());
        assertThat(run.main().get(1).header().previousHeader()).isEqualTo(run.main().get(0).hash());
    }

    @Test
    void seal_restoredBetweenAllItems_chainGoesOn() {
        RestoringHarness.Run<SealedPart> run =
                harness()
                        .run(
                                Feeding.RESTORE_BETWEEN,
                                second(new CutPosition(1_000, CutPosition.VAULT, 5)),
                                first(root(1_000, 1, charge(1, 1, 200))),
                                first(root(1_000, 2, charge(2, 1, 30))),
                                first(root(2_000, 1, charge(1, 2, 10))),
                                barrier(3_000));

        assertThat(run.main())
                .extracting(e -> e.header().epoch() + ": " + e.header().receiptsSumNano())
                .containsExactly("1: 200", "2: 30", "3: 10");
        for (int i = 1; i < 3; i++) {
            assertThat(run.main().get(i).header().previousHeader())
                    .isEqualTo(run.main().get(i - 1).hash());
        }
        assertThat(run.main().get(2).header().l2Block()).isEqualTo(4);
    }

    @Test
    void finish_ofABoundedInput_sealsWhatIsPending() {
        RestoringHarness.Run<SealedPart> run =
                harness()
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(root(8, 1, charge(1, 1, 200))),
                                act(h -> h.getOperator().finish()));

        assertThat(run.main()).hasSize(1);
    }

    private static ShardRoot root(long cut, int shard, Charge... charges) {
        return new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN))
                .cut(cut, shard, List.of(charges), List.of())
                .root();
    }
}
