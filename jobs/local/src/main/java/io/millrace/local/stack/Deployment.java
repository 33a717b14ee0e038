package io.millrace.local.stack;

import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.contracts.Tribunal;
import io.millrace.infer.ModelManifest;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.web3j.tx.TransactionManager;

/**
 * The contracts on a fresh test chain: deployed, roles given, the models on sale, accounts opened
 * and funded. Keys are generated into files of {@code keys}, each named as its account; a
 * provider's is that of its signer, and its owner's, which withdraws, lies beside it and nothing
 * running reads it.
 */
final class Deployment {

    /** Settlement shards: 2^4. */
    static final int SHARD_DEPTH = 4;

    /** Decimals of the test token: a base unit is a millionth of a dollar. */
    static final int TOKEN_DECIMALS = 6;

    private static final BigInteger GAS_MONEY_WEI = BigInteger.TEN.pow(21);

    /**
     * Base units of the test token that a requester has beside the deposit, for deposits of own.
     */
    static final BigInteger POCKET_MONEY = BigInteger.valueOf(100 * StackOptions.DOLLAR);

    /** A unit of the token: requesters with next to nothing are tried here too. */
    private static final BigInteger MIN_FIRST_DEPOSIT_NANO = BigInteger.valueOf(1_000);

    /** Base units that stand for the settler: more than a stack of tries can debit in a window. */
    private static final BigInteger BOND = BigInteger.valueOf(1_000_000 * StackOptions.DOLLAR);

    /** Seven of them are the time in which an epoch can be challenged. */
    private static final BigInteger BUCKET_SECONDS = BigInteger.TEN;

    private static final BigInteger RESPONSE_SECONDS = BigInteger.valueOf(15);
    private static final BigInteger COVER = BigInteger.valueOf(5);
    private static final BigInteger FINE_NANO = BigInteger.valueOf(10_000_000);

    /** From the announcement of a provider's signer until it signs. */
    private static final BigInteger SIGNER_NOTICE_SECONDS = BigInteger.ONE;

    private static final long SIGNER_PAUSE_MILLIS = 50;
    private static final BigInteger MAX_PRICE_NANO = BigInteger.TEN.pow(15);

    private static final BigInteger FEE_BASIS_POINTS = BigInteger.valueOf(500);

    private final EvmSession session;
    private final Path keys;

    Deployment(EvmSession session, Path keys) {
        this.session = session;
        this.keys = keys;
    }

    /** Addresses of what was deployed. */
    record Contracts(
            String token,
            String vault,
            String vaultCodeHash,
            String registry,
            String providers,
            long startBlock,
            Path settlerKey) {}

    /** Everything a deployment needs to know of the job that will settle on it. */
    record Plan(List<ModelManifest> models, long priceNanoPerMillion, int priceNoticeSeconds) {}

    /**
     * Deploys token, registries, vault and tribunal, posts the settler's bond, and puts the models
     * on sale.
     */
    Contracts deploy(Plan plan) throws Exception {
        long startBlock = session.blockNumber();
        Path deployerKey = keys.resolve("deployer");
        Path settlerKey = keys.resolve("settler");
        String deployer = fundedKey(deployerKey);
        String settler = fundedKey(settlerKey);
        String treasury = fundedKey(keys.resolve("treasury"));
        var sender = session.sender(KeyFile.read(deployerKey));

        TestDollar token =
                TestDollar.deploy(
                                session.web3j(),
                                sender,
                                session.gas(),
                                BigInteger.valueOf(TOKEN_DECIMALS))
                        .send();
        ModelRegistry registry =
                ModelRegistry.deploy(
                                session.web3j(),
                                sender,
                                session.gas(),
                                deployer,
                                BigInteger.valueOf(plan.priceNoticeSeconds()),
                                MAX_PRICE_NANO,
                                FEE_BASIS_POINTS)
                        .send();
        SettlementVault vault =
                bondedVault(
                        sender,
                        token,
                        registry.getContractAddress(),
                        new Roles(deployer, settler, treasury));
        registry.grantRole(registry.PUBLISHER_ROLE().send(), deployer).send();
        registry.grantRole(registry.EVALUATOR_ROLE().send(), deployer).send();
        registry.grantRole(registry.GUARDIAN_ROLE().send(), deployer).send();
        BigInteger price = BigInteger.valueOf(plan.priceNanoPerMillion());
        for (ModelManifest manifest : plan.models()) {
            byte[] model = Hex.decode(manifest.id(), 32);
            registry.register(model, price, "bundled:" + manifest.name()).send();
            registry.activate(model, new byte[32]).send();
        }
        return new Contracts(
                token.getContractAddress(),
                vault.getContractAddress(),
                session.codeHash(vault.getContractAddress()),
                registry.getContractAddress(),
                providersOf(vault, sender),
                startBlock,
                settlerKey);
    }

    /** Who does what in a vault. The deployer is its admin and its guardian. */
    private record Roles(String deployer, String settler, String treasury) {}

    /**
     * Deploys vault and tribunal, each of which names the other, with the registry of providers
     * that the tribunal asks, and posts the settler's bond.
     */
    private SettlementVault bondedVault(
            TransactionManager sender, TestDollar token, String registry, Roles roles)
            throws Exception {
        SettlementVault vault =
                SettlementVault.deploy(
                                session.web3j(),
                                sender,
                                session.gas(),
                                token.getContractAddress(),
                                BigInteger.valueOf(SHARD_DEPTH),
                                MIN_FIRST_DEPOSIT_NANO,
                                roles.deployer(),
                                roles.settler(),
                                roles.deployer(),
                                roles.treasury(),
                                new SettlementVault.BondTerms(
                                        session.nextContract(roles.deployer(), 2),
                                        BUCKET_SECONDS,
                                        COVER,
                                        FINE_NANO))
                        .send();
        ProviderRegistry providers =
                ProviderRegistry.deploy(
                                session.web3j(),
                                sender,
                                session.gas(),
                                vault.getContractAddress(),
                                SIGNER_NOTICE_SECONDS)
                        .send();
        Tribunal.deploy(
                        session.web3j(),
                        sender,
                        session.gas(),
                        vault.getContractAddress(),
                        registry,
                        providers.getContractAddress(),
                        RESPONSE_SECONDS,
                        BigInteger.ZERO)
                .send();
        token.mint(roles.deployer(), BOND).send();
        token.approve(vault.getContractAddress(), BOND).send();
        vault.postBond(roles.settler(), BOND).send();
        return vault;
    }

    /** As everybody finds it who knows the vault. */
    private String providersOf(SettlementVault vault, TransactionManager sender) throws Exception {
        return Tribunal.load(vault.TRIBUNAL().send(), session.web3j(), sender, session.gas())
                .PROVIDERS()
                .send();
    }

    /**
     * Opens an earning account for each of {@code count} new keys, and announces another new key as
     * the signer of each. Given back are the signers, whose keys TaskManagers read; the owners' lie
     * in files of their names with {@code -owner} behind.
     */
    List<Account> openProviders(Contracts contracts, int count) throws Exception {
        List<Account> providers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "provider-" + (i + 1);
            Path signerKey = keys.resolve(name);
            String signer = KeyFile.generate(signerKey);
            Path ownerKey = keys.resolve(name + "-owner");
            String owner = fundedKey(ownerKey);
            TransactionManager sender = session.sender(KeyFile.read(ownerKey));
            SettlementVault vault =
                    SettlementVault.load(contracts.vault(), session.web3j(), sender, session.gas());
            vault.openEarningAccount().send();
            BigInteger account = vault.earningAccountOf(owner).send();
            ProviderRegistry.load(contracts.providers(), session.web3j(), sender, session.gas())
                    .announceSigner(account, signer)
                    .send();
            providers.add(new Account(account.intValueExact(), signer, signerKey.toString()));
        }
        return providers;
    }

    /** Returns when each of {@code providers} signs for its account: a second after it was said. */
    void awaitSigners(Contracts contracts, List<Account> providers) throws Exception {
        ProviderRegistry registry =
                ProviderRegistry.load(
                        contracts.providers(),
                        session.web3j(),
                        session.sender(KeyFile.read(keys.resolve("deployer"))),
                        session.gas());
        for (Account provider : providers) {
            BigInteger account = BigInteger.valueOf(provider.account());
            while (!registry.signerOf(account).send().component1().equals(provider.address())) {
                Thread.sleep(SIGNER_PAUSE_MILLIS);
                session.mine(1); // time passes in blocks
            }
        }
    }

    /**
     * Prepays into the spending account of a new key for each of {@code deposits}, in base units of
     * the token.
     */
    List<Account> fundRequesters(Contracts contracts, List<Long> deposits) throws Exception {
        var sender = session.sender(KeyFile.read(keys.resolve("deployer")));
        TestDollar token =
                TestDollar.load(contracts.token(), session.web3j(), sender, session.gas());
        SettlementVault vault =
                SettlementVault.load(contracts.vault(), session.web3j(), sender, session.gas());
        BigInteger total =
                deposits.stream().map(BigInteger::valueOf).reduce(BigInteger.ZERO, BigInteger::add);
        token.mint(sender.getFromAddress(), total).send();
        token.approve(contracts.vault(), total).send();

        List<Account> requesters = new ArrayList<>();
        for (int i = 0; i < deposits.size(); i++) {
            Path key = keys.resolve("requester-" + (i + 1));
            String address = fundedKey(key);
            token.mint(address, POCKET_MONEY).send();
            vault.depositFor(address, BigInteger.valueOf(deposits.get(i))).send();
            int account = vault.spendingAccountOf(address).send().intValueExact();
            requesters.add(new Account(account, address, key.toString()));
        }
        return requesters;
    }

    private String fundedKey(Path file) throws Exception {
        String address = KeyFile.generate(file);
        session.setBalance(address, GAS_MONEY_WEI);
        return address;
    }
}
