package io.millrace.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** What the vault says when it is asked. Safe for use by several threads. */
final class VaultView {

    private static final String LATEST = "latest";

    private final JsonRpc rpc;
    private final String address;
    private final String token;
    private final BigInteger scale;
    private final long chainId;
    private final int shardDepth;

    /** Asks for what never changes. */
    VaultView(JsonRpc rpc, String address) throws IOException {
        this.rpc = rpc;
        this.address = address;
        chainId = Numeric.decodeQuantity(rpc.call("eth_chainId").asText()).longValueExact();
        token = call(address, "token()", LATEST).address(0);
        scale = call(address, "SCALE()", LATEST).uint(0);
        shardDepth = (int) call(address, "SHARD_DEPTH()", LATEST).count(0);
    }

    String address() {
        return address;
    }

    long chainId() {
        return chainId;
    }

    int shardDepth() {
        return shardDepth;
    }

    /** What it holds of the token, empty if the node has forgotten {@code block}'s state. */
    Optional<BigInteger> heldNano(String block) throws IOException {
        try {
            return Optional.of(
                    call(token, "balanceOf(address)", block, "0".repeat(24) + address.substring(2))
                            .uint(0)
                            .multiply(scale));
        } catch (JsonRpc.RefusedException e) {
            return Optional.empty();
        }
    }

    /** How many accounts there are: spending ones are numbered from 1, earning ones from 0. */
    long accounts(boolean spending) throws IOException {
        return call(address, spending ? "spendingAccounts()" : "earningAccounts()", LATEST)
                .count(0);
    }

    /** Owner and balance of the accounts from {@code first} to before {@code end}, now. */
    List<ObjectNode> balances(boolean spending, long first, long end) throws IOException {
        List<AbiWords> balances =
                callEach(
                        spending ? "spendingBalanceOf(uint32)" : "earningBalanceOf(uint32)",
                        first,
                        end);
        List<AbiWords> owners =
                callEach(
                        spending ? "spendingAccount(uint32)" : "earningOwnerOf(uint32)",
                        first,
                        end);
        List<ObjectNode> accounts = new ArrayList<>();
        for (int i = 0; i < balances.size(); i++) {
            accounts.add(
                    Json.object()
                            .put("account", first + i)
                            .put("owner", owners.get(i).address(0))
                            .put("balanceNano", balances.get(i).uint(0).toString()));
        }
        return accounts;
    }

    private List<AbiWords> callEach(String signature, long first, long end) throws IOException {
        List<List<Object>> calls = new ArrayList<>();
        for (long account = first; account < end; account++) {
            String word = Numeric.toHexStringNoPrefixZeroPadded(BigInteger.valueOf(account), 64);
            calls.add(List.of(Map.of("to", address, "data", selector(signature) + word), LATEST));
        }
        return rpc.callAll("eth_call", calls).stream()
                .map(result -> AbiWords.of(result.asText()))
                .toList();
    }

    private AbiWords call(String to, String signature, String block, String... words)
            throws IOException {
        String data = selector(signature) + String.join("", words);
        return AbiWords.of(rpc.call("eth_call", Map.of("to", to, "data", data), block).asText());
    }

    private static String selector(String signature) {
        return Hash.sha3String(signature).substring(0, 10);
    }
}
