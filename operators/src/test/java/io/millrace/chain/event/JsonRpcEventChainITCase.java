package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Blooms and receipt roots as a real node of an OP-stack chain computes them. */
class JsonRpcEventChainITCase {

    private static Anvil anvil;
    private static LocalVault local;
    private static EventChain chain;

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
        chain = JsonRpcEventChain.over(local.connection()).open();
    }

    @AfterAll
    static void stop() {
        local.close();
        anvil.close();
    }

    @Test
    void provenLogs_everyBlock_areThoseOfTheRange() throws Exception {
        long head = chain.latest().number();
        List<LogEntry> range = chain.logs(0, head).logs();
        assertThat(range).hasSizeGreaterThan(8);
        Map<Long, List<LogEntry>> byBlock =
                range.stream().collect(Collectors.groupingBy(LogEntry::block));

        LogsProof proof = new LogsProof(chain, LogsCheck.BLOOM);
        int ruledOut = 0;
        for (BlockHeader header : chain.headers(0, head)) {
            List<LogEntry> logs = byBlock.getOrDefault(header.number(), List.of());
            assertThat(chain.provenLogs(header)).isEqualTo(logs);
            assertThat(chain.logsOf(header).logs()).isEqualTo(logs);
            ruledOut += proof.rulesOut(header) ? 1 : 0;
        }
        assertThat(ruledOut).as("empty blocks need no receipts").isGreaterThanOrEqualTo(8);
    }

    @Test
    void receiptsRoot_legacyTypedAndDepositReceiptsInLongBlocks_isTheHeaders() throws Exception {
        anvil.holdBlocks();
        String from = LocalVault.REQUESTER.address();
        anvil.call("anvil_impersonateAccount", from);
        long nonce = Long.decode(anvil.call("eth_getTransactionCount", from, "latest").asText());
        for (int i = 0; i < 150; i++) {
            anvil.call("eth_sendTransaction", transaction(from, nonce + i, i % 2 == 0));
        }
        anvil.call("eth_sendTransaction", deposit(from));
        anvil.call("anvil_mine");
        BlockHeader header = chain.latest();

        JsonNode receipts = anvil.call("eth_getBlockReceipts", HexQuantity.of(header.number()));

        assertThat(receipts).as("one-byte and longer keys").hasSizeGreaterThan(130);
        assertThat(receipts.findValuesAsText("type")).contains("0x0", "0x2", "0x7E");
        assertThat(ReceiptsRoot.of(receipts)).isEqualTo(header.receiptsRoot());
        anvil.mineEverySecond();
    }

    @Test
    void priceNotice_isTheRegistrysOwn() throws Exception {
        long seconds = local.registry.PRICE_NOTICE().send().longValueExact();

        assertThat(chain.priceNoticeMillis()).isEqualTo(seconds * 1_000).isEqualTo(60_000);
    }

    @Test
    void priceNotice_addressOfAnotherContractOrNone_namesTheOption() {
        String none = "0x" + "99".repeat(20);
        for (String wrong : List.of(local.vault.getContractAddress(), none)) {
            EventChain astray =
                    JsonRpcEventChain.over(
                                    new L2Connection(
                                            List.of(anvil.url()),
                                            none,
                                            wrong,
                                            Finality.FINALIZED,
                                            10_000))
                            .open();

            assertThatThrownBy(astray::priceNoticeMillis)
                    .isInstanceOf(RpcException.class)
                    .hasMessageContainingAll("--registry.address " + wrong, "correct");
        }
    }

    /** A minute's age is not below a minute's notice. */
    @Test
    void source_ageNotBelowTheRegistrysNotice_endsBeforeTheFirstEvent() {
        var options = new SourceOptions(Anvil.CHAIN_ID, 0, 5, 20, LogsCheck.BLOOM, 60_000);
        var reader = new VaultSplitReader(chain, options, new SourceMetrics());
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(VaultSplit.from(0))));

        assertThatThrownBy(reader::fetch)
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .hasMessageContainingAll("60000 ms before it counts", "--admit.max.chain.age");
    }

    private static Map<String, Object> transaction(String from, long nonce, boolean legacy) {
        String price = "0x77359400";
        return Map.of(
                "from",
                from,
                "to",
                from,
                "value",
                "0x1",
                "nonce",
                HexQuantity.of(nonce),
                legacy ? "gasPrice" : "maxFeePerGas",
                price);
    }

    private static Map<String, Object> deposit(String from) {
        return Map.of(
                "type",
                "0x7e",
                "from",
                from,
                "to",
                from,
                "value",
                "0x0",
                "gas",
                "0x30000",
                "sourceHash",
                "0x" + BigInteger.ONE.toString(16).repeat(64),
                "mint",
                "0x0",
                "isSystemTx",
                false);
    }
}
