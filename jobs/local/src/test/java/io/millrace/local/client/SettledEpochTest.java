package io.millrace.local.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.unit.Hex;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettledEpochTest {

    private static final List<SealedPart> LOG =
            List.of(part(1, 0, 1, 100), part(2, 0, 2, 200), part(2, 1, 2, 50), part(3, 0, 1, 7));

    @Test
    void epochs_allPartsFinal_addedUp() {
        assertThat(SettledEpoch.of(LOG, SettledEpochTest::settled))
                .containsExactly(
                        new SettledEpoch(1, "tx-1-0", 1000, 3, 100, 9),
                        new SettledEpoch(2, "tx-2-1", 2000, 6, 250, 9),
                        new SettledEpoch(3, "tx-3-0", 1000, 3, 7, 9));
    }

    @Test
    void epochs_onePartNotFinal_leftOut() {
        assertThat(
                        SettledEpoch.of(
                                LOG,
                                header ->
                                        header.epoch() == 2 && header.part() == 0
                                                ? null
                                                : settled(header)))
                .extracting(SettledEpoch::epoch)
                .containsExactly(1L, 3L);
    }

    static SealedPart part(long epoch, int part, int parts, long sumNano) {
        EpochHeader header =
                new EpochHeader(
                        Hex.ZERO_32,
                        epoch,
                        part,
                        parts,
                        Hex.ZERO_32,
                        sumNano,
                        9,
                        8,
                        sumNano,
                        Hex.ZERO_32,
                        Hex.ZERO_32,
                        1);
        SlotWords none = new SlotWords(List.of(), List.of(), List.of(), List.of());
        return new SealedPart(Hex.ZERO_32, header, none, List.of(), 3, List.of(), List.of());
    }

    static SettlementRecord settled(EpochHeader header) {
        return new SettlementRecord(
                SettlementRecord.State.FINAL,
                header.epoch(),
                header.part(),
                Hex.ZERO_32,
                0,
                "tx-" + header.epoch() + "-" + header.part(),
                "",
                0,
                0,
                1,
                1000,
                0);
    }
}
