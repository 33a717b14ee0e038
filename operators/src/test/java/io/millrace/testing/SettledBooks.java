package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.RpcException;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an outsider finds on the node about the settler's work since the test began: blocks,
 * receipts, logs and the vault's balances. None of it comes from the submitter or its client.
 */
public final class SettledBooks {

    private static final String EPOCH_SETTLED =
            Hex.encode(
                    Keccak.hashUtf8(
                            "EpochSettled(uint64,uint32,bytes32,uint32,bytes32,uint64,uint64,uint64)"));

    private final FaultChain chain;
    private final long firstBlock;
    private final long epochBefore;
    private final String headBefore;
    private final List<BigInteger> balancesBefore;

    /** Begins now. */
    SettledBooks(FaultChain chain) throws Exception {
        this.chain = chain;
        this.firstBlock = chain.height() + 1;
        var head = chain.local().vault.head().send();
        this.headBefore = Hex.encode(head.component1());
        this.epochBefore = head.component2().longValueExact();
        this.balancesBefore = balances();
    }

    String headBefore() {
        return headBefore;
    }

    long epochBefore() {
        return epochBefore;
    }

    /** A transaction of the settler in a block. */
    public record Sent(String transaction, long block, boolean succeeded, boolean toVault) {}

    /** The settler's transactions in canonical blocks since the test began, in order. */
    public List<Sent> transactions() throws RpcException {
        List<Sent> found = new ArrayList<>();
        String vault = chain.local().connection().vault();
        for (long number = firstBlock; number <= chain.height(); number++) {
            JsonNode block = chain.query("eth_getBlockByNumber", HexQuantity.of(number), true);
            for (JsonNode transaction : block.path("transactions")) {
                if (transaction.path("from").asText().equals(LocalVault.SETTLER.address())) {
                    String hash = transaction.path("hash").asText();
                    JsonNode receipt = chain.query("eth_getTransactionReceipt", hash);
                    found.add(
                            new Sent(
                                    hash,
                                    number,
                                    receipt.path("status").asText().equals("0x1"),
                                    transaction.path("to").asText().equals(vault)));
                }
            }
        }
        return found;
    }

    /** Headers of the parts settled since, from the vault's events, in the order of the chain. */
    public List<String> settledHeaders() throws RpcException {
        List<String> headers = new ArrayList<>();
        if (chain.height() < firstBlock) {
            return headers; // the node refuses such a range
        }
        Map<String, Object> filter =
                Map.of(
                        "address",
                        chain.local().connection().vault(),
                        "topics",
                        List.of(EPOCH_SETTLED),
                        "fromBlock",
                        HexQuantity.of(firstBlock),
                        "toBlock",
                        HexQuantity.of(chain.height()));
        for (JsonNode log : chain.query("eth_getLogs", filter)) {
            headers.add(log.path("topics").path(3).asText());
        }
        return headers;
    }

    /** M4, M5, M6: exactly these, each once, in order, and the money of each moved once. */
    public void settledOnce(List<SealedPart> parts) throws Exception {
        assertThat(settledHeaders())
                .as("settled epochs, in order, each once")
                .containsExactlyElementsOf(parts.stream().map(SealedPart::hash).toList());
        long count = parts.size();
        List<BigInteger> now = balances();
        assertThat(moved(0, now))
                .as("nano-USD the provider earned in %d epochs", count)
                .isEqualTo(count * (RealParts.DEBIT_NANO - RealParts.FEE_NANO));
        assertThat(moved(1, now))
                .as("nano-USD the treasury earned in %d epochs", count)
                .isEqualTo(count * RealParts.FEE_NANO);
        assertThat(moved(2, now))
                .as("nano-USD the requester paid in %d epochs", count)
                .isEqualTo(-count * RealParts.DEBIT_NANO);
    }

    private List<BigInteger> balances() throws Exception {
        LocalVault local = chain.local();
        return List.of(
                local.vault.earningBalanceOf(BigInteger.ONE).send(),
                local.vault.earningBalanceOf(BigInteger.ZERO).send(),
                local.vault.spendingBalanceOf(BigInteger.ONE).send());
    }

    private long moved(int account, List<BigInteger> now) {
        return now.get(account).subtract(balancesBefore.get(account)).longValueExact();
    }

    /** The same, and not one transaction more than the epochs needed. */
    public void settledOnceByOneTransactionEach(List<SealedPart> parts) throws Exception {
        settledOnce(parts);
        assertThat(transactions())
                .as("transactions of the settler")
                .hasSize(parts.size())
                .allMatch(transaction -> transaction.succeeded() && transaction.toVault());
    }
}
