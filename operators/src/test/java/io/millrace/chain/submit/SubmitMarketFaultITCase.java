package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.testing.proxy.Faults;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/**
 * The submitter when the market moves, the pool forgets, others use its key, or its money runs out
 * (M5, M9). Numbers are rows of FAULTS.md.
 */
class SubmitMarketFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    private static final String GWEI_1 = "0x3b9aca00";
    private static final String GWEI_40 = "0x9502f9000";

    /** Row 14: a spike of the base fee: a dearer replacement with the same nonce settles it. */
    @Test
    void row14_baseFeeSpike_replacedWithBothFeesATenthHigher() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();

        baseFee(GWEI_40);
        submitter.run(2 * FaultSubmitter.BUMP_MILLIS);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        List<Transaction1559> sent = sent();
        assertThat(sent).hasSizeGreaterThan(1);
        Transaction1559 first = sent.get(0);
        for (Transaction1559 next : sent.subList(1, sent.size())) {
            if (!next.getMaxFeePerGas().equals(first.getMaxFeePerGas())) {
                assertThat(next.getNonce()).isEqualTo(first.getNonce());
                assertThat(times(next.getMaxFeePerGas(), 10))
                        .isGreaterThanOrEqualTo(times(first.getMaxFeePerGas(), 11));
                assertThat(times(next.getMaxPriorityFeePerGas(), 10))
                        .isGreaterThanOrEqualTo(times(first.getMaxPriorityFeePerGas(), 11));
                return;
            }
        }
        throw new AssertionError("no replacement among " + sent.size() + " transactions");
    }

    /**
     * Row 14: over the limit nothing dearer is signed; the old bytes go on until the price falls.
     */
    @Test
    void row14_spikeOverTheLimit_sameBytesAgainUntilItFalls() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter =
                new FaultSubmitter(CHAIN, parts)
                        .with(new MarketFeePolicy(1_000, 2_000_000_000L, 5_000_000_000L, 5))
                        .add(1);
        submitter.step();

        baseFee(GWEI_40);
        submitter.run(3 * FaultSubmitter.BUMP_MILLIS);
        int sentDuringTheSpike = CHAIN.proxy().rawTransactions().size();
        assertThat(CHAIN.books().settledHeaders()).isEmpty();
        assertThat(submitter.metrics.isFeeCapped()).as("the alarm").isTrue();
        assertThat(sent())
                .as("offers over the limit of 5 gwei")
                .allMatch(
                        transaction ->
                                transaction.getMaxFeePerGas().longValueExact() <= 5_000_000_000L);
        baseFee(GWEI_1);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(sentDuringTheSpike).as("sent while capped").isGreaterThan(1);
    }

    /** Row 15: the pool drops it without a word: the same bytes are sent again by the clock. */
    @Test
    void row15_droppedFromThePool_sameBytesSentAgain() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();

        CHAIN.call("anvil_dropTransaction", submitter.signed().get(0).transaction());
        submitter.run(FaultSubmitter.REPUBLISH_MILLIS + FaultSubmitter.POLL_MILLIS);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        List<String> sent = CHAIN.proxy().rawTransactions();
        assertThat(sent).hasSizeGreaterThan(1);
        assertThat(new HashSet<>(sent)).as("bytes sent").hasSize(1);
    }

    /** Row 16: another use of the key takes the nonce: same epoch, next nonce, one effect. */
    @Test
    void row16_nonceStolen_sameEpochWithTheNextNonce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);
        submitter.step();
        long nonce = submitter.signed().get(0).nonce();
        CHAIN.call("anvil_dropTransaction", submitter.signed().get(0).transaction());
        foreignTransaction(nonce);
        CHAIN.mine(1);

        submitter.settleAll();

        CHAIN.books().settledOnce(parts);
        assertThat(CHAIN.books().transactions()).as("the thief's, then ours").hasSize(3);
        assertThat(submitter.signed().get(1).header()).isEqualTo(parts.get(0).hash());
        assertThat(submitter.signed().get(1).nonce()).isEqualTo(nonce + 1);
    }

    /** Row 16: while one hash cannot be asked for, the nonce is not held to be stolen. */
    @Test
    void row16_nonceUsedButReceiptsFail_nothingIsSignedAnew() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();
        CHAIN.call("anvil_dropTransaction", submitter.signed().get(0).transaction());
        foreignTransaction(submitter.signed().get(0).nonce());
        CHAIN.mine(1);

        CHAIN.proxy().on("eth_getTransactionReceipt").then(Faults.error(-32000, "busy"));
        submitter.run(3 * FaultSubmitter.BUMP_MILLIS);
        assertThat(submitter.signed()).as("signed on a guess").hasSize(1);
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnce(parts);
    }

    /** Row 17: a foreign transaction waits with a later nonce: no deadlock when ours get there. */
    @Test
    void row17_laterNonceTakenInThePool_allEpochsSettle() throws Exception {
        List<SealedPart> parts = CHAIN.parts(4);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(4);
        long next = nonce();
        foreignTransaction(next + 2);

        submitter.settleAll();

        CHAIN.books().settledOnce(parts);
        assertThat(nonce()).as("nonces used, without a gap").isGreaterThanOrEqualTo(next + 4);
    }

    /** Row 28: no money for gas: it waits, and settles with the same attempt once there is. */
    @Test
    void row28_outOfFunds_waitsAndSettlesOnceFunded() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.settleAll();
        CHAIN.call("anvil_setBalance", LocalVault.SETTLER.address(), "0x1");

        submitter.add(2);
        submitter.run(2 * FaultSubmitter.BUMP_MILLIS);
        CHAIN.mine(1);
        assertThat(CHAIN.books().settledHeaders()).hasSize(1);
        assertThat(submitter.metrics.rpcFailures()).as("not a word about it").isPositive();
        assertThat(submitter.metrics.isWaiting()).isTrue();
        CHAIN.call("anvil_setBalance", LocalVault.SETTLER.address(), "0x56bc75e2d63100000");
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        Set<Long> nonces = new HashSet<>();
        submitter.signed().forEach(entry -> nonces.add(entry.nonce()));
        assertThat(nonces).as("nonces signed").hasSize(2);
    }

    private static void baseFee(String wei) throws RpcException {
        CHAIN.call("anvil_setNextBlockBaseFeePerGas", wei);
        CHAIN.mine(1);
        CHAIN.call("anvil_setNextBlockBaseFeePerGas", wei); // the blocks after it keep it high
    }

    private static long nonce() throws RpcException {
        return HexQuantity.parse(
                        CHAIN.query(
                                        "eth_getTransactionCount",
                                        LocalVault.SETTLER.address(),
                                        "latest")
                                .asText())
                .longValueExact();
    }

    /** A wallet that holds the settler's key sends something of its own. */
    private static void foreignTransaction(long nonce) throws RpcException {
        String settler = LocalVault.SETTLER.address();
        CHAIN.impersonate(settler);
        CHAIN.query(
                "eth_sendTransaction",
                Map.of(
                        "from",
                        settler,
                        "to",
                        LocalVault.ADMIN.address(),
                        "value",
                        "0x1",
                        "nonce",
                        HexQuantity.of(nonce),
                        "gas",
                        "0x5208"));
    }

    private static List<Transaction1559> sent() {
        return CHAIN.proxy().rawTransactions().stream()
                .map(TransactionDecoder::decode)
                .map(RawTransaction::getTransaction)
                .map(Transaction1559.class::cast)
                .toList();
    }

    private static BigInteger times(BigInteger wei, int tenths) {
        return wei.multiply(BigInteger.valueOf(tenths));
    }
}
