package io.millrace.testing;

import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.submit.Signer;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.contracts.Tribunal;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.math.BigInteger;
import java.util.List;
import org.web3j.crypto.ContractUtils;
import org.web3j.crypto.Credentials;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;

/**
 * The contracts on a local node, with one requester (spending account 1) that has prepaid one
 * dollar, one provider (earning account 1) and one active model. The wrappers here come with
 * web3j's own transport, so that what the tests expect does not pass through our client.
 */
public final class LocalVault implements AutoCloseable {

    public static final byte[] MODEL = Keccak.hashUtf8("a manifest");
    public static final long DEPOSITED_NANO = 1_000_000_000L;
    public static final long PRICE_NANO = 20_000_000L;

    /** A seventh of the time for which the settler's bond covers an epoch. */
    public static final int BUCKET_SECONDS = 3_600;

    /** From the announcement of a provider's signer until it signs. */
    public static final int SIGNER_NOTICE_SECONDS = 3_600;

    /** What stands for the settler: a hundred dollars. */
    public static final long BOND_NANO = 100_000_000_000L;

    private static final StaticGasProvider GAS =
            new StaticGasProvider(
                    BigInteger.valueOf(10_000_000_000L), BigInteger.valueOf(10_000_000));

    public final SettlementVault vault;
    public final ModelRegistry registry;
    private final ProviderRegistry providers;
    private final TestDollar token;
    private final Web3j web3j;
    private final String url;

    /** A key of the tests; {@code role} is its whole secret. */
    public record TestSigner(String role) implements Signer, Signer.Factory {

        byte[] key() {
            return Keccak.hashUtf8("key of the test's " + role);
        }

        @Override
        public String address() {
            return Secp256k1.address(key());
        }

        @Override
        public byte[] sign(byte[] digest) {
            return Secp256k1.sign(digest, key());
        }

        @Override
        public Signer open() {
            return this;
        }
    }

    public static final TestSigner SETTLER = new TestSigner("settler");
    public static final TestSigner ADMIN = new TestSigner("admin");
    public static final TestSigner REQUESTER = new TestSigner("requester");

    public static final TestSigner PROVIDER = new TestSigner("provider");

    /** Deploys and funds on {@code anvil}. */
    public LocalVault(Anvil anvil) throws Exception {
        url = anvil.url();
        web3j = Web3j.build(new HttpService(url));
        for (TestSigner signer : new TestSigner[] {SETTLER, ADMIN, REQUESTER, PROVIDER}) {
            anvil.fund(signer.address());
        }
        TransactionManager admin = manager(ADMIN);
        token = TestDollar.deploy(web3j, admin, GAS, BigInteger.valueOf(6)).send();
        registry = newRegistry(admin);
        vault =
                SettlementVault.deploy(
                                web3j,
                                admin,
                                GAS,
                                token.getContractAddress(),
                                BigInteger.valueOf(4),
                                BigInteger.ZERO,
                                ADMIN.address(),
                                SETTLER.address(),
                                ADMIN.address(),
                                ADMIN.address(),
                                new SettlementVault.BondTerms(
                                        nextContract(2),
                                        BigInteger.valueOf(BUCKET_SECONDS),
                                        BigInteger.valueOf(5),
                                        BigInteger.ZERO))
                        .send();
        providers = newTribunal(admin);
        registry.grantRole(Keccak.hashUtf8("PUBLISHER_ROLE"), ADMIN.address()).send();
        registry.grantRole(Keccak.hashUtf8("EVALUATOR_ROLE"), ADMIN.address()).send();
        registry.register(MODEL, BigInteger.valueOf(PRICE_NANO), "file:manifest.json").send();
        registry.activate(MODEL, new byte[32]).send();
        postBond(SETTLER, BOND_NANO / 1_000);
        BigInteger dollar = BigInteger.valueOf(1_000_000);
        token.mint(REQUESTER.address(), dollar).send();
        TestDollar.load(token.getContractAddress(), web3j, manager(REQUESTER), GAS)
                .approve(vault.getContractAddress(), dollar)
                .send();
        as(REQUESTER).deposit(dollar).send();
        as(PROVIDER).openEarningAccount().send();
        anvil.mine(8); // all of this is final
        anvil.mineEverySecond();
    }

    private ModelRegistry newRegistry(TransactionManager admin) throws Exception {
        return ModelRegistry.deploy(
                        web3j,
                        admin,
                        GAS,
                        ADMIN.address(),
                        BigInteger.valueOf(60),
                        BigInteger.valueOf(1_000_000_000_000L),
                        BigInteger.valueOf(500))
                .send();
    }

    /** The tribunal that the vault names, and before it the registry of providers that it asks. */
    private ProviderRegistry newTribunal(TransactionManager admin) throws Exception {
        ProviderRegistry asked =
                ProviderRegistry.deploy(
                                web3j,
                                admin,
                                GAS,
                                vault.getContractAddress(),
                                BigInteger.valueOf(SIGNER_NOTICE_SECONDS))
                        .send();
        Tribunal.deploy(
                        web3j,
                        admin,
                        GAS,
                        vault.getContractAddress(),
                        registry.getContractAddress(),
                        asked.getContractAddress(),
                        BigInteger.valueOf(BUCKET_SECONDS),
                        BigInteger.ZERO)
                .send();
        return asked;
    }

    /** The vault, called by {@code signer}. */
    public SettlementVault as(TestSigner signer) {
        return SettlementVault.load(vault.getContractAddress(), web3j, manager(signer), GAS);
    }

    /** The registry of providers that the vault's tribunal names, called by {@code signer}. */
    public ProviderRegistry providersAs(TestSigner signer) {
        return ProviderRegistry.load(providers.getContractAddress(), web3j, manager(signer), GAS);
    }

    /** Gives {@code signer} base units of the token, and lets the vault draw them. */
    public void approve(TestSigner signer, long amount) throws Exception {
        TestDollar money = TestDollar.load(token.getContractAddress(), web3j, manager(signer), GAS);
        money.mint(signer.address(), BigInteger.valueOf(amount)).send();
        money.approve(vault.getContractAddress(), BigInteger.valueOf(amount)).send();
    }

    /** Puts up base units of the token, new ones, for a settler. */
    public void postBond(TestSigner settler, long amount) throws Exception {
        approve(ADMIN, amount);
        as(ADMIN).postBond(settler.address(), BigInteger.valueOf(amount)).send();
    }

    /** What a submitter must find there. */
    public VaultIdentity identity() throws Exception {
        String code =
                web3j.ethGetCode(vault.getContractAddress(), DefaultBlockParameterName.LATEST)
                        .send()
                        .getCode();
        return new VaultIdentity(
                Anvil.CHAIN_ID, Hex.encode(Keccak.hash(Hex.decode(code))), vault.token().send());
    }

    /** How our own client reaches it. */
    public L2Connection connection() {
        return connection(List.of(url), 10_000);
    }

    /** The same through other endpoints. */
    public L2Connection connection(List<String> endpoints, long timeoutMillis) {
        return new L2Connection(
                endpoints,
                vault.getContractAddress(),
                registry.getContractAddress(),
                Finality.FINALIZED,
                timeoutMillis);
    }

    /** Address of what the admin deploys after {@code between} others. */
    private String nextContract(int between) throws Exception {
        BigInteger nonce =
                web3j.ethGetTransactionCount(ADMIN.address(), DefaultBlockParameterName.LATEST)
                        .send()
                        .getTransactionCount();
        return ContractUtils.generateContractAddress(
                ADMIN.address(), nonce.add(BigInteger.valueOf(between)));
    }

    private TransactionManager manager(TestSigner signer) {
        return new RawTransactionManager(
                web3j,
                Credentials.create(Hex.encode(signer.key())),
                Anvil.CHAIN_ID,
                new PollingTransactionReceiptProcessor(web3j, 100, 300));
    }

    @Override
    public void close() {
        web3j.shutdown();
    }
}
