package io.millrace.chain.provider;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.ProviderSigners;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcException;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.web3j.abi.datatypes.Type;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.RemoteFunctionCall;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;

/**
 * {@link ProviderSigners} over JSON-RPC. The registry is no option: the vault names its tribunal
 * for ever, and that its registry of providers, so the stream asks the one that judges it.
 */
public final class JsonRpcProviderSigners implements ProviderSigners {

    private static final String CALL = "eth_call";
    private static final SettlementVault VAULT =
            SettlementVault.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);
    private static final Tribunal TRIBUNAL =
            Tribunal.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);
    private static final ProviderRegistry REGISTRY =
            ProviderRegistry.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);

    private final RpcEndpoints endpoints;
    private final String vault;
    private @Nullable String registry;

    private JsonRpcProviderSigners(L2Connection connection) {
        endpoints = connection.open();
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
            String tribunal = address(ask(vault, VAULT.TRIBUNAL(), "vault").get(0));
            registry = address(ask(tribunal, TRIBUNAL.PROVIDERS(), "tribunal").get(0));
        }
        List<Object> values =
                ask(
                        requireNonNull(registry),
                        REGISTRY.signerOf(BigInteger.valueOf(account)),
                        "registry of providers");
        return new Signers(
                address(values.get(0)),
                address(values.get(1)),
                ((BigInteger) values.get(2)).longValueExact());
    }

    private List<Object> ask(String contract, RemoteFunctionCall<?> call, String what)
            throws RpcException {
        Map<String, String> to =
                Map.of("from", EvmAddress.ZERO, "to", contract, "data", call.encodeFunctionCall());
        String answer = endpoints.ask(CALL, node -> node.call(CALL, to, "latest")).asText();
        List<Object> values = new ArrayList<>();
        try {
            for (Object value : call.decodeFunctionResponse(answer)) {
                values.add(((Type<?>) value).getValue());
            }
        } catch (RuntimeException e) {
            values.clear(); // not even hexadecimal
        }
        if (values.isEmpty()) {
            throw RpcException.invalid(
                    CALL,
                    "%s is no %s of these contracts: it answers \"%s\"; is vault.address that of a deployment of this version?"
                            .formatted(contract, what, answer));
        }
        return values;
    }

    private static String address(Object value) {
        return EvmAddress.canonical((String) value);
    }
}
