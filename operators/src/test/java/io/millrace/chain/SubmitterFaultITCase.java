package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import io.millrace.testing.MemoryJournal;
import io.millrace.testing.proxy.RpcFault;
import io.millrace.testing.proxy.RpcProxy;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The submitter on the real vault behind a node that fails, lies and forks (M5, M9). The oracle is
 * the vault itself, asked past the proxy: each epoch pays its provider once.
 */
class SubmitterFaultITCase {

    private static final long EARNED_NANO = RealParts.DEBIT_NANO - RealParts.FEE_NANO;
    private static final String SEND = "eth_sendRawTransaction";
    private static final int MAX_LOOKS = 200;
    private static final SubmitOptions OPTIONS =
            new SubmitOptions(
                    Anvil.CHAIN_ID,
                    10,
                    50,
                    20_000,
                    200,
                    SubmitOptions.MAX_TRANSACTION_GAS,
                    100,
                    FeePolicy.DEFAULT);

    private static Anvil anvil;
    private static LocalVault local;
    private static String head = Hex.ZERO_32;
    private static long epochs;

    private final MemoryJournal journal = new MemoryJournal();
    private final List<SettlementRecord> settled = new ArrayList<>();
    private RpcProxy first;
    private RpcProxy second;
    private long nonceBefore;

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
        anvil.holdBlocks();
    }

    @AfterAll
    static void stop() {
        local.close();
        anvil.close();
    }

    @BeforeEach
    void proxies() throws Exception {
        first = RpcProxy.to(anvil.url());
        second = RpcProxy.to(anvil.url());
        nonceBefore = direct().nonce(LocalVault.SETTLER.address());
    }

    @AfterEach
    void end() {
        first.close();
        second.close();
    }

    @Test
    void submit_replyOfSendLost_settlesWithOneTransaction() throws Exception {
        first.on(SEND).times(2).then(RpcFault.dropReply());
        EpochSubmitter submitter = submitter(first);
        submitter.add(nextPart());

        settle(submitter);

        assertSettledOnce(1);
    }

    @Test
    void submit_nodeLostTheTransaction_sendsTheSameBytesAgain() throws Exception {
        EpochSubmitter submitter = submitter(first);
        submitter.add(nextPart());
        submitter.step();
        anvil.call("anvil_dropAllTransactions");

        settle(submitter);

        assertSettledOnce(1);
        assertThat(first.calls(SEND).get(1)).isEqualTo(first.calls(SEND).get(0));
    }

    @Test
    void submit_reorgMovesTheTransaction_reportsTheBlockThatStays() throws Exception {
        EpochSubmitter submitter = submitter(first);
        submitter.add(nextPart());
        submitter.step();
        anvil.mine(2);
        submitter.step();
        String raw = first.calls(SEND).get(0).get(0).asText();

        anvil.reorganiseWith(2, raw);
        settle(submitter);

        assertSettledOnce(1);
        TransactionOutcome outcome = direct().outcome(settled.get(0).transaction()).orElseThrow();
        assertThat(settled.get(0).block()).isEqualTo(outcome.block());
    }

    @Test
    void submit_zombieWithTheSameKey_oneEffect() throws Exception {
        SealedEpoch part = nextPart();
        EpochSubmitter zombie = submitter(first);
        zombie.add(part);
        zombie.step(); // sent, then it is paused
        EpochSubmitter successor = submitter(second, new MemoryJournal());
        successor.add(part);

        settle(successor);
        for (int i = 0; i < 3; i++) {
            zombie.step(); // it goes on
            anvil.mine(1);
        }

        assertThat(earned()).as("paid twice").isEqualTo(epochs * EARNED_NANO);
        assertThat(direct().nonce(LocalVault.SETTLER.address())).isEqualTo(nonceBefore + 1);
    }

    @Test
    void submit_receiptComesAndGoes_waitsWithoutASecondTransaction() throws Exception {
        first.on("eth_getTransactionReceipt")
                .every(2)
                .then(RpcFault.result(receipt -> JsonNodeFactory.instance.nullNode()));
        first.on("eth_getBlockByNumber")
                .where(params -> params.get(0).asText().equals("latest"))
                .every(3)
                .then(RpcFault.block("0x5"));
        EpochSubmitter submitter = submitter(first);
        submitter.add(nextPart());

        settle(submitter);

        assertSettledOnce(1);
    }

    @Test
    void submit_nodeDownBetweenTwoEpochs_otherNodeSettlesInOrder() throws Exception {
        EpochSubmitter submitter = submitter(first, second);
        submitter.add(nextPart());
        settle(submitter);
        first.on("*").then(RpcFault.status(502));
        submitter.add(nextPart());

        settle(submitter);

        assertThat(settled).extracting(SettlementRecord::epoch).containsExactly(epochs - 1, epochs);
        assertSettledOnce(2);
        assertThat(second.calls(SEND)).as("the second node was used").isNotEmpty();
    }

    @Test
    void submit_everyNodeDown_waitsAndSettlesWhenItEnds() throws Exception {
        EpochSubmitter submitter = submitter(first);
        submitter.add(nextPart());
        first.on("*").then(RpcFault.refuse());
        for (int i = 0; i < 5; i++) {
            submitter.step();
        }
        assertThat(settled).isEmpty();

        first.heal();
        settle(submitter);
        assertSettledOnce(1);
    }

    private static VaultClient direct() {
        return local.connection().open();
    }

    private static SealedEpoch nextPart() throws Exception {
        SealedEpoch part =
                RealParts.part(local.vault, head, ++epochs, direct().latestBlock().number());
        head = part.hash();
        return part;
    }

    private EpochSubmitter submitter(RpcProxy... nodes) {
        return submitter(journal, nodes);
    }

    private EpochSubmitter submitter(RpcProxy node, MemoryJournal own) {
        return submitter(own, node);
    }

    private EpochSubmitter submitter(MemoryJournal own, RpcProxy... nodes) {
        List<String> urls = new ArrayList<>();
        for (RpcProxy node : nodes) {
            urls.add(node.url());
        }
        return new EpochSubmitter(
                local.connection(urls, 1_000).open(),
                LocalVault.SETTLER,
                own,
                own.readAll(),
                OPTIONS,
                Clock.systemUTC(),
                new SubmitMetrics(),
                settled::add);
    }

    /** Looks and blocks in turn, until the submitter has nothing left. */
    private static void settle(EpochSubmitter submitter) throws Exception {
        for (int i = 0; submitter.step() != EpochSubmitter.IDLE; i++) {
            assertThat(i).as("looks without settling").isLessThan(MAX_LOOKS);
            anvil.mine(1);
        }
    }

    private static long earned() throws Exception {
        return local.vault.earningBalanceOf(BigInteger.ONE).send().longValueExact();
    }

    private void assertSettledOnce(int transactions) throws Exception {
        assertThat(settled).hasSize(transactions);
        assertThat(earned()).as("paid twice, or not").isEqualTo(epochs * EARNED_NANO);
        assertThat(direct().nonce(LocalVault.SETTLER.address()))
                .as("transactions of the settler")
                .isEqualTo(nonceBefore + transactions);
    }
}
