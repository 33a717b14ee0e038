package io.millrace.chain.submit;

/**
 * What the chain says of all the transactions ever signed for one part that the vault does not hold
 * yet. Only these five; a timeout or an error of the node is none of them (M9).
 */
sealed interface SendOutcome {

    /** Nothing was ever signed for it. */
    record NotSigned() implements SendOutcome {}

    /**
     * Signed, perhaps sent, in no block: it may still be mined, or never have arrived. The chain
     * counts {@code chainCount} transactions of the account.
     */
    record Unknown(long chainCount) implements SendOutcome {}

    /** One succeeded, in a block newer than the one the vault was read at. */
    record Mined() implements SendOutcome {}

    /** This one is in a block and failed there. */
    record Reverted(SettlementRecord attempt, TransactionOutcome outcome) implements SendOutcome {}

    /** The chain counts past their nonce, yet none of them is in a block. */
    record Replaced(long chainCount) implements SendOutcome {}
}
