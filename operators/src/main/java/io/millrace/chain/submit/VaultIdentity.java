package io.millrace.chain.submit;

import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.io.Serializable;

/**
 * Which vault the submitter may settle into. All of it is compared with the chain at start, before
 * anything is signed.
 *
 * @param chainId EIP-155
 * @param codeHash keccak256 of the vault's code, 0x-hex
 * @param token address of the settlement token
 */
public record VaultIdentity(long chainId, String codeHash, String token) implements Serializable {

    /** Checks and canonicalises. */
    public VaultIdentity {
        if (chainId <= 0) {
            throw new IllegalArgumentException("chain id is " + chainId + ": it must be positive");
        }
        codeHash = Hex.encode(Hex.decode(codeHash, 32));
        token = EvmAddress.canonical(token);
    }
}
