package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart;
import io.millrace.testing.FaultChain;
import io.millrace.testing.proxy.Fault;
import io.millrace.testing.proxy.Faults;
import io.millrace.testing.proxy.Reply;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A submitter's process is killed by SIGKILL, or stopped, at an exact point of its talk with the
 * node; another one takes over with its journal (M5, M9). Numbers are rows of FAULTS.md.
 */
class SubmitCrashFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    @TempDir Path directory;

    private final CompletableFuture<SubmitterProcess> child = new CompletableFuture<>();

    /** Row 1: killed with the transaction in the journal and nothing sent. */
    @Test
    void row01_killedBetweenJournalAndSend_sameBytesSettleOnce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .times(1)
                .then(Faults.first(this::kill, Faults.disconnect()));

        FaultSubmitter successor = afterDeath(parts);
        assertThat(CHAIN.proxy().forwarded("eth_sendRawTransaction")).isEmpty();
        successor.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(successor.signed()).as("signed once, by the dead process").hasSize(1);
        assertThat(new HashSet<>(CHAIN.proxy().rawTransactions()))
                .containsExactly(successor.signed().get(0).raw());
    }

    /** Row 2: killed after the node took it, before the reply came. */
    @Test
    void row02_killedBeforeTheReply_adoptedWithoutASecondTransaction() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .times(1)
                .then(Faults.afterNode(this::kill, new Reply.HangUp()));

        FaultSubmitter successor = afterDeath(parts);
        assertThat(CHAIN.proxy().forwarded("eth_sendRawTransaction")).hasSize(1);
        successor.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(new HashSet<>(CHAIN.proxy().rawTransactions())).as("bytes sent").hasSize(1);
        assertThat(successor.settled.get(0).transaction())
                .isEqualTo(successor.signed().get(0).transaction());
    }

    /** Row 3: killed with a replacement signed and not sent; the original is mined. */
    @Test
    void row03_killedBetweenBumpAndSend_theMinedOneIsAccepted() throws Exception {
        List<SealedPart> parts = CHAIN.parts(1);
        AtomicReference<String> first = new AtomicReference<>();
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .when(
                        call ->
                                !first.compareAndSet(null, call.text(0))
                                        && !call.text(0).equals(first.get()))
                .times(1)
                .then(Faults.first(this::kill, Faults.disconnect()));

        FaultSubmitter successor = afterDeath(parts);
        assertThat(successor.signed()).as("original and replacement").hasSize(2);
        CHAIN.mine(1);
        successor.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(successor.settled.get(0).transaction())
                .isEqualTo(successor.signed().get(0).transaction());
    }

    /** Row 4: killed when the vault has it and nobody has been told. */
    @Test
    void row04_killedAfterInclusion_adoptedAndReportedOnce() throws Exception {
        List<SealedPart> parts = CHAIN.parts(2);
        CHAIN.proxy().on("eth_sendRawTransaction").times(1).then(minedAtOnce());
        CHAIN.proxy()
                .on("eth_getLogs")
                .times(1)
                .then(Faults.first(this::kill, Faults.disconnect()));

        FaultSubmitter successor = afterDeath(parts);
        CHAIN.books().settledOnceByOneTransactionEach(parts.subList(0, 1));
        successor.settleAll();

        CHAIN.books().settledOnceByOneTransactionEach(parts);
        assertThat(successor.settled)
                .extracting(SettlementRecord::header)
                .containsExactly(parts.get(0).hash(), parts.get(1).hash());
    }

    /**
     * Row 9: a submitter is frozen as it sends, another takes over knowing nothing of it, then the
     * first wakes up and goes on: what it sends changes nothing, and it finds out by itself.
     */
    @Test
    void row09_frozenWhileAnotherSettles_zombieHasNoEffect() throws Exception {
        List<SealedPart> parts = CHAIN.parts(3);
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch thawed = new CountDownLatch(1);
        CHAIN.proxy()
                .on("eth_sendRawTransaction")
                .times(1)
                .then(
                        Faults.first(
                                () -> {
                                    sending.countDown();
                                    awaitUninterruptibly(thawed);
                                },
                                Faults.pass()));
        try (SubmitterProcess zombie = new SubmitterProcess(CHAIN, parts, directory)) {
            sending.await();
            zombie.signal("STOP");
            FaultSubmitter successor = new FaultSubmitter(CHAIN, parts).add(2);
            CHAIN.call("anvil_setNextBlockBaseFeePerGas", "0x77359400");
            CHAIN.mine(1); // so that the other one's bytes are not the same
            successor.settleAll();
            CHAIN.books().settledOnceByOneTransactionEach(parts.subList(0, 2));

            thawed.countDown();
            zombie.signal("CONT");
            CHAIN.call("evm_setIntervalMining", 1);
            zombie.awaitFinished();
            CHAIN.call("evm_setIntervalMining", 0);

            successor.add(3).settleAll();
            CHAIN.books().settledOnceByOneTransactionEach(parts);
            assertThat(zombie.journaled())
                    .filteredOn(entry -> entry.state() == SettlementRecord.State.FINAL)
                    .extracting(SettlementRecord::header)
                    .containsExactlyElementsOf(parts.stream().map(SealedPart::hash).toList());
        }
    }

    /** Passes on, and a block comes before the reply. */
    private static Fault minedAtOnce() {
        return (call, node) -> {
            Reply.Answer answer = node.forward();
            CHAIN.mine(1);
            return answer;
        };
    }

    /** Runs a process until it is killed; returns what takes over from it. */
    private FaultSubmitter afterDeath(List<SealedPart> parts) throws Exception {
        try (SubmitterProcess process = new SubmitterProcess(CHAIN, parts, directory)) {
            child.complete(process);
            process.awaitKilled();
            FaultSubmitter successor = new FaultSubmitter(CHAIN, parts);
            for (SettlementRecord entry : process.journaled()) {
                successor.journal.append(entry);
            }
            successor.restart(parts.size());
            return successor;
        }
    }

    private void kill() {
        child.join().kill();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
