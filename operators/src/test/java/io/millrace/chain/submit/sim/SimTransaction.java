package io.millrace.chain.submit.sim;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/** A settlement transaction as the chain reads it from its bytes. */
record SimTransaction(
        String hash,
        String raw,
        long nonce,
        long maxFeePerGasWei,
        long tipWei,
        long gasLimit,
        Call call) {

    private static final int SELECTOR_DIGITS = 8;

    /**
     * A call of settle.
     *
     * @param header that it wants settled
     * @param headerHash of it, as the vault computes it
     */
    record Call(EpochHeader header, String headerHash) {

        static Call of(String calldata, EpochHeaderHash hashes) {
            String data = calldata.startsWith("0x") ? calldata.substring(2) : calldata;
            EpochHeader header =
                    new EpochHeader(
                            word(data, 0),
                            number(data, 1),
                            (int) number(data, 2),
                            (int) number(data, 3),
                            word(data, 4),
                            number(data, 5),
                            number(data, 6),
                            (int) number(data, 7),
                            number(data, 8),
                            word(data, 9),
                            word(data, 10),
                            number(data, 11));
            return new Call(header, hashes.of(header));
        }
    }

    static SimTransaction parse(String raw, EpochHeaderHash hashes) {
        RawTransaction tx = TransactionDecoder.decode(raw);
        Transaction1559 fees = (Transaction1559) tx.getTransaction();
        return new SimTransaction(
                Hex.encode(Keccak.hash(Hex.decode(raw))),
                raw,
                tx.getNonce().longValueExact(),
                fees.getMaxFeePerGas().longValueExact(),
                fees.getMaxPriorityFeePerGas().longValueExact(),
                tx.getGasLimit().longValueExact(),
                Call.of(tx.getData(), hashes));
    }

    /** Most that it can cost, wei. */
    long mostWei() {
        return Math.multiplyExact(gasLimit, maxFeePerGasWei);
    }

    private static String word(String data, int index) {
        int from = SELECTOR_DIGITS + 64 * index;
        return "0x" + data.substring(from, from + 64);
    }

    private static long number(String data, int index) {
        return new BigInteger(word(data, index).substring(2), 16).longValueExact();
    }
}
