package io.millrace.chain.provider;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.ProviderSigners;
import io.millrace.chain.rpc.ContractViews;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.rpc.Wrappers;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.core.RemoteFunctionCall;

/**
 * {@link ProviderSigners} over JSON-RPC. The registry is no option: the vault names its tribunal
 * for ever, and that its registry of providers, so the stream asks the one that judges it.
 */
public final class JsonRpcProviderSigners implements ProviderSigners {

    private static final Tribunal TRIBUNAL = Wrappers.unbound(Tribunal::load);
    private static final ProviderRegistry REGISTRY = Wrappers.unbound(ProviderRegistry::load);

    private final ContractViews views;
    private final String vault;
    private @Nullable String registry;

    private JsonRpcProviderSigners(L2Connection connection) {
        views = new ContractViews(connection.open());
        vault = connection.vault();
    }

    /** Over {@code connection}. */
    public static Factory over(L2Connection connection) {
        return () -> new JsonRpcProviderSigners(connection);
    }

    /**
     * {@inheritDoc}
     *
     * @throws RpcException if the node does not answer, or the contracts are not there
     */
    @Override
    public Signers of(int account) throws RpcException {
        if (registry == null) {
            String tribunal = views.tribunalOf(vault).orElseThrow(() -> isNo(vault, "vault"));
            List<Object> named = ask(tribunal, TRIBUNAL.PROVIDERS(), "tribunal");
            registry = ContractViews.address(named.get(0));
        }
        List<Object> values =
                ask(
                        requireNonNull(registry),
                        REGISTRY.signerOf(BigInteger.valueOf(account)),
                        "registry of providers");
        return new Signers(
                ContractViews.address(values.get(0)),
                ContractViews.address(values.get(1)),
                ((BigInteger) values.get(2)).longValueExact());
    }

    private List<Object> ask(String contract, RemoteFunctionCall<?> call, String what)
            throws RpcException {
        List<Object> values = views.ask(contract, call);
        if (values.isEmpty()) {
            throw isNo(contract, what);
        }
        return values;
    }

    private static RpcException isNo(String contract, String what) {
        return RpcException.invalid(
                "eth_call",
                "%s is no %s of these contracts: there is no code; is vault.address that of a deployment of this version?"
                        .formatted(contract, what));
    }
}
