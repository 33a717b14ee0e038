package io.millrace.chain.submit;

import io.millrace.chain.submit.fee.Fees;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/**
 * An EIP-1559 transaction, signed and checked.
 *
 * @param hash of the transaction, 0x-hex
 * @param raw signed bytes, 0x-hex
 */
public record SignedTransaction(String hash, String raw) {

    /**
     * What is signed. No value is ever sent along.
     *
     * @param chainId EIP-155
     * @param nonce of the sender
     * @param gasLimit
     * @param to the contract that is called; "" to create one
     * @param calldata 0x-hex
     * @param fees offered
     */
    public record Unsigned(
            long chainId, long nonce, long gasLimit, String to, String calldata, Fees fees) {}

    /**
     * Signs, and checks that the signature is the signer's over exactly these bytes.
     *
     * @throws IOException if the signer is out of reach, or signed something else
     */
    public static SignedTransaction sign(Unsigned unsigned, Signer signer) throws IOException {
        RawTransaction transaction =
                RawTransaction.createTransaction(
                        unsigned.chainId(),
                        BigInteger.valueOf(unsigned.nonce()),
                        BigInteger.valueOf(unsigned.gasLimit()),
                        unsigned.to(),
                        BigInteger.ZERO,
                        unsigned.calldata(),
                        BigInteger.valueOf(unsigned.fees().maxPriorityFeePerGasWei()),
                        BigInteger.valueOf(unsigned.fees().maxFeePerGasWei()));
        byte[] digest = Keccak.hash(TransactionEncoder.encode(transaction));
        byte[] signature = signer.sign(digest);
        String recovered = Secp256k1.recover(digest, signature).orElse("nobody");
        if (!recovered.equals(signer.address())) {
            throw new IOException(
                    "signer of %s returned a signature of %s: check which key it holds"
                            .formatted(signer.address(), recovered));
        }
        byte[] raw =
                TransactionEncoder.encode(
                        transaction,
                        new Sign.SignatureData(
                                signature[64],
                                Arrays.copyOfRange(signature, 0, 32),
                                Arrays.copyOfRange(signature, 32, 64)));
        return new SignedTransaction(Hex.encode(Keccak.hash(raw)), Hex.encode(raw));
    }

    /** Gas limit of signed bytes: a replacement never lowers it. */
    static long gasLimit(String raw) {
        return TransactionDecoder.decode(raw).getGasLimit().longValueExact();
    }

    /** Whether {@code raw} carries the signature of {@code address}. */
    static boolean isSignedBy(String raw, String address) {
        if (!(TransactionDecoder.decode(raw) instanceof SignedRawTransaction signed)) {
            return false;
        }
        // web3j's getFrom computes it in Java, which takes the most of a start with a long journal.
        byte[] digest = Keccak.hash(TransactionEncoder.encode(signed));
        return Secp256k1.recover(digest, signatureOf(signed)).filter(address::equals).isPresent();
    }

    private static byte[] signatureOf(SignedRawTransaction signed) {
        Sign.SignatureData parts = signed.getSignatureData();
        return ByteBuffer.allocate(Secp256k1.SIGNATURE_BYTES)
                .put(parts.getR())
                .put(parts.getS())
                .put(parts.getV())
                .array();
    }

    /**
     * What is wrong with a SIGNED entry of the journal, or null: its hash is the checksum of its
     * bytes, and the numbers beside them must be those inside.
     */
    static @Nullable String damage(
            String transaction,
            String raw,
            long nonce,
            long maxFeePerGasWei,
            long maxPriorityFeePerGasWei) {
        byte[] bytes;
        RawTransaction inside;
        try {
            bytes = Hex.decode(raw);
            inside = TransactionDecoder.decode(raw);
        } catch (RuntimeException e) { // whatever web3j throws at bytes that are no transaction
            return "holds bytes that are no transaction";
        }
        String hash = Hex.encode(Keccak.hash(bytes));
        if (!hash.equals(transaction)) {
            return "holds bytes that hash to " + hash;
        }
        boolean same =
                inside.getTransaction() instanceof Transaction1559 fees
                        && inside instanceof SignedRawTransaction
                        && inside.getNonce().equals(BigInteger.valueOf(nonce))
                        && fees.getMaxFeePerGas().equals(BigInteger.valueOf(maxFeePerGasWei))
                        && fees.getMaxPriorityFeePerGas()
                                .equals(BigInteger.valueOf(maxPriorityFeePerGasWei));
        return same ? null : "names another nonce or other fees than its bytes";
    }
}
