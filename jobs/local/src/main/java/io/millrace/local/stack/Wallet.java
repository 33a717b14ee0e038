package io.millrace.local.stack;

import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.contracts.Tribunal;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import org.web3j.tx.TransactionManager;

/** The contracts of a running stack in the hands of one key: an account's owner, or a publisher. */
public final class Wallet implements AutoCloseable {

    private static final BigInteger GAS_MONEY_WEI = BigInteger.TEN.pow(18);

    private final StackFile stack;
    private final EvmSession session;
    private final TransactionManager sender;

    private Wallet(StackFile stack, EvmSession session, TransactionManager sender) {
        this.stack = stack;
        this.session = session;
        this.sender = sender;
    }

    /** Of the key in {@code keyFile}, which the stack has given gas money, as all of its own. */
    public static Wallet open(StackFile stack, Path keyFile) throws IOException {
        EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId());
        TransactionManager sender = session.sender(KeyFile.read(keyFile));
        return new Wallet(stack, session, sender);
    }

    /** Of the publisher of the stack's model. */
    public static Wallet ofPublisher(LocalStack stack) throws IOException {
        return ofDeployer(stack.file(), stack.directory());
    }

    /** Of who deployed the stack in {@code directory}, and mints its tokens. */
    public static Wallet ofDeployer(StackFile stack, Path directory) throws IOException {
        return open(stack, directory.resolve("keys/deployer"));
    }

    public String address() {
        return sender.getFromAddress();
    }

    public SettlementVault vault() {
        return SettlementVault.load(stack.vault(), session.web3j(), sender, session.gas());
    }

    public ModelRegistry registry() {
        return ModelRegistry.load(stack.registry(), session.web3j(), sender, session.gas());
    }

    /** The registry of providers, as the vault's tribunal names it. */
    public ProviderRegistry providers() throws Exception {
        Tribunal tribunal =
                Tribunal.load(vault().TRIBUNAL().send(), session.web3j(), sender, session.gas());
        return ProviderRegistry.load(
                tribunal.PROVIDERS().send(), session.web3j(), sender, session.gas());
    }

    public TestDollar token() {
        return TestDollar.load(stack.token(), session.web3j(), sender, session.gas());
    }

    /**
     * Sends {@code address} gas money and tokens, as every test key has beside its deposit. By
     * transactions, so that the chain keeps them. Of the deployer only, who may mint.
     */
    public void fund(String address) throws Exception {
        session.transfer(sender, address, GAS_MONEY_WEI);
        token().mint(address, Deployment.POCKET_MONEY).send();
    }

    @Override
    public void close() {
        session.close();
    }
}
