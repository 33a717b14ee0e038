package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EpochPackerTest {

    private static final PartLimits SMALL = new PartLimits(300_000, 2_000);

    @Test
    void pack_randomEpochs_partsAreBalancedWithinLimitsAndAddUp() {
        long seed = 4711;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String note = "seed " + seed + ", round " + round;
            Map<Integer, Long> debits = new TreeMap<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                debits.merge(random.nextInt(150), 1L + random.nextInt(1_000), Math::addExact);
            }
            Map<Integer, Long> credits =
                    credits(random, debits.values().stream().mapToLong(d -> d).sum());
            List<Release> releases = new ArrayList<>();
            for (int i = random.nextInt(20); i > 0; i--) {
                releases.add(Charges.release(i, 1, i));
            }

            List<EpochPacker.Part> parts =
                    new EpochPacker(SMALL)
                            .pack(Amounts.list(debits), Amounts.list(credits), releases);

            Map<Integer, Long> debited = new TreeMap<>();
            Map<Integer, Long> credited = new TreeMap<>();
            List<String> released = new ArrayList<>();
            for (EpochPacker.Part part : parts) {
                List<AccountAmount> d =
                        PackedWords.unpack(part.words().debitSlots(), part.words().debits());
                List<AccountAmount> c =
                        PackedWords.unpack(part.words().creditSlots(), part.words().credits());
                assertThat(Charges.sumNano(d)).as(note).isEqualTo(part.sumNano());
                assertThat(Charges.sumNano(c)).as(note).isEqualTo(part.sumNano());
                assertThat(part.accounts()).as(note).isEqualTo(d.size() + c.size());
                d.forEach(a -> Amounts.add(debited, a.account(), a.amountNano()));
                c.forEach(a -> Amounts.add(credited, a.account(), a.amountNano()));
                released.addAll(part.releases());
                assertThat(gas(part)).as(note).isLessThanOrEqualTo(SMALL.maxGas());
                assertThat(bytes(part)).as(note).isLessThanOrEqualTo(SMALL.maxBytes());
            }
            assertThat(debited).as(note).isEqualTo(debits);
            assertThat(credited).as(note).isEqualTo(credits);
            assertThat(released)
                    .as(note)
                    .isEqualTo(releases.stream().map(PackedWords::release).toList());
        }
    }

    @Test
    void pack_tenThousandRequestersAndAHundredProviders_fitOneTransaction() {
        List<AccountAmount> debits = new ArrayList<>();
        for (int account = 1; account <= 10_000; account++) {
            debits.add(new AccountAmount(account, 20_000));
        }
        List<AccountAmount> credits = new ArrayList<>();
        for (int account = 0; account < 100; account++) {
            credits.add(new AccountAmount(account, 2_000_000));
        }

        assertThat(new EpochPacker(PartLimits.DEFAULT).pack(debits, credits, List.of())).hasSize(1);
    }

    @Test
    void pack_nothing_isOneEmptyPart() {
        List<EpochPacker.Part> parts =
                new EpochPacker(PartLimits.DEFAULT).pack(List.of(), List.of(), List.of());

        assertThat(parts).hasSize(1);
        assertThat(parts.get(0).sumNano()).isZero();
    }

    @Test
    void pack_unbalancedEpoch_isRefused() {
        List<AccountAmount> debits = List.of(new AccountAmount(1, 5));
        List<AccountAmount> credits = List.of(new AccountAmount(1, 4));

        assertThatThrownBy(() -> new EpochPacker(SMALL).pack(debits, credits, List.of()))
                .hasMessageContaining("debits 5, credits 4");
    }

    @Test
    void pack_morePartsThanTheVaultTakes_isRefusedNamingTheOptions() {
        PartLimits narrow = new PartLimits(222_000, 2_000); // one release a part
        List<Release> releases = new ArrayList<>();
        for (int account = 1; account <= 1_024; account++) {
            releases.add(Charges.release(account, 1, 1));
        }
        assertThat(new EpochPacker(narrow).pack(List.of(), List.of(), releases)).hasSize(1_024);
        releases.add(Charges.release(1_025, 1, 1));

        assertThatThrownBy(() -> new EpochPacker(narrow).pack(List.of(), List.of(), releases))
                .hasMessageContainingAll(
                        "1025 releases", "more parts than the vault's 1024", "settle.part.max.gas");
    }

    /** The bound of a cut: whatever slots its accounts are in, and whatever they pay to whom. */
    @Test
    void pack_asManyAccountsAsAShardMayDebit_fitOneEpoch() {
        long seed = 4712;
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            PartLimits limits =
                    new PartLimits(222_000 + random.nextInt(60_000), 1_272 + random.nextInt(200));
            int accounts = limits.maxShardAccounts();
            Map<Integer, Long> debits = new TreeMap<>();
            for (int number = 0; number < accounts; number++) {
                debits.put(4 * number, 2L + random.nextInt(1_000));
            }
            Map<Integer, Long> credits = new TreeMap<>();
            long leftNano = debits.values().stream().mapToLong(d -> d).sum();
            for (int number = 0; number < accounts; number++) {
                long creditNano =
                        number == accounts - 1
                                ? leftNano
                                : 1 + random.nextLong(Math.max(1, leftNano / (accounts - number)));
                credits.put(4 * number, creditNano);
                leftNano -= creditNano;
            }
            assertThat(
                            new EpochPacker(limits)
                                    .pack(Amounts.list(debits), Amounts.list(credits), List.of()))
                    .as("seed " + seed + ", round " + round)
                    .hasSizeLessThanOrEqualTo(PartLimits.MAX_PARTS);
        }
    }

    @Test
    void partLimits_tooSmallForAnything_areRefused() {
        assertThatThrownBy(() -> new PartLimits(100_000, 1_000)).hasMessageContaining("at least");
    }

    private static Map<Integer, Long> credits(Random random, long sumNano) {
        Map<Integer, Long> credits = new TreeMap<>();
        for (long left = sumNano; left > 0; ) {
            long credit = Math.min(left, 1 + random.nextInt(5_000));
            Amounts.add(credits, random.nextInt(40), credit);
            left -= credit;
        }
        return credits;
    }

    private static long gas(EpochPacker.Part part) {
        return PartLimits.PART_GAS
                + part.words().debits().size() * PartLimits.DEBIT_SLOT_GAS
                + part.words().credits().size() * PartLimits.CREDIT_SLOT_GAS
                + part.releases().size() * PartLimits.RELEASE_GAS;
    }

    /** Calldata without selector, header and array heads. */
    private static int bytes(EpochPacker.Part part) {
        int words =
                part.words().debitSlots().size()
                        + part.words().debits().size()
                        + part.words().creditSlots().size()
                        + part.words().credits().size()
                        + part.releases().size();
        return 4 + 32 * (11 + 10 + words);
    }
}
