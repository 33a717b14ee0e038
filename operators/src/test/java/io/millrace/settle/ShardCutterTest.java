package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.meter.Charge;
import io.millrace.settle.ShardCutter.Share;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ShardCutterTest {

    private static final SettleOptions OPTIONS =
            new SettleOptions(2, 1, 100, 2, 10, 0, PartLimits.DEFAULT);
    private static final ShardCutter CUTTER = new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN));

    @Test
    void choose_totalBelowTheDustThreshold_isLeftOutWhole() {
        List<PendingRequester> pending =
                List.of(new PendingRequester(4, 99, 2, 0), new PendingRequester(8, 100, 1, 0));

        assertThat(CUTTER.choose(pending, List.of(), false)).containsOnlyKeys(8);
    }

    @Test
    void choose_dustCarriedAsOftenAsAllowed_goes() {
        List<PendingRequester> pending =
                List.of(new PendingRequester(4, 99, 2, 1), new PendingRequester(8, 0, 1, 2));

        assertThat(CUTTER.choose(pending, List.of(), false)).containsOnlyKeys(8);
    }

    @Test
    void choose_dustOfARequesterWhoWithdraws_goes() {
        List<PendingRequester> pending =
                List.of(new PendingRequester(4, 1, 1, 0), new PendingRequester(8, 1, 1, 0));

        assertThat(CUTTER.choose(pending, List.of(release(8, 1, 5)), false)).containsOnlyKeys(8);
    }

    @Test
    void choose_streamEnds_dustGoes() {
        assertThat(CUTTER.choose(List.of(new PendingRequester(4, 1, 1, 0)), List.of(), true))
                .containsOnlyKeys(4);
    }

    @Test
    void choose_moreReceiptsThanACutTakes_longestCarriedGoFirst() {
        List<PendingRequester> pending =
                List.of(
                        new PendingRequester(4, 500, 6, 0),
                        new PendingRequester(8, 500, 6, 1),
                        new PendingRequester(12, 500, 4, 0));

        SortedMap<Integer, Share> shares = CUTTER.choose(pending, List.of(), false);

        assertThat(shares).containsOnlyKeys(4, 8);
        assertThat(share(shares, 8).receipts()).isEqualTo(6);
        assertThat(share(shares, 4).receipts()).as("what is left of 10").isEqualTo(4);
    }

    @Test
    void choose_moreAccountsThanAnEpochTakes_restIsCarried() {
        PartLimits narrow = new PartLimits(222_000, 1_272);
        ShardCutter cutter =
                new ShardCutter(
                        new SettleOptions(2, 1, 100, 2, 1_000_000, 0, narrow),
                        new ReceiptLeaf(DOMAIN));
        List<PendingRequester> pending = new ArrayList<>();
        for (int account = 0; account < 2_400; account += 4) {
            pending.add(new PendingRequester(account, 500, 6, account < 4 * 100 ? 0 : 1));
        }

        SortedMap<Integer, Share> shares = cutter.choose(pending, List.of(), false);

        assertThat(shares).hasSize(512).doesNotContainKey(4 * 99);
    }

    /** A reseller had more in one interval than a cut takes: the heap was full at every barrier. */
    @Test
    void choose_oneRequesterAboveTheBound_givesItsFirstCharges() {
        List<PendingRequester> pending =
                List.of(new PendingRequester(4, 500, 11, 0), new PendingRequester(8, 500, 1, 0));

        SortedMap<Integer, Share> shares = CUTTER.choose(pending, List.of(), false);

        assertThat(shares).containsOnlyKeys(4);
        assertThat(share(shares, 4).receipts()).isEqualTo(10);
    }

    @Test
    void choose_sumThatFourShardsCouldNotAddUp_isLeftForTheNextCut() {
        List<PendingRequester> pending =
                List.of(
                        new PendingRequester(4, Long.MAX_VALUE / 4, 1, 0),
                        new PendingRequester(8, Long.MAX_VALUE / 4, 1, 0));

        SortedMap<Integer, Share> shares = CUTTER.choose(pending, List.of(), false);

        assertThat(share(shares, 4).hasRoomFor(Long.MAX_VALUE / 4, 0, 0)).isTrue();
        assertThat(share(shares, 8).hasRoomFor(1, 0, 0)).isFalse();
    }

    @Test
    void share_ofOneChargeAboveAllBounds_takesItWhereNothingElseIs() {
        PendingRequester huge = new PendingRequester(4, Long.MAX_VALUE, 2, 0);

        Share share = share(CUTTER.choose(List.of(huge), List.of(), false), 4);

        assertThat(share.hasRoomFor(Long.MAX_VALUE - 1, 0, 0)).isTrue();
        assertThat(share.hasRoomFor(1, 1, Long.MAX_VALUE - 1)).isFalse();
    }

    private static Share share(SortedMap<Integer, Share> shares, int account) {
        return requireNonNull(shares.get(account), "account " + account + " has no share");
    }

    @Test
    void cut_chargesInAnyOrder_giveTheSameRootAndReceipts() {
        long seed = 99;
        List<Charge> charges = new ArrayList<>();
        for (int account = 1; account <= 33; account += 4) {
            for (long sequence = 1; sequence <= account % 5 + 1; sequence++) {
                charges.add(charge(account, sequence, 40 * sequence));
            }
        }
        ShardCutter.Cut expected = CUTTER.cut(7, 1, charges, List.of());

        Collections.shuffle(charges, new Random(seed));

        assertThat(CUTTER.cut(7, 1, charges, List.of())).as("seed " + seed).isEqualTo(expected);
    }

    @Test
    void cut_chargesOfZeroIncluded_booksBalanceAndEveryLeafIsProven() {
        List<Charge> charges =
                List.of(charge(5, 2, 0), charge(1, 1, 250), charge(5, 1, 40), charge(1, 2, 99));

        ShardCutter.Cut cut =
                CUTTER.cut(7, 1, charges, List.of(release(9, 2, 7), release(1, 1, 0)));

        ShardRoot root = cut.root();
        assertThat(root.sumNano()).as("M4, nano-USD").isEqualTo(389);
        assertThat(root.debits())
                .containsExactly(new AccountAmount(1, 349), new AccountAmount(5, 40));
        assertThat(Charges.sumNano(root.credits())).as("M3, nano-USD").isEqualTo(389);
        assertThat(root.credits().get(0))
                .as("fees of 12 + 4 + 2 to the treasury")
                .isEqualTo(new AccountAmount(0, 18));
        assertThat(root.releases()).containsExactly(release(1, 1, 0), release(9, 2, 7));
        assertThat(cut.receipts())
                .extracting(r -> r.charge().requesterAccount() + ":" + r.charge().sequence())
                .containsExactly("1:1", "1:2", "5:1", "5:2");
        List<SumNode> leaves = new ArrayList<>();
        for (CutReceipt r : cut.receipts()) {
            leaves.add(
                    new ReceiptLeaf(DOMAIN).of(r.charge(), r.shard(), r.index(), r.earnedBefore()));
        }
        MerkleSumTree tree = new MerkleSumTree(leaves);
        assertThat(tree.root().hex()).isEqualTo(root.root());
        for (int i = 0; i < leaves.size(); i++) {
            assertThat(MerkleSumTree.verify(leaves.get(i), 0, i, 0, tree.siblings(i), tree.root()))
                    .as("leaf %s", i)
                    .isTrue();
        }
    }

    @Test
    void settleOptions_outOfRange_nameTheValueAndTheRemedy() {
        assertThatThrownBy(() -> new SettleOptions(17, 1, 0, 0, 1, 0, PartLimits.DEFAULT))
                .hasMessage("shardDepth is 17, use 0-16");
        assertThatThrownBy(() -> new SettleOptions(4, 0, 0, 0, 1, 0, PartLimits.DEFAULT))
                .hasMessage("cutEvery is 0, use 1 or more");
        assertThatThrownBy(() -> new SettleOptions(4, 1, -1, 0, 1, 0, PartLimits.DEFAULT))
                .hasMessage("dustMinNano is -1, use 0 or more");
    }
}
