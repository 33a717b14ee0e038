package io.millrace.chain;

import static io.millrace.unit.Eip712Domain.word;

import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;

/**
 * EIP-712 digest of an epoch header, the link of the vault's hash chain: what {@code
 * ISettlementVault.hashHeader} computes.
 */
public final class EpochHeaderHash {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,"
                            + "bytes32 receiptsRoot,uint64 receiptsSumNano,uint64 receiptsCount,"
                            + "uint8 levels,uint64 partSumNano,bytes32 wordsHash,"
                            + "bytes32 cutDigest,uint64 l2Block)");

    private final byte[] separator;

    /** For the headers of one deployment. */
    public EpochHeaderHash(Eip712Domain domain) {
        separator = domain.separator();
    }

    /** The digest; 0x-hex of 32 bytes. */
    public String of(EpochHeader header) {
        byte[] struct =
                Keccak.hash(
                        TYPE,
                        Hex.decode(header.previousHeader(), 32),
                        word(header.epoch()),
                        word(header.part()),
                        word(header.parts()),
                        Hex.decode(header.receiptsRoot(), 32),
                        word(header.receiptsSumNano()),
                        word(header.receiptsCount()),
                        word(header.levels()),
                        word(header.partSumNano()),
                        Hex.decode(header.wordsHash(), 32),
                        Hex.decode(header.cutDigest(), 32),
                        word(header.l2Block()));
        return Hex.encode(Eip712Domain.digest(separator, struct));
    }
}
