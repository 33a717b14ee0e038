package io.millrace.local.client;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An epoch that is final on chain.
 *
 * @param transaction hash of the one that completed it
 * @param gas of all its parts
 * @param accounts touched by all its parts
 * @param debitsNano nano-USD, equal to its credits
 */
public record SettledEpoch(
        long epoch, String transaction, long gas, int accounts, long debitsNano, long receipts) {

    /**
     * The complete ones among {@code parts}, which are in order.
     *
     * @param settlement of a part, or null if it is not final
     */
    public static List<SettledEpoch> of(
            Collection<SealedPart> parts,
            Function<EpochHeader, @Nullable SettlementRecord> settlement) {
        List<SettledEpoch> epochs = new ArrayList<>();
        long gas = 0;
        int accounts = 0;
        long debitsNano = 0;
        boolean whole = true;
        for (SealedPart part : parts) {
            EpochHeader header = part.header();
            if (header.part() == 0) {
                gas = 0;
                accounts = 0;
                debitsNano = 0;
                whole = true;
            }
            SettlementRecord entry = settlement.apply(header);
            if (entry == null) {
                whole = false;
                continue;
            }
            gas += entry.gasUsed();
            accounts += part.accounts();
            debitsNano += header.partSumNano();
            if (whole && header.part() == header.parts() - 1) {
                epochs.add(
                        new SettledEpoch(
                                header.epoch(),
                                entry.transaction(),
                                gas,
                                accounts,
                                debitsNano,
                                header.receiptsCount()));
            }
        }
        return epochs;
    }
}
