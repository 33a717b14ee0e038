package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.chain.ChainStates;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.tx.TransactionManager;

/** The L2 node, lost with kill -9 and started again with what is on disk of its chain. */
class AnvilITCase {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int SLOTS = 3;

    @TempDir private Path folder;

    private Path key;
    private String address;

    @BeforeEach
    void generateKey() throws IOException {
        key = folder.resolve("key");
        address = KeyFile.generate(key);
    }

    @Test
    void node_killedAgainAndAgain_losesAtMostTheBlockItWasMining() throws Exception {
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            StackProcess process = anvil.process();
            TransactionManager sender = begin(anvil, session, 1_500);
            for (int kill = 0; kill < 3; kill++) {
                String hash = send(sender);
                awaitBlocks(session, 2);
                long head = session.blockNumber();
                String last = session.hashOf(head - 1);
                String early = session.hashOf(0);

                process.kill();
                process.start();

                assertThat(session.blockNumber()).isGreaterThanOrEqualTo(head - 1);
                assertThat(anvil.loadedBlock())
                        .as("what it has not mined itself it may not give up")
                        .isGreaterThanOrEqualTo(head - 1);
                assertThat(session.hashOf(head - 1)).isEqualTo(last);
                assertThat(session.hashOf(0)).isEqualTo(early);
                assertThat(isMined(session, hash)).isTrue();
                assertThat(balance(session, session.finalized().number()))
                        .as("the state at the final block can be read")
                        .isPositive();
            }
        }
    }

    @Test
    void node_newestStateDamagedOnDisk_isRebuiltFromTheOneBefore() throws Exception {
        ChainStates states = new ChainStates(folder.resolve("chain"));
        List<String> before;
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            send(begin(anvil, session, 1));
            awaitBlocks(session, 2);
            anvil.process().kill();
            anvil.process().start(); // writes a second state, and goes on after it
            awaitBlocks(session, 2);
            before = chain(session, session.finalized().number());
        }
        List<Long> written = states.newestFirst();
        assertThat(written).hasSize(2);
        Path newest = states.state(written.get(0));
        byte[] whole = Files.readAllBytes(newest);
        for (byte[] damaged : List.of(cutOff(whole), withOtherAccounts(whole))) {
            Files.write(newest, damaged);
            try (Anvil anvil = anvil();
                    EvmSession session = session(anvil)) {
                anvil.process().start();
                assertThat(chain(session, before.size() - 1)).isEqualTo(before);
            }
        }
    }

    /**
     * Above 20 million characters no copy could be read: none was written any more, and after a
     * kill there was "the chain cannot be rebuilt".
     */
    @Test
    void node_stateGrownLarge_isWrittenDownAndGoneOnWith() throws Exception {
        Random random = new Random(7);
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            anvil.process().start();
            TransactionManager sender = funded(session);
            for (int i = 0; i < 24; i++) {
                byte[] code = new byte[500_000];
                random.nextBytes(code);
                session.call("anvil_setCode", "0x%040x".formatted(0x1000 + i), Hex.encode(code));
            }
            session.mine(1);
            anvil.begin();
            String hash = send(sender);
            awaitBlocks(session, 2);

            anvil.process().kill();
            anvil.process().start();

            assertThat(isMined(session, hash)).isTrue();
            assertThat(new NodeControl(session).holdsWhatItsHeadSays()).isTrue();
        }
    }

    @Test
    void node_allStatesDamaged_saysSoAndWhatToDo() throws Exception {
        ChainStates states = new ChainStates(folder.resolve("chain"));
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            begin(anvil, session, 1);
        }
        Path only = states.state(states.newestFirst().get(0));
        Files.write(only, cutOff(Files.readAllBytes(only)));
        try (Anvil anvil = anvil()) {
            assertThatThrownBy(anvil.process()::start)
                    .isInstanceOf(StackException.class)
                    .hasMessageContainingAll(only.toString(), "cut off", "--fresh");
        }
    }

    @Test
    void node_reorganisedThenKilled_goesOnWithTheNewBlocks() throws Exception {
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            String hash = send(begin(anvil, session, 5));
            await("it is mined").atMost(LIMIT).until(() -> isMined(session, hash));
            session.reorganise(2, session.rawTransactions(2));
            long head = session.blockNumber();
            awaitBlocks(session, 2);
            List<String> chain = chain(session, head);

            anvil.process().kill();
            anvil.process().start();

            assertThat(chain(session, head)).isEqualTo(chain);
            assertThat(isMined(session, hash)).isTrue();
        }
    }

    @Test
    void node_reorganisedWithTransactionsKept_keepsNothingElse() throws Exception {
        try (Anvil anvil = anvil();
                EvmSession session = session(anvil)) {
            anvil.process().start();
            String hash = send(funded(session));
            await("it is mined").atMost(LIMIT).until(() -> isMined(session, hash));
            List<String> raw = session.rawTransactions(1);
            String before = session.hashOf(0);

            session.reorganise(1, raw);
            assertThat(session.hashOf(1)).isNotEqualTo(before);
            assertThat(session.rawTransactions(1)).isEqualTo(raw);

            session.reorganise(1, List.of());
            assertThat(session.rawTransactions(1)).isEmpty();
        }
    }

    /** A new chain of a few blocks, which mines by itself from now on. */
    private TransactionManager begin(Anvil anvil, EvmSession session, int blocks) throws Exception {
        anvil.process().start();
        TransactionManager sender = funded(session);
        session.mine(blocks);
        anvil.begin();
        return sender;
    }

    private TransactionManager funded(EvmSession session) throws IOException {
        session.setBalance(address, BigInteger.TEN.pow(18));
        return session.sender(KeyFile.read(key));
    }

    private String send(TransactionManager sender) throws IOException {
        return sender.sendTransaction(
                        BigInteger.TWO.pow(31),
                        BigInteger.valueOf(21_000),
                        address,
                        "",
                        BigInteger.ONE)
                .getTransactionHash();
    }

    private static void awaitBlocks(EvmSession session, int more) throws IOException {
        long head = session.blockNumber();
        await("blocks").atMost(LIMIT).until(() -> session.blockNumber() >= head + more);
    }

    private static boolean isMined(EvmSession session, String hash) throws IOException {
        return session.call("eth_getTransactionReceipt", hash) != null;
    }

    /** The hashes of blocks 0 to {@code head}. */
    private static List<String> chain(EvmSession session, long head) throws IOException {
        List<String> hashes = new ArrayList<>();
        for (long number = 0; number <= head; number++) {
            hashes.add(session.hashOf(number));
        }
        return hashes;
    }

    private BigInteger balance(EvmSession session, long block) throws IOException {
        Object wei = session.call("eth_getBalance", address, "0x" + Long.toHexString(block));
        return new BigInteger(String.valueOf(wei).substring(2), 16);
    }

    private static byte[] cutOff(byte[] whole) {
        return Arrays.copyOf(whole, whole.length / 2);
    }

    /** As whole as the other, but of another state than its newest block commits to. */
    private static byte[] withOtherAccounts(byte[] whole) {
        String json = new String(whole, StandardCharsets.UTF_8);
        String other = json.replaceFirst("\"balance\":\"0x[1-9a-f]", "\"balance\":\"0x7");
        assertThat(other).isNotEqualTo(json);
        return other.getBytes(StandardCharsets.UTF_8);
    }

    private static EvmSession session(Anvil anvil) {
        return new EvmSession(anvil.rpcUrl(), Anvil.CHAIN_ID);
    }

    private Anvil anvil() {
        return new Anvil(
                new NodeSettings(
                        Installation.locate().anvil(),
                        Anvil.CHAIN_ID,
                        Ports.free(1).get(0),
                        SLOTS,
                        1),
                folder.resolve("chain"),
                folder.resolve("anvil.log"));
    }
}
