package io.millrace.chain.rpc;

import io.millrace.contracts.SettlementVault;
import io.millrace.unit.EvmAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.abi.datatypes.Type;
import org.web3j.protocol.core.RemoteFunctionCall;

/** What contracts say at the newest block, or that there is none. One thread. */
public final class ContractViews {

    private static final String METHOD = "eth_call";

    /** A call of an address without code returns nothing; a contract of ours returns words. */
    private static final String NO_CONTRACT = "0x";

    private static final SettlementVault VAULT = Wrappers.unbound(SettlementVault::load);

    private final RpcEndpoints nodes;

    /** As these nodes see it. */
    public ContractViews(RpcEndpoints nodes) {
        this.nodes = nodes;
    }

    /**
     * What a view returns; nothing at all where there is no contract.
     *
     * @throws RpcException if no node answers, or the answer is none that the view can give
     */
    public List<Object> ask(String contract, RemoteFunctionCall<?> view) throws RpcException {
        Map<String, String> call = Map.of("to", contract, "data", view.encodeFunctionCall());
        String answer = nodes.ask(METHOD, node -> node.call(METHOD, call, "latest")).asText();
        List<Object> values = new ArrayList<>();
        if (answer.equals(NO_CONTRACT)) {
            return values;
        }
        try {
            for (Object value : view.decodeFunctionResponse(answer)) {
                values.add(((Type<?>) value).getValue());
            }
        } catch (RuntimeException e) {
            values.clear(); // not even hexadecimal
        }
        if (values.isEmpty()) {
            throw RpcException.invalid(
                    METHOD,
                    "%s answers \"%s\", as none of these contracts does; is it one of a deployment of this version?"
                            .formatted(contract, answer));
        }
        return values;
    }

    /**
     * The tribunal that a vault names, for ever; empty where there is no vault. Whether a contract
     * is there is another question.
     *
     * @throws RpcException as {@link #ask}
     */
    public Optional<String> tribunalOf(String vault) throws RpcException {
        List<Object> named = ask(vault, VAULT.TRIBUNAL());
        return named.isEmpty() ? Optional.empty() : Optional.of(address(named.get(0)));
    }

    /** An address among what a view returned. */
    public static String address(Object value) {
        return EvmAddress.canonical((String) value);
    }
}
