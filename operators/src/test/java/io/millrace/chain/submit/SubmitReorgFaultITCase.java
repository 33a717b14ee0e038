package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.chain.SealedPart;
import io.millrace.testing.Anvil;
import io.millrace.testing.FaultChain;
import io.millrace.testing.proxy.Faults;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The submitter on a chain that changes its mind, or whose nodes do not agree (M5, M9). Numbers are
 * rows of FAULTS.md.
 */
class SubmitReorgFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    /** Row 10: what a reorganisation drops is sent again as the same bytes, in order. */
    @Test
    void row10_reorganisedOut_sameBytesSentAgainInOrder() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);
        submitter.step();
        CHAIN.mine(1);
        submitter.step();
        CHAIN.mine(1);
        submitter.step();
        CHAIN.books().settledOnceByOneTransactionEach(parts);

        CHAIN.call("anvil_reorg", 2, List.of());
        assertThat(CHAIN.books().settledHeaders()).as("the node dropped both").isEmpty();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        List<String> sent = CHAIN.proxy().rawTransactions();
        assertThat(sent.subList(0, 2)).doesNotHaveDuplicates();
        assertThat(Set.copyOf(sent)).as("bytes ever sent").hasSize(2);
        assertThat(sent.lastIndexOf(sent.get(0))).isGreaterThan(1);
        assertThat(submitter.settled)
                .extracting(SettlementRecord::header)
                .containsExactly(parts.get(0).hash(), parts.get(1).hash());
    }

    /**
     * Row 11: the same transaction in another block is the same settlement, reported from there.
     */
    @Test
    void row11_reIncludedInAnotherBlock_oneResultFromThere() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();
        CHAIN.mine(2);
        submitter.step();
        long before = CHAIN.books().transactions().get(0).block();

        String raw = CHAIN.proxy().rawTransactions().get(0);
        CHAIN.call("anvil_reorg", 2, List.of(List.of(raw, 1)));
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(CHAIN.proxy().rawTransactions()).as("sent a second time").hasSize(1);
        assertThat(submitter.settled).hasSize(1);
        assertThat(submitter.settled.get(0).block())
                .as("the block that has it now")
                .isEqualTo(CHAIN.books().transactions().get(0).block())
                .isNotEqualTo(before);
    }

    /** Row 12: a settlement that was final is gone: nothing more is done on such a chain's word. */
    @Test
    void row12_reorganisedBeyondFinality_nothingIsSentAnyMore() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.settleAll();
        int sent = CHAIN.proxy().rawTransactions().size();

        CHAIN.call("anvil_reorg", 8, List.of());
        CHAIN.mine(1);
        submitter.add(2);
        submitter.run(3 * FaultSubmitter.BUMP_MILLIS);

        assertThat(CHAIN.proxy().rawTransactions()).as("sent after it").hasSize(sent);
        assertThat(submitter.metrics.isWaiting()).as("and it shows").isTrue();
        assertThat(CHAIN.books().settledHeaders()).isEmpty();
    }

    /** Row 13: a node that lost blocks decides nothing; when it is back, work goes on. */
    @Test
    void row13_nodeRolledBack_waitsThenSettles() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();
        CHAIN.mine(3);
        submitter.step();

        CHAIN.call("anvil_rollback", 3);
        submitter.run(FaultSubmitter.BUMP_MILLIS);
        assertThat(CHAIN.proxy().rawTransactions()).as("acted on an old state").hasSize(1);
        assertThat(submitter.metrics.isWaiting()).isTrue();
        CHAIN.mine(4);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 13: the same lie from something between us and an honest node. */
    @Test
    void row13_headLowered_waitsThenSettles() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();
        CHAIN.mine(2);
        submitter.step();

        JsonNodeFactory json = JsonNodeFactory.instance;
        CHAIN.proxy()
                .on("eth_getBlockByNumber")
                .when(call -> call.text(0).equals("latest"))
                .then(
                        Faults.result(
                                answer -> {
                                    ObjectNode block = (ObjectNode) answer;
                                    block.set("number", json.textNode("0x1"));
                                    return block;
                                }));
        submitter.run(FaultSubmitter.BUMP_MILLIS);
        assertThat(CHAIN.proxy().rawTransactions()).as("acted on an old head").hasSize(1);
        assertThat(submitter.settled).isEmpty();
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 18: a mined transaction whose receipt is missing for a while is neither lost nor new. */
    @Test
    void row18_receiptNullThenThere_waitsWithoutASecondEffect() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy().on("eth_getTransactionReceipt").then(Faults.nothing());
        submitter.step();
        CHAIN.mine(1);

        CHAIN.mine(6);
        submitter.run(FaultSubmitter.BUMP_MILLIS);
        assertThat(submitter.settled).as("final without a receipt").isEmpty();
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(submitter.signed()).as("signed again").hasSize(1);
    }

    /** Row 18: a load balancer with one node that lags: neither its silence nor its past counts. */
    @Test
    void row18_nodesAlternateOldAndNew_settledOnce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(3);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.settleAll();
        try (Anvil laggard = CHAIN.laggingNode()) {
            submitter.add(3);
            CHAIN.mine(1);
            CHAIN.proxy()
                    .onAny()
                    .then(
                            Faults.alternate(
                                    List.of(
                                            Faults.pass(),
                                            CHAIN.proxy().answeredBy(laggard.url()))));
            for (int i = 0; i < 20; i++) {
                submitter.step();
                CHAIN.mine(1);
            }
        }
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(submitter.settled)
                .extracting(SettlementRecord::header)
                .containsExactlyElementsOf(parts.stream().map(SealedPart::hash).toList());
    }
}
