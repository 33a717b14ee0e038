package io.millrace.local.cheat;

import io.millrace.chain.SealedPart;
import io.millrace.meter.Evidence;
import io.millrace.settle.AccountAmount;
import io.millrace.settle.PackedWords;
import io.millrace.settle.Receipt;
import java.util.List;

/**
 * A draft once sealed.
 *
 * @param parts that are settled; of an epoch that is posted by half, not all it says it has
 * @param sealed its receipts
 * @param published those of them that are published
 * @param evidence that is published
 */
record FalseEpoch(
        List<SealedPart> parts,
        List<Receipt> sealed,
        List<Receipt> published,
        List<Evidence> evidence) {

    /** Copies. */
    FalseEpoch {
        parts = List.copyOf(parts);
        sealed = List.copyOf(sealed);
        published = List.copyOf(published);
        evidence = List.copyOf(evidence);
    }

    long number() {
        return parts.get(0).header().epoch();
    }

    /** What its parts credit to an earning account, nano-USD. */
    long creditOf(int account) {
        return parts.stream()
                .flatMap(
                        part ->
                                PackedWords.unpack(
                                        part.words().creditSlots(), part.words().credits())
                                        .stream())
                .filter(credit -> credit.account() == account)
                .mapToLong(AccountAmount::amountNano)
                .sum();
    }

    /** What its receipts say that a provider has earned, nano-USD. */
    long earnedBy(int account) {
        return sealed.stream()
                .filter(receipt -> receipt.charge().providerAccount() == account)
                .mapToLong(receipt -> receipt.charge().creditNano())
                .sum();
    }

    /** What its parts debit of a spending account, nano-USD. */
    long debitOf(int account) {
        return parts.stream()
                .flatMap(
                        part ->
                                PackedWords.unpack(part.words().debitSlots(), part.words().debits())
                                        .stream())
                .filter(debit -> debit.account() == account)
                .mapToLong(AccountAmount::amountNano)
                .sum();
    }
}
