package io.millrace.local.stack;

import io.millrace.chain.deploy.Deployer;
import io.millrace.chain.deploy.Ledger;
import io.millrace.chain.deploy.LedgerTerms;
import io.millrace.chain.deploy.ModelTerms;
import io.millrace.chain.submit.FileKeySigner;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.infer.store.ModelManifest;
import io.millrace.local.stack.StackFile.Account;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.tx.TransactionManager;

/**
 * The contracts on a fresh test chain: deployed, roles given, the models on sale, accounts opened
 * and funded. Keys are generated into files of {@code keys}, each named as its account; a
 * provider's is that of its signer, and its owner's, which withdraws, lies beside it and nothing
 * running reads it.
 */
final class Deployment {

    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

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
    private static final long MIN_FIRST_DEPOSIT_NANO = 1_000;

    /** Base units that stand for the settler: more than a stack of tries can debit in a window. */
    private static final BigInteger BOND = BigInteger.valueOf(1_000_000 * StackOptions.DOLLAR);

    /** Seven of them are the time in which an epoch can be challenged. */
    private static final long BUCKET_SECONDS = 10;

    private static final long RESPONSE_SECONDS = 15;
    private static final int COVER = 5;
    private static final long FINE_NANO = 10_000_000;

    /** From the announcement of a provider's signer until it signs. */
    private static final long SIGNER_NOTICE_SECONDS = 1;

    private static final long SIGNER_PAUSE_MILLIS = 50;
    private static final long MAX_PRICE_NANO = 1_000_000_000_000_000L;

    private static final int FEE_BASIS_POINTS = 500;

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
        Deployer ledger =
                new Deployer(
                        session.access(),
                        FileKeySigner.read(deployerKey, "the deployer"),
                        session.nonce(deployer),
                        terms(
                                plan,
                                token.getContractAddress(),
                                new LedgerTerms.Roles(deployer, settler, deployer, treasury)),
                        step -> LOG.debug("{}", step));
        Ledger at = ledger.deploy();
        List<ModelTerms> models = new ArrayList<>();
        for (ModelManifest manifest : plan.models()) {
            models.add(
                    new ModelTerms(
                            manifest.id(),
                            plan.priceNanoPerMillion(),
                            "bundled:" + manifest.name()));
        }
        ledger.list(models);
        ModelRegistry registry =
                ModelRegistry.load(at.registry(), session.web3j(), sender, session.gas());
        registry.grantRole(registry.GUARDIAN_ROLE().send(), deployer).send();
        token.mint(deployer, BOND).send();
        token.approve(at.vault(), BOND).send();
        SettlementVault.load(at.vault(), session.web3j(), sender, session.gas())
                .postBond(settler, BOND)
                .send();
        return new Contracts(
                token.getContractAddress(),
                at.vault(),
                ledger.vaultCodeHash(),
                at.registry(),
                at.providers(),
                startBlock,
                settlerKey);
    }

    private static LedgerTerms terms(Plan plan, String token, LedgerTerms.Roles roles) {
        return new LedgerTerms(
                token,
                SHARD_DEPTH,
                MIN_FIRST_DEPOSIT_NANO,
                roles,
                new LedgerTerms.Bond(BUCKET_SECONDS, COVER, FINE_NANO),
                new LedgerTerms.Prices(plan.priceNoticeSeconds(), MAX_PRICE_NANO, FEE_BASIS_POINTS),
                new LedgerTerms.Court(SIGNER_NOTICE_SECONDS, RESPONSE_SECONDS, BigInteger.ZERO));
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
