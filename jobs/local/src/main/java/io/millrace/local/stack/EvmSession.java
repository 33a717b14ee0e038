package io.millrace.local.stack;

import static org.web3j.protocol.core.DefaultBlockParameterName.LATEST;

import io.millrace.chain.deploy.Deployer;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.submit.SubmitOptions;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.web3j.crypto.Credentials;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.response.EthBlock;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.Transfer;
import org.web3j.tx.gas.ContractGasProvider;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;
import org.web3j.utils.Convert;

/**
 * Synchronous access to an EVM node for deployment, funding and reading: one transaction after the
 * other, each waited for. Settlement has its own submitter and does not pass here.
 */
public final class EvmSession implements AutoCloseable {

    /** A machine that is busy, and a node with much to prove, may keep an answer for long. */
    private static final int SILENCE_SECONDS = 60;

    private static final long RECEIPT_PAUSE_MILLIS = 20;
    private static final int RECEIPT_ATTEMPTS = 1500;
    private static final ContractGasProvider GAS =
            new StaticGasProvider(
                    BigInteger.valueOf(2_000_000_000L), BigInteger.valueOf(10_000_000L));

    private final HttpService service;
    private final Web3j web3j;
    private final String rpcUrl;
    private final long chainId;

    /** A session with the node at {@code rpcUrl}; nothing is sent yet. */
    public EvmSession(String rpcUrl, long chainId) {
        this.service =
                new HttpService(
                        rpcUrl,
                        HttpService.getOkHttpClientBuilder()
                                .readTimeout(SILENCE_SECONDS, TimeUnit.SECONDS)
                                .build());
        this.web3j = Web3j.build(service);
        this.rpcUrl = rpcUrl;
        this.chainId = chainId;
    }

    /** Address of the node. */
    String rpcUrl() {
        return rpcUrl;
    }

    /** Number of the newest block. */
    public long blockNumber() throws IOException {
        return checked(web3j.ethBlockNumber().send()).getBlockNumber().longValueExact();
    }

    /** The vault at {@code address}, for reading. */
    public SettlementVault vault(String address) {
        return SettlementVault.load(address, web3j, reader(), GAS);
    }

    /** The registry at {@code address}, for reading. */
    public ModelRegistry registry(String address) {
        return ModelRegistry.load(address, web3j, reader(), GAS);
    }

    /** The next nonce of {@code address}. */
    long nonce(String address) throws IOException {
        return checked(web3j.ethGetTransactionCount(address, LATEST).send())
                .getTransactionCount()
                .longValueExact();
    }

    /** The node for who deploys a ledger. */
    Deployer.Access access() {
        return new Deployer.Access(
                List.of(rpcUrl),
                chainId,
                Finality.FINALIZED,
                MarketFeePolicy.DEFAULT,
                SubmitOptions.MAX_TRANSACTION_GAS,
                RECEIPT_PAUSE_MILLIS);
    }

    /** Mines {@code blocks} at once. */
    void mine(int blocks) throws IOException {
        call("anvil_mine", quantity(BigInteger.valueOf(blocks)));
    }

    /** Sets the node's clock forward, for good: test nodes only. */
    public void pass(Duration time) throws IOException {
        call("evm_increaseTime", time.toSeconds());
        mine(1);
    }

    /** Gives {@code address} gas money out of nothing: test nodes only. */
    public void setBalance(String address, BigInteger wei) throws IOException {
        call("anvil_setBalance", address, quantity(wei));
    }

    /** Sends {@code wei} from {@code sender}, and waits until they are there. */
    void transfer(TransactionManager sender, String address, BigInteger wei) throws Exception {
        new Transfer(web3j, sender)
                .sendFunds(
                        address,
                        new BigDecimal(wei),
                        Convert.Unit.WEI,
                        GAS.getGasPrice(),
                        Transfer.GAS_LIMIT)
                .send();
    }

    /**
     * The next block costs {@code wei} a unit of gas, whatever the market says: test nodes only.
     */
    public void nextBaseFee(BigInteger wei) throws IOException {
        call("anvil_setNextBlockBaseFeePerGas", quantity(wei));
    }

    /** The node forgets the transactions that wait: test nodes only. */
    public void dropPool() throws IOException {
        call("anvil_dropAllTransactions");
    }

    /** The transactions in the newest {@code depth} blocks, signed, as 0x-hex, in their order. */
    public List<String> rawTransactions(int depth) throws IOException {
        long head = blockNumber();
        List<String> raw = new ArrayList<>();
        for (long number = head - depth + 1; number <= head; number++) {
            EthBlock.Block block = block(DefaultBlockParameter.valueOf(BigInteger.valueOf(number)));
            for (EthBlock.TransactionResult<?> transaction : block.getTransactions()) {
                raw.add(raw((String) transaction.get()));
            }
        }
        return raw;
    }

    /**
     * Replaces the newest {@code depth} blocks by as many others: test nodes only. Afterwards the
     * node's clock is set, which would else go on from the block below them, late for ever.
     *
     * @param kept signed transactions that the first of them takes; all others are gone
     */
    public void reorganise(int depth, List<String> kept) throws IOException {
        call("anvil_reorg", depth, kept.stream().map(raw -> List.of(raw, 0)).toList());
        call("evm_setTime", Instant.now().getEpochSecond());
    }

    /** The newest final block. */
    public Head finalized() throws IOException {
        EthBlock.Block block = block(DefaultBlockParameterName.FINALIZED);
        return new Head(block.getNumber().longValueExact(), block.getHash());
    }

    /** Hash of block {@code number}. */
    public String hashOf(long number) throws IOException {
        return block(DefaultBlockParameter.valueOf(BigInteger.valueOf(number))).getHash();
    }

    /** A block of the chain. */
    public record Head(long number, String hash) {}

    Web3j web3j() {
        return web3j;
    }

    ContractGasProvider gas() {
        return GAS;
    }

    /** Signs with {@code key}, sends, and waits for the receipt. */
    TransactionManager sender(byte[] key) {
        return new RawTransactionManager(
                web3j,
                Credentials.create(Hex.encode(key)),
                chainId,
                new PollingTransactionReceiptProcessor(
                        web3j, RECEIPT_PAUSE_MILLIS, RECEIPT_ATTEMPTS));
    }

    @Override
    public void close() {
        web3j.shutdown();
    }

    private TransactionManager reader() {
        return new ReadonlyTransactionManager(web3j, EvmAddress.ZERO);
    }

    private EthBlock.Block block(DefaultBlockParameter at) throws IOException {
        EthBlock.Block block = checked(web3j.ethGetBlockByNumber(at, false).send()).getBlock();
        if (block == null) {
            throw new IOException("the node has no block " + at.getValue());
        }
        return block;
    }

    private String raw(String transaction) throws IOException {
        return String.valueOf(call("eth_getRawTransactionByHash", transaction));
    }

    /**
     * The result of any method.
     *
     * @throws IOException if the node gives an error instead
     */
    Object call(String method, Object... parameters) throws IOException {
        return checked(
                        new Request<>(method, List.of(parameters), service, AnyResponse.class)
                                .send())
                .getResult();
    }

    private static <T extends Response<?>> T checked(T response) throws IOException {
        if (response.hasError()) {
            throw new IOException("the node refused: " + response.getError().getMessage());
        }
        return response;
    }

    private static String quantity(BigInteger number) {
        return "0x" + number.toString(16);
    }

    /** A reply of any type. */
    static final class AnyResponse extends Response<Object> {}
}
