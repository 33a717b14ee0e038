package io.millrace.watch.testing;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.read.JsonRpc;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.contracts.Tribunal;
import io.millrace.watch.act.TribunalChain;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.web3j.crypto.ContractUtils;
import org.web3j.crypto.Hash;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;
import org.web3j.utils.Numeric;

/**
 * Vault, registry and tribunal on a node of their own, with requesters that have prepaid, one
 * provider and one model. What is expected of them does not pass through the code under test.
 */
public final class Court implements AutoCloseable {

    public static final byte[] MODEL = Hash.sha3("manifest".getBytes(StandardCharsets.UTF_8));
    public static final long PRICE_NANO = 20_000_000;
    public static final long FEE_BASIS_POINTS = 500;
    public static final int SHARD_DEPTH = 4;
    public static final long RESPONSE_SECONDS = 600;
    public static final long BUCKET_SECONDS = 3_600;
    public static final long SIGNER_NOTICE_SECONDS = 3_600;
    public static final BigInteger DEPOSIT_WEI = BigInteger.TEN.pow(12);
    public static final Party SETTLER = new Party("settler");
    public static final Party CHALLENGER = new Party("challenger");
    public static final Party PROVIDER = new Party("provider");
    private static final Party ADMIN = new Party("admin");
    private static final long PREPAID = 1_000_000;
    private static final long BOND = 1_000_000_000;

    private static final StaticGasProvider GAS =
            new StaticGasProvider(
                    BigInteger.valueOf(10_000_000_000L), BigInteger.valueOf(20_000_000));

    /** A contract that passes on what it is sent, once {@link #relay} was called. */
    public static final String RELAY = "0x" + "7e1a".repeat(10);

    /**
     * Calls the address in the first word of its call data with the rest and with the value, and
     * reverts if that does.
     */
    private static final String RELAY_CODE =
            "0x6020360360206000376000600060203603600034600035" + "5af115601e57005b60006000fd";

    public final SettlementVault vault;
    public final ModelRegistry registry;
    public final ProviderRegistry providers;
    public final Tribunal tribunal;
    public final JsonRpc rpc;
    public final EvmNode node;
    private final TestDollar token;
    private final Web3j web3j;
    private boolean isRelayed;

    private Court(EvmNode node, int requesters) throws Exception {
        this.node = node;
        web3j = Web3j.build(new HttpService(node.url()));
        rpc = new JsonRpc(node.url());
        for (Party party : List.of(ADMIN, SETTLER, CHALLENGER, PROVIDER)) {
            node.fund(party.address());
        }
        TransactionManager admin = manager(ADMIN);
        token = TestDollar.deploy(web3j, admin, GAS, BigInteger.valueOf(6)).send();
        registry =
                ModelRegistry.deploy(
                                web3j,
                                admin,
                                GAS,
                                ADMIN.address(),
                                BigInteger.valueOf(60),
                                BigInteger.TEN.pow(15),
                                BigInteger.valueOf(FEE_BASIS_POINTS))
                        .send();
        vault = SettlementVault.load(deployVault(admin), web3j, admin, GAS);
        providers =
                ProviderRegistry.deploy(
                                web3j,
                                admin,
                                GAS,
                                vault.getContractAddress(),
                                BigInteger.valueOf(SIGNER_NOTICE_SECONDS))
                        .send();
        tribunal =
                Tribunal.deploy(
                                web3j,
                                admin,
                                GAS,
                                vault.getContractAddress(),
                                registry.getContractAddress(),
                                providers.getContractAddress(),
                                BigInteger.valueOf(RESPONSE_SECONDS),
                                DEPOSIT_WEI)
                        .send();
        registry.grantRole(registry.PUBLISHER_ROLE().send(), ADMIN.address()).send();
        registry.grantRole(registry.EVALUATOR_ROLE().send(), ADMIN.address()).send();
        registry.register(MODEL, BigInteger.valueOf(PRICE_NANO), "bundled:manifest").send();
        registry.activate(MODEL, new byte[32]).send();
        BigInteger all = BigInteger.valueOf(BOND + PREPAID * requesters);
        token.mint(ADMIN.address(), all).send();
        token.approve(vault.getContractAddress(), all).send();
        vault.postBond(SETTLER.address(), BigInteger.valueOf(BOND)).send();
        as(PROVIDER).openEarningAccount().send();
        for (int account = 1; account <= requesters; account++) {
            vault.depositFor(requester(account).address(), BigInteger.valueOf(PREPAID)).send();
        }
    }

    /** Deploys for requesters with accounts 1 to {@code requesters}. */
    public static Court open(int requesters) throws Exception {
        EvmNode node = EvmNode.start();
        try {
            return new Court(node, requesters);
        } catch (Exception | Error e) {
            node.close();
            throw e;
        }
    }

    private String deployVault(TransactionManager admin) throws Exception {
        return SettlementVault.deploy(
                        web3j,
                        admin,
                        GAS,
                        token.getContractAddress(),
                        BigInteger.valueOf(SHARD_DEPTH),
                        BigInteger.ZERO,
                        ADMIN.address(),
                        SETTLER.address(),
                        ADMIN.address(),
                        ADMIN.address(),
                        new SettlementVault.BondTerms(
                                ContractUtils.generateContractAddress(
                                        ADMIN.address(), nonceOf(ADMIN).add(BigInteger.TWO)),
                                BigInteger.valueOf(BUCKET_SECONDS),
                                BigInteger.valueOf(5),
                                BigInteger.valueOf(1_000_000)))
                .send()
                .getContractAddress();
    }

    private BigInteger nonceOf(Party party) throws IOException {
        return Numeric.decodeQuantity(
                rpc.call("eth_getTransactionCount", party.address(), "latest").asText());
    }

    /** Owner of a spending account. */
    public static Party requester(long account) {
        return new Party("requester " + account);
    }

    /** What the code under test sees. */
    public TribunalChain chain() throws IOException {
        return TribunalChain.of(rpc, vault.getContractAddress());
    }

    public TypedHashes hashes() {
        return new TypedHashes(EvmNode.CHAIN_ID, vault.getContractAddress());
    }

    private SettlementVault as(Party party) {
        return SettlementVault.load(vault.getContractAddress(), web3j, manager(party), GAS);
    }

    /** Settles a part, by the vault's own wrapper. */
    public void settle(EpochPart part) throws Exception {
        Header header = part.header();
        as(SETTLER)
                .settle(
                        new SettlementVault.EpochHeader(
                                bytes(header.previousHeader()),
                                BigInteger.valueOf(header.epoch()),
                                BigInteger.valueOf(header.part()),
                                BigInteger.valueOf(header.parts()),
                                bytes(header.receiptsRoot()),
                                header.receiptsSumNano(),
                                BigInteger.valueOf(header.receiptsCount()),
                                BigInteger.valueOf(header.levels()),
                                header.partSumNano(),
                                bytes(header.wordsHash()),
                                bytes(header.cutDigest()),
                                BigInteger.valueOf(header.l2Block())),
                        new SettlementVault.SlotWords(
                                part.debitSlots(),
                                part.debits(),
                                part.creditSlots(),
                                part.credits()),
                        new ArrayList<>(part.releases()))
                .send();
    }

    /**
     * Sends a call of the tribunal.
     *
     * @throws org.web3j.protocol.exceptions.TransactionException if it reverts
     */
    public TransactionReceipt send(Party party, String calldata, BigInteger wei) throws Exception {
        TransactionManager manager = manager(party);
        String to = tribunal.getContractAddress();
        String hash =
                manager.sendTransaction(
                                GAS.getGasPrice(),
                                GAS.getGasLimit(),
                                isRelayed ? RELAY : to,
                                isRelayed
                                        ? "0x"
                                                + "0".repeat(24)
                                                + to.substring(2)
                                                + calldata.substring(2)
                                        : calldata,
                                wei)
                        .getTransactionHash();
        TransactionReceipt receipt =
                new PollingTransactionReceiptProcessor(web3j, 10, 1_000)
                        .waitForTransactionReceipt(hash);
        if (!receipt.isStatusOK()) {
            throw new IOException("the tribunal reverted " + calldata.substring(0, 10));
        }
        return receipt;
    }

    /**
     * The provider of {@code account}, by its owner's key, says who signs for it.
     *
     * @return from when, unix seconds
     */
    public long announceSigner(long account, String signer) throws Exception {
        BigInteger number = BigInteger.valueOf(account);
        ProviderRegistry.load(providers.getContractAddress(), web3j, manager(PROVIDER), GAS)
                .announceSigner(number, signer)
                .send();
        return providers.signerOf(number).send().component3().longValueExact();
    }

    /** For which a key that ended goes on to answer. */
    public long overlapSeconds() throws Exception {
        return providers.OVERLAP().send().longValueExact();
    }

    /** Calls of the tribunal go through a contract from now on, as {@link #send} sends them. */
    public void relay() {
        node.call("anvil_setCode", RELAY, RELAY_CODE);
        isRelayed = true;
    }

    /** Lets time pass. */
    public void pass(long seconds) {
        node.call("evm_increaseTime", seconds);
        node.call("anvil_mine", 1);
    }

    private TransactionManager manager(Party party) {
        return new RawTransactionManager(
                web3j,
                party.credentials(),
                EvmNode.CHAIN_ID,
                new PollingTransactionReceiptProcessor(web3j, 10, 1_000));
    }

    private static byte[] bytes(String hex) {
        return Numeric.hexStringToByteArray(hex);
    }

    @Override
    public void close() {
        web3j.shutdown();
        node.close();
    }
}
