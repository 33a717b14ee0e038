package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.submit.fee.Fees;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

/** Our signing agrees with web3j's own, byte for byte, and trusts no signer blindly. */
class SignedTransactionTest {

    private static final byte[] KEY = Keccak.hashUtf8("a key of the tests");
    private static final SignedTransaction.Unsigned UNSIGNED =
            new SignedTransaction.Unsigned(
                    901, 7, 120_000, "0x" + "ab".repeat(20), "0x0badcafe", new Fees(2_000, 1_000));

    @Test
    void sign_sameTransaction_sameBytesAsWeb3j() throws Exception {
        byte[] expected =
                TransactionEncoder.signMessage(
                        RawTransaction.createTransaction(
                                901,
                                BigInteger.valueOf(7),
                                BigInteger.valueOf(120_000),
                                "0x" + "ab".repeat(20),
                                BigInteger.ZERO,
                                "0x0badcafe",
                                BigInteger.valueOf(1_000),
                                BigInteger.valueOf(2_000)),
                        Credentials.create(Hex.encode(KEY)));

        SignedTransaction signed =
                SignedTransaction.sign(
                        UNSIGNED, new SubmitterRig.TestSigner(SubmitterRig.TestSigner.KEY));

        assertThat(signed.raw()).isEqualTo(Hex.encode(expected));
        assertThat(signed.hash()).isEqualTo(Hex.encode(Keccak.hash(expected)));
        assertThat(SignedTransaction.gasLimit(signed.raw())).isEqualTo(120_000);
    }

    @Test
    void sign_signerWithAnotherKey_isRefused() {
        Signer liar =
                new Signer() {
                    @Override
                    public String address() {
                        return "0x" + "11".repeat(20);
                    }

                    @Override
                    public byte[] sign(byte[] digest) {
                        return Secp256k1.sign(digest, KEY);
                    }
                };

        assertThatThrownBy(() -> SignedTransaction.sign(UNSIGNED, liar))
                .hasMessageContaining("returned a signature of");
    }
}
