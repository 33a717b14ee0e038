package io.millrace.watch.act.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.send.Outcome.State;
import io.millrace.watch.testing.Books;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.OddNode;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.utils.Numeric;

/** The sender with a real node: challenges of a real tribunal. */
class TransactionSenderITCase {

    private static final int ACCOUNTS = 3;

    @TempDir private Path folder;
    private Court court;
    private Settled epoch;
    private final ManualClock clock = new ManualClock();

    /** Goes on when it is told to. */
    private static final class ManualClock extends Clock {

        private Instant now = Instant.parse("2026-11-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    @BeforeEach
    void open() throws Exception {
        court = Court.open(ACCOUNTS);
        court.pass(120);
        List<Task> tasks = new ArrayList<>();
        for (long account = 1; account <= ACCOUNTS; account++) {
            tasks.add(new Task(account, 1, court.chain().newest().seconds() * 1_000));
        }
        epoch = new Books(court).settle(tasks);
        assertThat(epoch.tree()).extracting(EpochTree::count).isEqualTo(3L);
    }

    @AfterEach
    void close() {
        court.close();
    }

    private TransactionSender sender(SendLimits limits) throws Exception {
        return TransactionSender.open(
                folder.resolve("journal"), keyFile(), court.rpc, FinalBlock.OF_NODE, limits, clock);
    }

    private GasKey keyFile() throws Exception {
        Path file = folder.resolve("key");
        Files.writeString(file, Numeric.toHexString(Court.CHALLENGER.key()) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return GasKey.read(file);
    }

    private Outcome challenge(TransactionSender sender, long account) throws Exception {
        return sender.submit(
                "challenge " + account,
                court.tribunal.getContractAddress(),
                TribunalCalls.challengeStatement(epoch.part(), account, List.of()),
                Court.DEPOSIT_WEI);
    }

    private long mined() throws Exception {
        return Numeric.decodeQuantity(
                        court.rpc
                                .call(
                                        "eth_getTransactionCount",
                                        Court.CHALLENGER.address(),
                                        "latest")
                                .asText())
                .longValueExact();
    }

    /** The node answers a transaction before it has made its block. */
    private void awaitMined(long transactions) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (mined() < transactions) {
            assertThat(System.nanoTime()).as("no block has it").isLessThan(end);
        }
    }

    @Test
    void wish_wishedAgain_isSentOnceAndFinal() throws Exception {
        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            assertThat(challenge(sender, 1).state()).isEqualTo(State.PENDING);
            awaitMined(1);
            sender.step();
            Outcome mined = challenge(sender, 1);
            assertThat(mined.state()).isEqualTo(State.DONE);
            assertThat(mined.isFinal()).as("its block is the newest").isFalse();
            court.node.call("anvil_mine", 8);
            sender.step();
            assertThat(challenge(sender, 1).isFinal()).isTrue();
            assertThat(challenge(sender, 1).gasUsed()).isBetween(90_000L, 200_000L);
            assertThat(sender.underWay()).isZero();
        }
        try (TransactionSender again = sender(SendLimits.DEFAULT)) {
            assertThat(challenge(again, 1).isFinal()).as("after a restart").isTrue();
        }
        assertThat(mined()).isEqualTo(1);
    }

    /** Killed between the journal and the node: what was signed then is what is sent now. */
    @Test
    void crash_beforeTheNodeHasIt_sentByTheNextProcess() throws Exception {
        court.node.call("evm_setAutomine", false);
        String hash;
        try (TransactionSender killed = sender(SendLimits.DEFAULT)) {
            hash = challenge(killed, 1).hash();
            challenge(killed, 2);
        }
        court.node.call("anvil_dropAllTransactions");

        try (TransactionSender next = sender(SendLimits.DEFAULT)) {
            assertThat(challenge(next, 1).hash()).isEqualTo(hash);
            next.step();
            court.node.call("anvil_mine", 1);
            next.step();
            assertThat(challenge(next, 1).state()).isEqualTo(State.DONE);
            assertThat(challenge(next, 1).hash()).isEqualTo(hash);
            assertThat(challenge(next, 2).state()).isEqualTo(State.DONE);
        }
        assertThat(mined()).isEqualTo(2);
    }

    @Test
    void stuck_baseFeeRose_replacedByADearerOneThatIsMined() throws Exception {
        court.node.call("evm_setAutomine", false);
        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            String cheap = challenge(sender, 1).hash();
            court.node.call("anvil_setNextBlockBaseFeePerGas", "0x174876e800"); // 100 gwei
            court.node.call("anvil_mine", 1);
            sender.step();
            assertThat(challenge(sender, 1).state()).isEqualTo(State.PENDING);

            clock.pass(Duration.ofMinutes(1));
            sender.step();
            String dear = challenge(sender, 1).hash();
            assertThat(dear).isNotEqualTo(cheap);
            court.node.call("anvil_mine", 1);
            sender.step();

            assertThat(challenge(sender, 1).state()).isEqualTo(State.DONE);
            assertThat(challenge(sender, 1).hash()).isEqualTo(dear);
        }
        assertThat(mined()).isEqualTo(1);
    }

    /**
     * What a call needs rises with the price of the L1's data: what was signed then is never taken.
     */
    @Test
    void gas_thatIsNoLongerEnough_estimatedAgainForTheReplacement() throws Exception {
        try (OddNode node = OddNode.before(court.node)) {
            node.has(
                    (call, upstream) ->
                            call.path("method").asText().equals("eth_estimateGas")
                                    ? OddNode.result(call, "\"0x4e20\"")
                                    : upstream.answer(call));
            try (TransactionSender sender =
                    TransactionSender.open(
                            folder.resolve("journal"),
                            keyFile(),
                            new JsonRpc(node.url()),
                            FinalBlock.OF_NODE,
                            SendLimits.DEFAULT,
                            clock)) {
                challenge(sender, 1);
                sender.step();
                assertThat(mined()).as("with too little gas").isZero();

                node.heal();
                clock.pass(Duration.ofMinutes(1));
                sender.step();
                sender.step();
                assertThat(challenge(sender, 1).state()).isEqualTo(State.DONE);
            }
        }
    }

    @Test
    void block_reorganisedOut_isSentAgain() throws Exception {
        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            challenge(sender, 1);
            sender.step();
            assertThat(challenge(sender, 1).state()).isEqualTo(State.DONE);

            court.node.call("anvil_reorg", 1, List.of());
            clock.pass(Duration.ofSeconds(10));
            sender.step();
            sender.step();

            assertThat(challenge(sender, 1).state()).isEqualTo(State.DONE);
        }
        assertThat(mined()).isEqualTo(1);
    }

    @Test
    void wish_thatWouldRevert_refusedByTheContractsNameAndNotSent() throws Exception {
        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            Outcome refused =
                    sender.submit(
                            "prove",
                            court.tribunal.getContractAddress(),
                            TribunalCalls.proveLeaf(epoch.part(), 1, epoch.leaf(1, 0)),
                            BigInteger.ZERO);

            assertThat(refused.state()).isEqualTo(State.REFUSED);
            assertThat(refused.reason()).isEqualTo("NoFault");
            assertThat(sender.outcome("prove")).as("it may be wished again").isEmpty();
        }
        assertThat(mined()).isZero();
    }

    @Test
    void budget_ofGasOrDepositsOrBalance_isNeverPassed() throws Exception {
        try (TransactionSender poor =
                sender(SendLimits.DEFAULT.spending(BigInteger.valueOf(1_000)))) {
            assertThat(challenge(poor, 1).reason()).contains("budget is 1000");
        }
        try (TransactionSender one = sender(SendLimits.DEFAULT.depositing(Court.DEPOSIT_WEI))) {
            assertThat(challenge(one, 1).state()).isEqualTo(State.PENDING);
            assertThat(challenge(one, 2).state()).isEqualTo(State.OVER_BUDGET);
            clock.pass(Duration.ofDays(2));
            one.step();
            court.node.call("anvil_mine", 8);
            one.step();
        }
        court.node.call("anvil_setBalance", Court.CHALLENGER.address(), "0x5");
        try (TransactionSender broke = sender(SendLimits.DEFAULT)) {
            Outcome outcome = challenge(broke, 3);
            assertThat(outcome.isSent()).isFalse();
            assertThat(outcome.reason()).containsAnyOf("has 5 wei", "nsufficient funds");
        }
    }

    @Test
    void journal_ofTwoProcessesOrAnotherKey_refused() throws Exception {
        try (TransactionSender first = sender(SendLimits.DEFAULT)) {
            assertThat(first.address()).isEqualTo(Court.CHALLENGER.address());
            assertThatThrownBy(() -> sender(SendLimits.DEFAULT).close())
                    .hasMessageContaining("in use by another process");
        }
        Path other = folder.resolve("other");
        Files.writeString(other, Numeric.toHexString(Court.SETTLER.key()));
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(
                        () ->
                                TransactionSender.open(
                                                folder.resolve("journal"),
                                                GasKey.read(other),
                                                court.rpc,
                                                FinalBlock.OF_NODE,
                                                SendLimits.DEFAULT,
                                                clock)
                                        .close())
                .hasMessageContaining("journal, or that key");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> GasKey.read(other)).hasMessageContaining("chmod 600");
    }

    @Test
    void journal_lastLineCutShort_goesOnWithoutIt() throws Exception {
        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            challenge(sender, 1);
        }
        Files.writeString(
                folder.resolve("journal"),
                "{\"sent\":{\"id\":\"challenge 2\",\"non",
                StandardCharsets.UTF_8,
                StandardOpenOption.APPEND);

        try (TransactionSender sender = sender(SendLimits.DEFAULT)) {
            sender.step();
            assertThat(challenge(sender, 1).state()).isEqualTo(State.DONE);
            assertThat(challenge(sender, 2).state()).isEqualTo(State.PENDING);
        }
    }
}
