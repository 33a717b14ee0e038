package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Serializable;

/**
 * Whose key signs for an earning account, as the chain has it: who opened the account, until its
 * owner announces another. Source: {@code IProviderRegistry} of the contracts. One thread.
 */
@FunctionalInterface
public interface ProviderSigners {

    /**
     * Who signs at the newest block.
     *
     * @throws IOException if the chain gives no usable answer now
     */
    Signers of(int account) throws IOException;

    /**
     * Addresses in lower case.
     *
     * @param inForce signs now
     * @param next was announced, {@code 0x00…} if none was
     * @param nextFromSeconds unix time from which {@code next} signs, 0 if there is none
     */
    record Signers(String inForce, String next, long nextFromSeconds) {

        public Signers {
            requireNonNull(inForce, "inForce is null");
            requireNonNull(next, "next is null");
        }
    }

    /** Opens one where it is asked. */
    @FunctionalInterface
    interface Factory extends Serializable {

        /** No call is made yet. */
        ProviderSigners open();
    }
}
