package io.millrace.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Place;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A case can be sent: it demands no more than it has to. */
class IndictmentTest {

    private static final String NONE = MerkleSum.EMPTY.hash();
    private static final int WORD_BYTES = 32;

    @TempDir private Path folder;

    /** All parts together would need more gas than a block has, and nobody would be asked. */
    @Test
    void statement_ofAHundredParts_isDemandedWithTheFewThatReach() throws IOException {
        List<EpochPart> parts = parts(100);
        BigInteger all = BigInteger.valueOf(100 * 101 / 2);

        try (WatchStore store = WatchStore.open(folder, "chain 1 vault 0xaa")) {
            Docket docket = new Docket(store);
            Case first = first(docket, store, finding(all, BigInteger.valueOf(290)), parts);

            assertThat(first.what())
                    .as("1 of its own, and 100, 99, 98 of others")
                    .isEqualTo(1 + 100 + 99 + 98);
            assertThat(docket.call(first).length() / 2).isLessThan(5 * 40 * WORD_BYTES);
        }
    }

    @Test
    void statement_thatItsOwnPartReaches_isDemandedAlone() throws IOException {
        List<EpochPart> parts = parts(5);
        try (WatchStore store = WatchStore.open(folder, "chain 1 vault 0xaa")) {
            Docket docket = new Docket(store);
            first(docket, store, finding(BigInteger.valueOf(15), BigInteger.ZERO), parts);

            assertThat(docket.all()).extracting(Case::what).containsExactly(1L, 2L, 3L, 4L, 5L);
        }
    }

    @Test
    void statement_thatIsShownInFull_isDemandedWithFew() throws IOException {
        List<EpochPart> parts = parts(100);
        BigInteger all = BigInteger.valueOf(100 * 101 / 2);
        try (WatchStore store = WatchStore.open(folder, "chain 1 vault 0xaa")) {
            Docket docket = new Docket(store);
            Case first = first(docket, store, finding(all, all), parts);

            assertThat(docket.call(first).length() / 2).isLessThan(10 * 40 * WORD_BYTES);
        }
    }

    @Test
    void place_foundTwiceInOneBatch_isOneCase() throws IOException {
        List<EpochPart> parts = parts(1);
        Finding found = new Finding.Unsupported(1, new Place(1, 1, 5), BigInteger.ONE, "why");
        try (WatchStore store = WatchStore.open(folder, "chain 1 vault 0xaa");
                WatchStore.Batch batch = store.batch()) {
            Docket docket = new Docket(store);
            Indictment indictment = new Indictment(docket);

            assertThat(indictment.add(found, parts, 1, batch)).isEqualTo(1);
            assertThat(indictment.add(found, parts, 1, batch)).isZero();
            assertThat(docket.count()).isEqualTo(1);
        }
    }

    /** Part 0's. */
    private static Case first(
            Docket docket, WatchStore store, Finding finding, List<EpochPart> parts)
            throws IOException {
        try (WatchStore.Batch batch = store.batch()) {
            new Indictment(docket).add(finding, parts, 1, batch);
            batch.write();
        }
        return docket.all().stream().filter(one -> one.part() == 0).findFirst().orElseThrow();
    }

    private static Finding finding(BigInteger demanded, BigInteger shown) {
        return new Finding.Unaccounted(1, demanded, shown, true);
    }

    /** Each debits account 1 one more than the part before, from 1. */
    private static List<EpochPart> parts(int count) {
        List<EpochPart> parts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            BigInteger nano = BigInteger.valueOf(part + 1L);
            Header header = new Header(NONE, 1, part, count, NONE, nano, 1, 9, nano, NONE, NONE, 1);
            parts.add(
                    new EpochPart(
                            header,
                            List.of(BigInteger.ZERO),
                            List.of(nano.shiftLeft(64)),
                            List.of(),
                            List.of(),
                            List.of()));
        }
        return parts;
    }
}
