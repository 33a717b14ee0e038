package io.millrace.settle;

import static io.millrace.unit.Eip712Domain.word;

import io.millrace.meter.Charge;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;

/**
 * The leaf of a charge once it has its place: the EIP-712 digest of {@code
 * ISettlementVaultTypes.Receipt}, with the debit as its sum.
 */
public final class ReceiptLeaf {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,"
                            + "uint32 providerAccount,bytes32 model,uint64 units,"
                            + "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,"
                            + "uint64 creditNano,uint64 feeNano,uint32 shard,uint32 index)");

    private final byte[] separator;

    /** For the receipts of one deployment. */
    public ReceiptLeaf(Eip712Domain domain) {
        separator = domain.separator();
    }

    /** The leaf of {@code charge} at ({@code shard}, {@code index}). */
    public SumNode of(Charge charge, int shard, int index) {
        byte[] struct =
                Keccak.hash(
                        TYPE,
                        Hex.decode(charge.requestId(), 32),
                        word(charge.requesterAccount()),
                        word(charge.sequence()),
                        word(charge.providerAccount()),
                        Hex.decode(charge.model(), 32),
                        word(charge.units()),
                        word(charge.price().nanoPerMillion()),
                        word(charge.price().version()),
                        word(charge.debitNano()),
                        word(charge.creditNano()),
                        word(charge.feeNano()),
                        word(shard),
                        word(index));
        return new SumNode(Eip712Domain.digest(separator, struct), charge.debitNano());
    }
}
