package io.millrace.chain.submit;

import java.io.IOException;
import java.io.Serializable;

/**
 * Holds the settler's key and signs with it. What it returns is verified by the caller (the key may
 * live in another process). One live key only: two submitters with one key waste each other's
 * nonces, though the vault keeps either from settling twice (M5).
 */
public interface Signer {

    /** Address of the key, lower case. */
    String address();

    /**
     * Signature of a 32-byte digest, 65 bytes r || s || v, v 27 or 28, low s.
     *
     * @throws IOException if the key is out of reach
     */
    byte[] sign(byte[] digest) throws IOException;

    /** Opens the signer where the submitter runs. */
    interface Factory extends Serializable {

        /**
         * Reads or reaches the key.
         *
         * @throws IOException if that fails, saying what to do
         */
        Signer open() throws IOException;
    }
}
