package io.millrace.settle;

import static io.millrace.unit.Eip712Domain.word;

import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.settle.earned.EarnedTotals;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.nio.ByteBuffer;
import java.util.Arrays;

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
                            + "uint256[] credits,bytes32 outcome,bytes32 allocation,"
                            + "uint64 admittedMillis,uint32 shard,uint32 index)");

    /** Providers are not drawn yet, so nothing says why this one was chosen. */
    private static final byte[] ALLOCATION = new byte[32];

    private static final int WORD = 32;

    private final byte[] separator;

    /** For the receipts of one deployment. */
    public ReceiptLeaf(Eip712Domain domain) {
        separator = domain.separator();
    }

    /** The leaf of {@code charge} at ({@code shard}, {@code index}), after {@code before}. */
    public SumNode of(Charge charge, int shard, int index, EarnedBefore before) {
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
                        Keccak.hash(creditLines(charge, before)),
                        Hex.decode(charge.outcome(), 32),
                        ALLOCATION,
                        word(charge.admittedMillis()),
                        word(shard),
                        word(index));
        return new SumNode(Eip712Domain.digest(separator, struct), charge.debitNano());
    }

    /**
     * The credit lines of {@code charge}, words of beforeNano &lt;&lt; 96 | account &lt;&lt; 64 |
     * amountNano: the provider's, then the treasury's; none of nothing.
     */
    public static byte[] creditLines(Charge charge, EarnedBefore before) {
        ByteBuffer lines = ByteBuffer.allocate(2 * WORD);
        putLine(lines, before.providerNano(), charge.providerAccount(), charge.creditNano());
        putLine(lines, before.treasuryNano(), EarnedTotals.TREASURY, charge.feeNano());
        return Arrays.copyOf(lines.array(), lines.position());
    }

    private static void putLine(ByteBuffer lines, long beforeNano, int account, long amountNano) {
        if (amountNano != 0) {
            lines.putLong(0).putInt(0);
            lines.putLong(beforeNano).putInt(account).putLong(amountNano);
        }
    }
}
