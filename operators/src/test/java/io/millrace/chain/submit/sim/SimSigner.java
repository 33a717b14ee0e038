package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.Signer;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;

/** A key of nobody. */
record SimSigner(byte[] key, String address) implements Signer {

    static SimSigner create() {
        byte[] key = Keccak.hashUtf8("a key of the simulation");
        return new SimSigner(key, Secp256k1.address(key));
    }

    @Override
    public byte[] sign(byte[] digest) {
        return Secp256k1.sign(digest, key);
    }
}
