package io.millrace.watch.act;

import io.millrace.audit.EpochPart;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import java.util.List;

/**
 * Opens what one part of an epoch credits to one earning account from the header's {@code
 * wordsHash}; or the gap where its slot would be.
 */
final class CreditStatements {

    private CreditStatements() {}

    static Tribunal.CreditStatement open(EpochPart part, long account) {
        List<BigInteger> slots = part.creditSlots();
        List<BigInteger> amounts = part.credits();
        long slot = account / PackedSlots.LANES;
        int at = 0;
        while (at < amounts.size() && PackedSlots.slotAt(slots, at) < slot) {
            at++;
        }
        boolean isGap = at == amounts.size() || PackedSlots.slotAt(slots, at) != slot;
        // Of a gap the slot before it is shown too, which may be in the chunk before.
        int first = (isGap && at > 0 ? at - 1 : at) / PackedSlots.CHUNK;
        int from = first * PackedSlots.CHUNK;
        int to = Math.min(amounts.size(), (at / PackedSlots.CHUNK + 1) * PackedSlots.CHUNK);
        return new Tribunal.CreditStatement(
                Statements.header(part.header()),
                PackedSlots.chunkHashes(slots, amounts),
                BigInteger.valueOf(first),
                BigInteger.valueOf(at - from),
                PackedSlots.slots(slots, from, to),
                amounts.subList(from, to),
                PackedSlots.listHash(PackedSlots.chunkHashes(part.debitSlots(), part.debits())),
                PackedSlots.packedHash(part.releases()));
    }
}
