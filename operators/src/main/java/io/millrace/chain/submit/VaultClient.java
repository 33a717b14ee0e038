package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.fee.Tips;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.Optional;

/**
 * The L2, as the submitter needs it. Every method asks the node anew; all may throw {@link
 * RpcException}, which says nothing about the chain. Not shared between threads.
 */
public interface VaultClient {

    /** keccak256 of no code. */
    String NO_CODE = Hex.encode(Keccak.hash(new byte[0]));

    /** EIP-155 id of the chain the node follows. */
    long chainId() throws RpcException;

    /** Address of the settlement vault, lower case. */
    String vault();

    /**
     * keccak256 of the code at the vault's address at the latest block, 0x-hex; {@link #NO_CODE} if
     * there is none.
     */
    String vaultCodeHash() throws RpcException;

    /** Settlement token of the vault, lower case. */
    String token() throws RpcException;

    /** The newest block the node has. */
    L2Block latestBlock() throws RpcException;

    /** The newest block that counts as final (see {@link Finality}). */
    L2Block finalBlock() throws RpcException;

    /** The canonical block at a height. */
    L2Block block(long number) throws RpcException;

    /** The vault's head in the state after block {@code at}. */
    VaultHead head(L2Block at) throws RpcException;

    /**
     * Hash of the header that (epoch, part) has in the vault after block {@code at}; zero hash if
     * none.
     */
    String headerOf(long epoch, int part, L2Block at) throws RpcException;

    /** The log in which the vault settled exactly this part, up to block {@code to}. */
    Optional<LogEntry> settled(SealedPart part, long to) throws RpcException;

    /** Whether {@code address} may settle. */
    boolean isSettler(String address) throws RpcException;

    /** Native balance for gas, wei. */
    BigInteger balanceWei(String address) throws RpcException;

    /** Transactions of {@code address} in blocks: "latest", never "pending". */
    long nonce(String address) throws RpcException;

    /** What the node suggests as a tip, and what the newest blocks were paid. */
    Tips tips() throws RpcException;

    /**
     * Runs a call on the vault without sending it.
     *
     * @throws RpcException with {@link RpcException#isRevert} if the vault would revert
     */
    void simulate(String from, String calldata, L2Block at) throws RpcException;

    /**
     * Gas a call on the vault needs at the latest block.
     *
     * @throws RpcException with {@link RpcException#isRevert} if the vault would revert
     */
    long estimateGas(String from, String calldata) throws RpcException;

    /** Hands signed bytes to the node. No exception means no more than that it took them. */
    void sendRaw(String raw) throws RpcException;

    /** What became of a transaction, empty while no block has it. */
    Optional<TransactionOutcome> outcome(String transaction) throws RpcException;

    /** Opens a client where it is used. */
    interface Factory extends Serializable {

        /** A client; no call is made yet. */
        VaultClient open();
    }
}
