package io.millrace.chain.deploy;

import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.RemoteCall;
import org.web3j.protocol.core.methods.response.EthGetCode;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.TransactionReceiptProcessor;

/**
 * Keeps the bytes that a generated wrapper would send to create its contract: the wrapper encodes
 * the constructor's arguments, and sends nothing.
 */
final class CapturedCreation extends TransactionManager {

    static final ContractGasProvider NO_GAS =
            new StaticGasProvider(BigInteger.ZERO, BigInteger.ZERO);

    private @Nullable String code;

    CapturedCreation(String deployer) {
        super((TransactionReceiptProcessor) null, deployer);
    }

    /** The bytes, 0x-hex. */
    String codeOf(RemoteCall<?> creation) {
        try {
            creation.send();
        } catch (Exception e) { // what web3j declares; nothing here can fail
            throw new IllegalStateException("the wrapper did not encode its contract", e);
        }
        if (code == null) {
            throw new IllegalStateException("the wrapper did not send its contract");
        }
        return code.startsWith("0x") ? code : "0x" + code;
    }

    @Override
    protected TransactionReceipt executeTransaction(
            BigInteger gasPrice,
            BigInteger gasLimit,
            String to,
            String data,
            BigInteger value,
            boolean constructor) {
        code = data;
        TransactionReceipt receipt = new TransactionReceipt();
        receipt.setStatus("0x1");
        receipt.setContractAddress(EvmAddress.ZERO);
        return receipt;
    }

    @Override
    public EthSendTransaction sendTransaction(
            BigInteger gasPrice,
            BigInteger gasLimit,
            String to,
            String data,
            BigInteger value,
            boolean constructor) {
        throw sends();
    }

    @Override
    public EthSendTransaction sendEIP1559Transaction(
            long chainId,
            BigInteger maxPriorityFeePerGas,
            BigInteger maxFeePerGas,
            BigInteger gasLimit,
            String to,
            String data,
            BigInteger value,
            boolean constructor) {
        throw sends();
    }

    @Override
    public String sendCall(String to, String data, DefaultBlockParameter block) {
        throw sends();
    }

    @Override
    public EthGetCode getCode(String address, DefaultBlockParameter block) {
        throw sends();
    }

    private static UnsupportedOperationException sends() {
        return new UnsupportedOperationException("nothing is sent from here");
    }
}
