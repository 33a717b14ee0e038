package io.millrace.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.ProviderKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Reads the vault and the registry at one block: every account by call, every event by log, every
 * settled epoch by the calldata of its transaction.
 */
final class ChainBooksReader {

    private static final long BUCKETS = 7;

    private final JsonRpc rpc;
    private final AuditConfig config;

    private final Progress progress;
    private final ProviderKeys providers;
    private String pinned = "latest";

    ChainBooksReader(AuditConfig config, Progress progress) {
        this.config = config;
        this.progress = progress;
        rpc = new JsonRpc(config.rpcUrl());
        providers = new ProviderKeys(rpc, config.vault());
    }

    long chainId() throws IOException {
        return Numeric.decodeQuantity(rpc.call("eth_chainId").asText()).longValueExact();
    }

    /**
     * Pins the newest block and reads, the movements from behind {@code before}.
     *
     * @throws IllegalStateException if {@code before} is not of this chain
     * @throws IOException if the node does not answer, or a reorganisation replaced the block
     *     meanwhile
     */
    ChainBooks read(AnchorState before, Consumer<Movement> movements) throws IOException {
        String block = rpc.call("eth_blockNumber").asText();
        pinned = block;
        JsonNode header = header(block);
        if (!hasCode(config.vault(), block)) {
            throw new IOException(
                    ("there is no contract at vault %s of %s; name the vault that"
                                    + " the job settles on")
                            .formatted(config.vault(), rpc.host()));
        }
        verify(before, block);
        AbiWords head = callVault(block, "head()");
        String token = callVault(block, "token()").address(0);
        long blockNumber = Numeric.decodeQuantity(block).longValueExact();
        ChainEvents events = new ChainEvents(rpc, config, movements, progress);
        events.read(before.block() + 1, blockNumber);
        List<Price> prices = new ArrayList<>(before.prices());
        prices.addAll(events.prices());
        ChainBooks books =
                new ChainBooks(
                        chainId(),
                        config.vault(),
                        config.registry(),
                        blockNumber,
                        header.path("hash").asText(),
                        Numeric.decodeQuantity(header.path("timestamp").asText()).longValueExact(),
                        callVault(block, "ESCAPE_AFTER()").count(0),
                        answerableSeconds(block),
                        callVault(block, "SCALE()").uint(0),
                        (int) callVault(block, "SHARD_DEPTH()").count(0),
                        call(token, block, selector("balanceOf(address)") + word(config.vault()))
                                .uint(0),
                        new Head(head.hash(0), head.count(1), head.count(2), head.count(3)),
                        spending(block),
                        earning(block),
                        prices);
        if (!header(block).path("hash").equals(header.path("hash"))) {
            throw new IOException(
                    ("block %s was %s and is another now: the chain reorganised"
                                    + " during the audit, run it again")
                            .formatted(blockNumber, header.path("hash").asText()));
        }
        return books;
    }

    /**
     * An epoch may be challenged while the bucket of its settlement is among the last seven, and a
     * challenge answered for so long as the tribunal gives.
     */
    private long answerableSeconds(String block) throws IOException {
        String tribunal = callVault(block, "TRIBUNAL()").address(0);
        if (!hasCode(tribunal, block)) {
            return 0;
        }
        return BUCKETS * callVault(block, "BUCKET()").count(0)
                + call(tribunal, block, selector("RESPONSE()")).count(0);
    }

    private boolean hasCode(String address, String block) throws IOException {
        return rpc.call("eth_getCode", address, block).asText().length() > "0x".length();
    }

    /**
     * What {@link ProviderKeys#signsUntil} says at the pinned block.
     *
     * @throws IOException if the node does not answer
     */
    BigInteger signsUntil(long account, String key) throws IOException {
        return providers.signsUntil(account, key, pinned);
    }

    /**
     * An anchor counts only for the chain, the contracts and the very blocks that it was made of.
     */
    private void verify(AnchorState before, String block) throws IOException {
        if (before.blockHash().isEmpty()) {
            return;
        }
        String name = "of block " + before.block();
        if (before.chainId() != chainId()
                || !before.vault().equals(config.vault())
                || !before.registry().equals(config.registry())) {
            throw Anchor.refused(
                    name,
                    "it is of chain %d, vault %s, registry %s"
                            .formatted(before.chainId(), before.vault(), before.registry()));
        }
        String number = Numeric.encodeQuantity(BigInteger.valueOf(before.block()));
        String hash = header(number).path("hash").asText();
        if (!hash.equals(before.blockHash())) {
            throw Anchor.refused(name, "that block was " + before.blockHash() + " and is " + hash);
        }
        Head head = before.head();
        String settled =
                call(
                                config.vault(),
                                block,
                                selector("headerOf(uint64,uint32)")
                                        + number(head.epoch())
                                        + number(head.part()))
                        .hash(0);
        if (head.epoch() > 0 && !settled.equals(head.hash())) {
            throw Anchor.refused(
                    name,
                    "the vault holds %s for epoch %d part %d, not %s"
                            .formatted(settled, head.epoch(), head.part(), head.hash()));
        }
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
            String data = selector(signature) + number(account);
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

    private static String number(long number) {
        return Numeric.toHexStringNoPrefixZeroPadded(BigInteger.valueOf(number), 64);
    }

    private static String word(String address) {
        return "0".repeat(24) + address.substring(2);
    }
}
