package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.BrokenBooksException;
import io.millrace.admit.Release;
import io.millrace.chain.CutDigest;
import io.millrace.chain.CutPosition;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWordsHash;
import io.millrace.meter.Charge;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochSealerTest {

    private static final SettleOptions OPTIONS =
            new SettleOptions(2, 10, 0, 0, 1_000, 3, new PartLimits(300_000, 2_000));

    /** One pair of slots a part, or one release. */
    private static final SettleOptions NARROW =
            new SettleOptions(2, 10, 0, 0, 1_000_000, 3, new PartLimits(222_000, 1_272));

    private final EpochSealer sealer = new EpochSealer(OPTIONS, DOMAIN);

    @Test
    void seal_cutOfTwoShards_isOneEpochUnderTheTopTree() {
        ShardRoot one = root(10, 1, charge(1, 1, 250), charge(5, 1, 7));
        ShardRoot three = root(10, 3, charge(3, 1, 1_000));
        sealer.add(three);
        sealer.add(one);

        EpochSealer.Sealed sealed = only(sealer.seal(10));

        SumNode expected =
                SumNode.join(
                        SumNode.join(SumNode.EMPTY, SumNode.of(one.root(), 257)),
                        SumNode.join(
                                SumNode.EMPTY,
                                SumNode.join(SumNode.of(three.root(), 1_000), SumNode.EMPTY)));
        EpochHeader header = sealed.parts().get(0).header();
        assertThat(header.receiptsRoot()).isEqualTo(expected.hex());
        assertThat(header.receiptsSumNano()).as("M4, nano-USD").isEqualTo(1_257);
        assertThat(header.receiptsCount()).isEqualTo(3);
        assertThat(header.levels()).as("two of the shards, one of the larger").isEqualTo(3);
        assertThat(sealed.assignments())
                .containsExactly(
                        new EpochAssignment(1, 10, 1, 2), new EpochAssignment(1, 10, 3, 1));
        assertThat(sealed.parts().get(0).sources())
                .extracting(SealedPart.ShardCut::shard)
                .containsExactly(1, 3);
    }

    @Test
    void seal_severalEpochsAndParts_chainWithoutGapsAndSettleTheSum() {
        List<Charge> many = new ArrayList<>();
        for (int account = 1; account < 400; account += 4) {
            many.add(charge(account, 1, 100 + account));
        }
        sealer.add(root(20, 2, charge(2, 1, 9)));
        sealer.add(root(10, 1, many.toArray(new Charge[0])));

        List<SealedPart> parts = sealer.seal(21).stream().flatMap(s -> s.parts().stream()).toList();

        assertThat(parts).hasSizeGreaterThan(2);
        String previous = Hex.ZERO_32;
        long settledNano = 0;
        for (SealedPart part : parts) {
            assertThat(part.header().previousHeader()).isEqualTo(previous);
            assertThat(part.hash()).isEqualTo(new EpochHeaderHash(DOMAIN).of(part.header()));
            assertThat(part.header().wordsHash())
                    .isEqualTo(SlotWordsHash.of(part.words(), part.releases()));
            previous = part.hash();
            settledNano += part.header().partSumNano();
        }
        assertThat(settledNano).isEqualTo(Charges.debitsNano(many) + 9);
        EpochHeader last = parts.get(parts.size() - 1).header();
        assertThat(last.epoch()).isEqualTo(2);
        assertThat(last.parts()).isEqualTo(1);
        assertThat(parts.get(0).header().parts()).isEqualTo(parts.size() - 1);
        assertThat(parts.get(1).header().part()).isEqualTo(1);
        assertThat(sealer.head()).isEqualTo(new EpochSealer.Head(2, previous, 0));
    }

    @Test
    void seal_shardsThatCameAfterTheirCutWasSealed_makeAnEpochOfTheirOwn() {
        sealer.add(root(10, 1, charge(1, 1, 250)));
        sealer.seal(10);
        sealer.add(root(10, 2, charge(2, 1, 30)));

        EpochSealer.Sealed late = only(sealer.seal(11));

        assertThat(late.assignments()).containsExactly(new EpochAssignment(2, 10, 2, 1));
        assertThat(late.parts().get(0).header().receiptsSumNano()).isEqualTo(30);
        assertThat(sealer.seal(12)).as("it is sealed once").isEmpty();
    }

    @Test
    void seal_sumsThatDoNotFit63BitsTogether_makeTwoEpochsOfOneCut() {
        sealer.add(root(10, 1, charge(1, 1, Long.MAX_VALUE)));
        sealer.add(root(10, 2, charge(2, 1, 1)));

        assertThat(sealer.seal(10))
                .extracting(s -> s.parts().get(0).header().receiptsSumNano())
                .containsExactly(Long.MAX_VALUE, 1L);
    }

    /**
     * More parts than the vault takes of an epoch failed the barrier, and the job that was restored
     * met the same cut again, for ever.
     */
    @Test
    void seal_morePartsThanTheVaultTakes_makesEpochsThatFit() {
        EpochSealer narrow = new EpochSealer(NARROW, DOMAIN);
        List<Charge> charges = new ArrayList<>();
        for (int shard = 1; shard <= 3; shard++) {
            List<Charge> some = new ArrayList<>();
            for (int slot = 400 * shard; slot < 400 * (shard + 1); slot++) {
                some.add(charge(4 * slot + shard, 1, 100));
            }
            charges.addAll(some);
            narrow.add(root(10, shard, some.toArray(new Charge[0])));
        }

        List<EpochSealer.Sealed> sealed = narrow.seal(10);

        assertThat(sealed).hasSize(2);
        assertChain(narrow, sealed, Charges.debitsNano(charges));
        assertThat(sealed.stream().flatMap(epoch -> epoch.assignments().stream()))
                .containsExactly(
                        new EpochAssignment(1, 10, 1, 400),
                        new EpochAssignment(2, 10, 2, 400),
                        new EpochAssignment(2, 10, 3, 400));
    }

    /** Whoever opens many withdrawals at once must not stop the books. */
    @Test
    void seal_moreReleasesThanAnEpochTakes_followInEpochsWithoutReceipts() {
        EpochSealer narrow = new EpochSealer(NARROW, DOMAIN);
        List<Release> releases = new ArrayList<>();
        for (int request = 0; request < 2_500; request++) {
            releases.add(release(1, request, 1));
        }
        ShardCutter cutter = new ShardCutter(NARROW, new ReceiptLeaf(DOMAIN));
        narrow.add(cutter.cut(10, 1, List.of(charge(1, 1, 100)), releases).root());

        List<EpochSealer.Sealed> sealed = narrow.seal(10);

        assertThat(sealed).extracting(epoch -> epoch.parts().size()).startsWith(1_024, 1_024);
        assertChain(narrow, sealed, 100);
        assertThat(sealed.stream().flatMap(epoch -> epoch.assignments().stream()))
                .containsExactly(new EpochAssignment(1, 10, 1, 1));
        assertThat(
                        sealed.stream()
                                .flatMap(epoch -> epoch.parts().stream())
                                .flatMap(part -> part.releases().stream()))
                .containsExactlyElementsOf(releases.stream().map(PackedWords::release).toList());
    }

    @Test
    void seal_oneShardThatNoEpochTakes_isRefusedNamingTheOptions() {
        EpochSealer narrow = new EpochSealer(NARROW, DOMAIN);
        List<Charge> charges = new ArrayList<>();
        for (int slot = 0; slot < 1_100; slot++) {
            charges.add(charge(4 * slot + 1, 1, 100));
        }
        narrow.add(root(10, 1, charges.toArray(new Charge[0])));

        assertThatThrownBy(() -> narrow.seal(10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("1100 debits", "the vault's 1024", "settle.part.max.gas");
    }

    private static void assertChain(
            EpochSealer sealer, List<EpochSealer.Sealed> sealed, long sumNano) {
        String previous = Hex.ZERO_32;
        long settledNano = 0;
        long epoch = 0;
        for (EpochSealer.Sealed next : sealed) {
            epoch++;
            assertThat(next.parts()).hasSizeLessThanOrEqualTo(PartLimits.MAX_PARTS);
            for (SealedPart part : next.parts()) {
                assertThat(part.header().epoch()).isEqualTo(epoch);
                assertThat(part.header().parts()).isEqualTo(next.parts().size());
                assertThat(part.header().previousHeader()).isEqualTo(previous);
                previous = part.hash();
                settledNano += part.header().partSumNano();
            }
        }
        assertThat(settledNano).isEqualTo(sumNano);
        assertThat(sealer.head()).isEqualTo(new EpochSealer.Head(epoch, previous, 0));
    }

    @Test
    void seal_releasesOnly_isAnEpochWithoutReceipts() {
        sealer.add(
                new ShardRoot(
                        10,
                        1,
                        Hex.ZERO_32,
                        0,
                        0,
                        List.of(),
                        List.of(),
                        List.of(release(1, 4, 50))));

        SealedPart part = only(sealer.seal(10)).parts().get(0);

        assertThat(part.header().receiptsRoot()).isEqualTo(Hex.ZERO_32);
        assertThat(part.releases()).containsExactly(PackedWords.release(release(1, 4, 50)));
    }

    @Test
    void seal_quietStream_givesAnEmptyEpochEveryThirdCut() {
        List<Long> sealedAt = new ArrayList<>();
        for (long barrier = 1; barrier <= 90; barrier++) {
            if (!sealer.seal(barrier).isEmpty()) {
                sealedAt.add(barrier);
            }
        }

        assertThat(sealedAt).containsExactly(30L, 60L, 90L);
        assertThat(sealer.head().epoch()).isEqualTo(3);
    }

    @Test
    void seal_positions_areThoseOfTheCutAndNeverGoBack() {
        sealer.add(new CutPosition(10, CutPosition.VAULT, 100));
        sealer.add(new CutPosition(10, "requests-0", 5));
        sealer.add(new CutPosition(20, CutPosition.VAULT, 120));
        sealer.add(new CutPosition(20, "requests-0", 5));
        sealer.add(new CutPosition(20, "requests-0", 9)); // another subtask took the partition over
        sealer.add(root(10, 1, charge(1, 1, 250)));
        sealer.add(root(20, 1, charge(1, 2, 250)));

        List<EpochSealer.Sealed> sealed = sealer.seal(20);
        sealer.add(root(10, 2, charge(2, 1, 30)));
        SealedPart late = only(sealer.seal(21)).parts().get(0);

        SealedPart second = sealed.get(1).parts().get(0);
        assertThat(sealed.get(0).parts().get(0).header().l2Block()).isEqualTo(99);
        assertThat(second.header().l2Block()).isEqualTo(119);
        assertThat(second.positions())
                .containsExactly(
                        new CutPosition(20, "requests-0", 9),
                        new CutPosition(20, CutPosition.VAULT, 120));
        assertThat(second.header().cutDigest()).isEqualTo(CutDigest.of(second.positions()));
        assertThat(late.positions()).isEqualTo(second.positions());
    }

    @Test
    void add_shardTwiceForOneCut_isRefused() {
        sealer.add(root(10, 1, charge(1, 1, 250)));

        assertThatThrownBy(() -> sealer.add(root(10, 1, charge(1, 1, 250))))
                .isInstanceOf(BrokenBooksException.class)
                .hasMessageContaining("shard 1 came twice for cut 10");
    }

    @Test
    void seal_rootThatItsPostingsDoNotReach_isRefused() {
        ShardRoot good = root(10, 1, charge(1, 1, 250));
        sealer.add(
                new ShardRoot(
                        10, 1, good.root(), 251, 1, good.debits(), good.credits(), List.of()));

        assertThatThrownBy(() -> sealer.seal(10))
                .isInstanceOf(BrokenBooksException.class)
                .hasMessageContaining("receipts of 251 nano-USD but postings of 250");
    }

    private static ShardRoot root(long cut, int shard, Charge... charges) {
        return new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN))
                .cut(cut, shard, List.of(charges), List.of())
                .root();
    }

    private static EpochSealer.Sealed only(List<EpochSealer.Sealed> sealed) {
        assertThat(sealed).hasSize(1);
        return sealed.get(0);
    }
}
