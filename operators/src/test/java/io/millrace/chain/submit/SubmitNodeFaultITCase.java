package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.testing.RealParts;
import io.millrace.testing.proxy.Fault;
import io.millrace.testing.proxy.Faults;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The submitter behind a bad line, a wrong node, a bad signer and a bad clock (M9). Numbers are
 * rows of FAULTS.md.
 */
class SubmitNodeFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    private static final long TIMEOUT_MILLIS = 300;
    private static final long DAY_MILLIS = 86_400_000;

    static Stream<Arguments> brokenLines() {
        return Stream.of(
                Arguments.of("429", Faults.http(429, "{\"error\":\"slow down\"}")),
                Arguments.of("502", Faults.http(502, "<html>bad gateway</html>")),
                Arguments.of("not JSON", Faults.http(200, "<html>welcome</html>")),
                Arguments.of("hang-up", Faults.disconnect()),
                Arguments.of("half a body", Faults.half()),
                Arguments.of("reply lost", Faults.dropReply()));
    }

    /** Row 21: whatever breaks on the line, for every call: wait, back off, then settle once. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLines")
    void row21_everyCallBreaks_backsOffThenSettlesOnce(String name, Fault fault) throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);
        submitter.step();

        CHAIN.proxy().onAny().then(fault);
        int before = calls();
        submitter.run(8 * FaultSubmitter.MAX_BACKOFF_MILLIS);
        assertThat(calls() - before).as("calls into a dead line in 32 s").isBetween(5, 15);
        assertThat(submitter.metrics.isWaiting()).isTrue();
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /**
     * Row 20: too fast, in words of its own, whatever is asked: it goes on between the refusals.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7})
    void row20_everyFewCallsRefused_settlesAllTheSame(int every) throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);
        AtomicInteger calls = new AtomicInteger();
        CHAIN.proxy()
                .onAny()
                .when(call -> calls.incrementAndGet() % every == 0)
                .then(Faults.error(-32099, "not so fast"));

        submitter.settleAll();

        CHAIN.proxy().heal();
        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 21: only the sending breaks: neither success nor failure is assumed, the chain tells. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLines")
    void row21_onlySendingBreaks_sameBytesUntilTheChainHasThem(String name, Fault fault)
            throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);

        CHAIN.proxy().on("eth_sendRawTransaction").times(2).then(fault);
        submitter.run(2 * FaultSubmitter.REPUBLISH_MILLIS + FaultSubmitter.POLL_MILLIS);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(CHAIN.proxy().rawTransactions().size()).isGreaterThan(2);
        assertThat(new HashSet<>(CHAIN.proxy().rawTransactions())).hasSize(1);
    }

    /** Row 21: no answer in time, and nobody listening. */
    @Test
    void row21_stalledThenRefused_settlesOnceHealed() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).waitingFor(TIMEOUT_MILLIS);
        submitter.add(1);
        CHAIN.proxy().on("eth_sendRawTransaction").times(1).then(CHAIN.proxy().stall(true));
        submitter.step();
        CHAIN.proxy().onAny().then(CHAIN.proxy().stall(false));
        submitter.step();
        assertThat(submitter.metrics.isWaiting()).isTrue();
        CHAIN.proxy().refuseConnections();
        submitter.run(FaultSubmitter.MAX_BACKOFF_MILLIS);
        assertThat(submitter.metrics.isWaiting()).isTrue();

        CHAIN.proxy().heal();
        submitter.waitingFor(5_000).restart(1);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    static Stream<String> refusals() {
        return Stream.of(
                "nonce too low",
                "nonce too low: address 0x1, tx: 4 state: 5",
                "already known",
                "replacement transaction underpriced",
                "transaction underpriced",
                "max fee per gas less than block base fee",
                "txpool is full",
                "sequencer pending tx pool full, please try again",
                "nonce too high",
                "the flux capacitor is empty");
    }

    /**
     * Row 21 (rule 10): a refusal is a word, not an outcome: the node took it, the chain has it.
     */
    @ParameterizedTest
    @MethodSource("refusals")
    void row21_acceptedButCalledRefused_settledOnce(String text) throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        Fault refusal = Faults.error(-32000, text);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .then(
                        (call, node) -> {
                            node.forward();
                            return refusal.reply(call, node);
                        });

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 22: ten minutes without a sequencer: nothing is lost, all catches up in order. */
    @Test
    void row22_nodeDownTenMinutes_catchesUpInOrder() throws Exception {
        List<SealedPart> parts = CHAIN.parts(4);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.settleAll();
        CHAIN.proxy().refuseConnections();

        submitter.add(4);
        submitter.run(600_000);
        assertThat(submitter.metrics.unsettledParts()).isEqualTo(3);
        assertThat(submitter.metrics.unsettledNano()).isEqualTo(3 * RealParts.DEBIT_NANO);
        assertThat(submitter.metrics.oldestUnsettledMillis(submitter.clock.millis()))
                .isGreaterThanOrEqualTo(600_000);
        CHAIN.proxy().heal();
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(submitter.settled)
                .extracting(SettlementRecord::header)
                .containsExactlyElementsOf(parts.stream().map(SealedPart::hash).toList());
    }

    /**
     * Row 29: a signer that holds another key, or signs something else, is caught before sending.
     */
    @Test
    void row29_signedByAnotherKey_nothingIsSentUntilItIsRight() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter =
                new FaultSubmitter(CHAIN, parts).with(signer(LocalVault.ADMIN::sign)).add(1);
        submitter.run(2 * FaultSubmitter.BUMP_MILLIS);
        assertThat(CHAIN.proxy().rawTransactions()).as("sent with a wrong key").isEmpty();
        assertThat(submitter.signed()).isEmpty();

        submitter.with(LocalVault.SETTLER).add(1).settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 29: a signer that does not answer holds up one part, and no more. */
    @Test
    void row29_signerOutOfReach_waitsThenSettles() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        boolean[] out = {true};
        FaultSubmitter submitter =
                new FaultSubmitter(CHAIN, parts)
                        .with(
                                signer(
                                        digest -> {
                                            if (out[0]) {
                                                throw new IOException("the HSM is busy");
                                            }
                                            return LocalVault.SETTLER.sign(digest);
                                        }))
                        .add(1);
        submitter.run(FaultSubmitter.BUMP_MILLIS);
        assertThat(submitter.metrics.isWaiting()).isTrue();
        assertThat(CHAIN.proxy().rawTransactions()).isEmpty();
        out[0] = false;
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 30: the node follows another chain. */
    @Test
    void row30_otherChain_refusesAtStart() throws Exception {
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, CHAIN.parts(1));
        VaultIdentity here = CHAIN.identity();
        submitter.expecting(new VaultIdentity(902, here.codeHash(), here.token())).add(1);

        assertHalts(submitter, Reason.WRONG_CHAIN, "901", "902");
    }

    /** Row 30: there is nothing at the vault's address on this chain. */
    @Test
    void row30_noVaultThere_refusesAtStart() throws Exception {
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, CHAIN.parts(1)).add(1);
        CHAIN.proxy()
                .on("eth_getCode")
                .then(Faults.result(answer -> JsonNodeFactory.instance.textNode("0x")));

        assertHalts(
                submitter, Reason.WRONG_CHAIN, CHAIN.local().connection().vault(), "no contract");
    }

    /** Row 30: there is a contract, but not the one that was deployed. */
    @Test
    void row30_otherCodeAtTheAddress_refusesAtStart() throws Exception {
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, CHAIN.parts(1)).add(1);
        CHAIN.proxy()
                .on("eth_getCode")
                .then(Faults.result(answer -> JsonNodeFactory.instance.textNode("0x6001600155")));

        assertHalts(submitter, Reason.WRONG_CHAIN, CHAIN.identity().codeHash());
    }

    /** Row 32: the wall clock leaps a day ahead: at most a dearer offer, never a second effect. */
    @Test
    void row32_clockLeapsAhead_settledOnce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(2);
        submitter.step();
        submitter.clock.advance(DAY_MILLIS);
        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    /** Row 32: it falls a day back while the pool forgets ours: it is sent again all the same. */
    @Test
    void row32_clockFallsBack_droppedTransactionIsSentAgain() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        FaultSubmitter submitter = new FaultSubmitter(CHAIN, parts).add(1);
        submitter.step();
        CHAIN.call("anvil_dropTransaction", submitter.signed().get(0).transaction());
        submitter.clock.advance(-DAY_MILLIS);

        submitter.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
    }

    private static void assertHalts(FaultSubmitter submitter, Reason reason, String... naming) {
        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, submitter::step);
        assertThat(halt).isNotNull();
        assertThat(halt.reason()).isEqualTo(reason);
        assertThat(halt).hasMessageContainingAll(naming);
        assertThat(CHAIN.proxy().rawTransactions()).isEmpty();
    }

    /** Calls our client has made, of any kind. */
    private static int calls() {
        return CHAIN.proxy().received().size();
    }

    private interface Signing {
        byte[] sign(byte[] digest) throws IOException;
    }

    /** Says it is the settler's. */
    private static Signer signer(Signing signing) {
        return new Signer() {
            @Override
            public String address() {
                return LocalVault.SETTLER.address();
            }

            @Override
            public byte[] sign(byte[] digest) throws IOException {
                return signing.sign(digest);
            }
        };
    }
}
