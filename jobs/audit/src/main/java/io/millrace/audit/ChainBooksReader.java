package io.millrace.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.SpendingAccount;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Reads the vault and the registry at one block: every account by call, every event by log, every
 * settled epoch by the calldata of its transaction.
 */
final class ChainBooksReader {

    private final JsonRpc rpc;
    private final AuditConfig config;

    ChainBooksReader(AuditConfig config) {
        this.config = config;
        rpc = new JsonRpc(config.rpcUrl());
    }

    /**
     * Pins the newest block and reads.
     *
     * @throws IOException if the node does not answer, or a reorganisation replaced the block
     *     meanwhile
     */
    ChainBooks read() throws IOException {
        String block = rpc.call("eth_blockNumber").asText();
        JsonNode header = header(block);
        if (rpc.call("eth_getCode", config.vault(), block).asText().length() <= 2) {
            throw new IOException(
                    ("there is no contract at vault %s of %s; name the vault that"
                                    + " the job settles on")
                            .formatted(config.vault(), config.rpcUrl()));
        }
        AbiWords head = callVault(block, "head()");
        String token = callVault(block, "token()").address(0);
        long blockNumber = Numeric.decodeQuantity(block).longValueExact();
        ChainEvents events = new ChainEvents(rpc, config);
        events.readTo(blockNumber);
        ChainBooks books =
                new ChainBooks(
                        Numeric.decodeQuantity(rpc.call("eth_chainId").asText()).longValueExact(),
                        config.vault(),
                        blockNumber,
                        Numeric.decodeQuantity(header.path("timestamp").asText()).longValueExact(),
                        callVault(block, "ESCAPE_AFTER()").count(0),
                        callVault(block, "SCALE()").uint(0),
                        (int) callVault(block, "SHARD_DEPTH()").count(0),
                        call(token, block, selector("balanceOf(address)") + word(config.vault()))
                                .uint(0),
                        new Head(head.hash(0), head.count(1), head.count(2), head.count(3)),
                        spending(block),
                        earning(block),
                        events.prices(),
                        events.movements());
        if (!header(block).path("hash").equals(header.path("hash"))) {
            throw new IOException(
                    ("block %s was %s and is another now: the chain reorganised"
                                    + " during the audit, run it again")
                            .formatted(blockNumber, header.path("hash").asText()));
        }
        return books;
    }

    private List<SpendingAccount> spending(String block) throws IOException {
        long count = callVault(block, "spendingAccounts()").count(0);
        List<AbiWords> balances = callEach(block, "spendingBalanceOf(uint32)", 1, count);
        List<AbiWords> accounts = callEach(block, "spendingAccount(uint32)", 1, count);
        List<SpendingAccount> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            AbiWords account = accounts.get(i);
            all.add(
                    new SpendingAccount(
                            i + 1L,
                            account.address(0),
                            balances.get(i).uint(0),
                            account.uint(3),
                            account.count(1),
                            account.uint(2)));
        }
        return all;
    }

    private List<EarningAccount> earning(String block) throws IOException {
        long count = callVault(block, "earningAccounts()").count(0);
        List<AbiWords> balances = callEach(block, "earningBalanceOf(uint32)", 0, count);
        List<AbiWords> owners = callEach(block, "earningOwnerOf(uint32)", 0, count);
        List<EarningAccount> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new EarningAccount(i, owners.get(i).address(0), balances.get(i).uint(0)));
        }
        return all;
    }

    private List<AbiWords> callEach(String block, String signature, long first, long count)
            throws IOException {
        List<List<Object>> params = new ArrayList<>();
        for (long account = first; account < first + count; account++) {
            String data =
                    selector(signature)
                            + Numeric.toHexStringNoPrefixZeroPadded(
                                    BigInteger.valueOf(account), 64);
            params.add(List.of(Map.of("to", config.vault(), "data", data), block));
        }
        return rpc.callAll("eth_call", params).stream()
                .map(result -> AbiWords.of(result.asText()))
                .toList();
    }

    private AbiWords callVault(String block, String signature) throws IOException {
        return call(config.vault(), block, selector(signature));
    }

    private AbiWords call(String to, String block, String data) throws IOException {
        return AbiWords.of(rpc.call("eth_call", Map.of("to", to, "data", data), block).asText());
    }

    private JsonNode header(String block) throws IOException {
        return rpc.call("eth_getBlockByNumber", block, false);
    }

    private static String selector(String signature) {
        return Hash.sha3String(signature).substring(0, 10);
    }

    private static String word(String address) {
        return "0".repeat(24) + address.substring(2);
    }
}
