package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.testing.FaultChain;
import io.millrace.testing.proxy.Fault;
import io.millrace.testing.proxy.Faults;
import io.millrace.testing.proxy.RpcCall;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/**
 * The submitter at a node with limits and prices of its own, in words that no table has. Numbers
 * are rows of FAULTS.md.
 */
class SubmitLimitsFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    private static final long GAS = 3_000_000;

    /** Row 33: the old limit never passes again: the same part, same nonce, more gas, dearer. */
    @ParameterizedTest
    @ValueSource(
            strings = {"intrinsic gas too low", "calldata cost went up, limit does not cover it"})
    void row33_gasRisesAfterSigning_sameNonceWithMoreGas(String words) throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .when(call -> gasLimit(call) < GAS)
                .then(Faults.error(-32000, words));
        submitter.step();
        CHAIN.proxy()
                .on("eth_estimateGas")
                .then(
                        Faults.result(
                                truth -> JsonNodeFactory.instance.textNode(HexQuantity.of(GAS))));

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        List<SettlementRecord> signed = submitter.signed();
        assertThat(signed).as("journaled").hasSize(2);
        assertThat(signed.get(1).nonce()).isEqualTo(signed.get(0).nonce());
        assertThat(SignedTransaction.gasLimit(signed.get(1).raw())).isGreaterThanOrEqualTo(GAS);
        assertThat(signed.get(1).maxFeePerGasWei() * 10)
                .isGreaterThanOrEqualTo(signed.get(0).maxFeePerGasWei() * 11);
        assertThat(signed.get(1).maxPriorityFeePerGasWei() * 10)
                .isGreaterThanOrEqualTo(signed.get(0).maxPriorityFeePerGasWei() * 11);
    }

    /** Row 33: the same, said with a page of HTML: it waited for a replacement's time. */
    @Test
    void row33_gasTooLowSaidByAPage_askedForAnewAtOnce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .when(call -> gasLimit(call) < GAS)
                .then(Faults.http(403, "<html>denied</html>"));
        submitter.step();
        CHAIN.proxy()
                .on("eth_estimateGas")
                .then(
                        Faults.result(
                                truth -> JsonNodeFactory.instance.textNode(HexQuantity.of(GAS))));

        submitter.step();

        assertThat(submitter.signed()).as("journaled").hasSize(2);
        submitter.settleAll();
        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 34: 30 and 500 gwei were paid as suggested, without an alarm. */
    @ParameterizedTest
    @ValueSource(longs = {9_000_000_000L, 83_000_000_000L, Long.MAX_VALUE})
    void row34_tipTalkedUp_boundedWithAnAlarm(long suggested) throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy()
                .on("eth_maxPriorityFeePerGas")
                .then(
                        Faults.result(
                                truth ->
                                        JsonNodeFactory.instance.textNode(
                                                HexQuantity.of(suggested))));

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(tip(submitter.signed().get(0))).isLessThanOrEqualTo(1_000_000_000L);
        assertThat(submitter.metrics.isFeeCapped()).as("the alarm").isTrue();
    }

    static Stream<Arguments> silences() {
        return Stream.of(
                Arguments.of(Faults.error(-32601, "the method does not exist/is not available")),
                Arguments.of(Faults.error(-32000, "nobody knows")),
                Arguments.of(Faults.http(400, "{\"detail\":\"no\"}")),
                Arguments.of(Faults.nothing()));
    }

    /** Row 34: neither method of tips is known: that is no reason not to settle. */
    @ParameterizedTest
    @MethodSource("silences")
    void row34_noSuggestion_settledAllTheSame(Fault silence) throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy().on("eth_maxPriorityFeePerGas").then(silence);
        CHAIN.proxy().on("eth_feeHistory").then(silence);

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(submitter.metrics.isFeeCapped()).isFalse();
        assertThat(submitter.metrics.rpcFailures()).as("a method that is optional").isZero();
    }

    static Stream<Arguments> mutes() {
        return Stream.of(
                Arguments.of(Faults.http(404, "<html>no such method</html>")),
                Arguments.of(Faults.http(501, "")),
                Arguments.of(Faults.http(200, "{\"detail\":\"what?\"}")),
                Arguments.of(Faults.disconnect()));
    }

    /** Row 34: neither method is ever answered, by a provider that answers all others. */
    @ParameterizedTest
    @MethodSource("mutes")
    void row34_noWordOfTips_settledAfterAWhile(Fault silence) throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        CHAIN.proxy().on("eth_maxPriorityFeePerGas").then(silence);
        CHAIN.proxy().on("eth_feeHistory").then(silence);

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 34: an ordinary node raises no alarm. */
    @Test
    void row34_ordinaryMarket_noAlarm() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);

        submitter.settleAll();

        assertThat(submitter.metrics.isFeeCapped()).isFalse();
        assertThat(submitter.metrics.isGasCapped()).isFalse();
        assertThat(CHAIN.proxy().received("eth_feeHistory")).isNotEmpty();
    }

    private static long gasLimit(RpcCall call) {
        return SignedTransaction.gasLimit(call.text(0));
    }

    private static long tip(SettlementRecord attempt) {
        Transaction1559 fees =
                (Transaction1559) TransactionDecoder.decode(attempt.raw()).getTransaction();
        return fees.getMaxPriorityFeePerGas().longValueExact();
    }
}
