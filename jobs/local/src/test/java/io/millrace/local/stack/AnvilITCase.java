package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The L2 node, lost with kill -9 and started again with what it has on disk. */
class AnvilITCase {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int SLOTS = 3;

    @TempDir private Path folder;

    @Test
    void node_killedTwice_keepsWhatItCalledFinalEvenIfItsLastWriteWasCutOff() throws Exception {
        Anvil anvil = anvil();
        Path state = folder.resolve("chain/state.json");
        try (StackProcess process = anvil.process();
                EvmSession session = new EvmSession(anvil.rpcUrl(), Anvil.CHAIN_ID)) {
            process.start();
            session.mine(20);
            EvmSession.Head first = session.finalized();
            assertThat(first.number()).isGreaterThanOrEqualTo(20 - 2 * SLOTS);
            awaitCopy(anvil);

            process.kill();
            process.start();
            assertThat(session.hashOf(first.number())).isEqualTo(first.hash());
            long head = session.blockNumber();
            await("it mines by itself").atMost(LIMIT).until(() -> session.blockNumber() > head + 1);
            EvmSession.Head second = session.finalized();
            awaitCopy(anvil);

            process.kill();
            byte[] whole = Files.readAllBytes(state);
            Files.write(
                    state,
                    Arrays.copyOf(whole, whole.length / 2),
                    StandardOpenOption.TRUNCATE_EXISTING);
            process.start();
            assertThat(session.hashOf(second.number())).isEqualTo(second.hash());
        }
    }

    @Test
    void node_reorganisedWithTransactionsKept_keepsNothingElse() throws Exception {
        Anvil anvil = anvil();
        Path key = folder.resolve("key");
        String address = KeyFile.generate(key);
        try (StackProcess process = anvil.process();
                EvmSession session = new EvmSession(anvil.rpcUrl(), Anvil.CHAIN_ID)) {
            process.start();
            session.setBalance(address, BigInteger.TEN.pow(18));
            var sender = session.sender(KeyFile.read(key));
            sender.sendTransaction(
                    BigInteger.TWO.pow(31),
                    BigInteger.valueOf(21_000),
                    address,
                    "",
                    BigInteger.ONE);
            await("the transaction is mined")
                    .atMost(LIMIT)
                    .until(() -> session.rawTransactions(1).size() == 1);
            List<String> raw = session.rawTransactions(1);
            String before = session.hashOf(1);

            session.reorganise(1, raw);
            assertThat(session.hashOf(1)).isNotEqualTo(before);
            assertThat(session.rawTransactions(1)).isEqualTo(raw);

            session.reorganise(1, List.of());
            assertThat(session.rawTransactions(1)).isEmpty();
        }
    }

    private Anvil anvil() {
        return new Anvil(
                new Anvil.Settings(
                        Installation.locate().anvil(),
                        Anvil.CHAIN_ID,
                        Ports.free(1).get(0),
                        SLOTS,
                        1),
                folder.resolve("chain"),
                folder.resolve("anvil.log"));
    }

    /** Waits for two writes from now on, and copies the later one: the first may have begun. */
    private void awaitCopy(Anvil anvil) throws Exception {
        for (int i = 0; i < 2; i++) {
            FileTime before = written();
            await("a write").atMost(LIMIT).until(() -> written().compareTo(before) > 0);
        }
        await("a whole copy").atMost(LIMIT).until(anvil::keepState);
    }

    private FileTime written() throws IOException {
        Path state = folder.resolve("chain/state.json");
        return Files.exists(state) ? Files.getLastModifiedTime(state) : FileTime.fromMillis(0);
    }
}
