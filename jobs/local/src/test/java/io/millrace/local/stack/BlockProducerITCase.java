package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.chain.ChainStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine so slow that the node's answers do not come in time: the chain on disk stays whole. */
class BlockProducerITCase {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    /** Whatever is asked between a block and its line on disk. */
    @Test
    void chain_answersLost_isRebuiltToItsLastBlock() throws Exception {
        try (Anvil anvil = anvil()) {
            anvil.process().start();
            try (EvmSession session = new EvmSession(anvil.rpcUrl(), Anvil.CHAIN_ID);
                    ForgetfulNode slow = new ForgetfulNode(anvil.rpcUrl())) {
                NodeControl node = new NodeControl(session);
                node.mineNothingUnasked();
                session.mine(3);
                ChainStates states = new ChainStates(folder.resolve("chain"));
                states.replaceAll(3, node::writeState);
                try (BlockProducer producer =
                        new BlockProducer(
                                new EvmSession(slow.url(), Anvil.CHAIN_ID),
                                anvil.process(),
                                states)) {
                    producer.start(1);
                    awaitBlocks(session, 2);
                    slow.lose("anvil_dumpState", 2);
                    session.reorganise(1, List.of()); // all of the state has to be written
                    await("states are lost").atMost(LIMIT).until(slow::isDone);
                    slow.lose("evm_mine", 2);
                    await("blocks are lost").atMost(LIMIT).until(slow::isDone);
                    slow.lose("eth_getBlockByNumber", 2);
                    await("what they are is lost").atMost(LIMIT).until(slow::isDone);
                    awaitBlocks(session, 2);
                }
                assertRebuilt(anvil, session);
            }
        }
    }

    /** Of the first block after a state too: the next line is no part of it. */
    @Test
    void chain_lineCutOff_isGoneOnAfterTheOneBefore() throws Exception {
        try (Anvil anvil = anvil()) {
            anvil.process().start();
            try (EvmSession session = new EvmSession(anvil.rpcUrl(), Anvil.CHAIN_ID)) {
                session.mine(1);
                ChainStates states = new ChainStates(folder.resolve("chain"));
                NodeControl node = new NodeControl(session);
                node.mineNothingUnasked();
                states.replaceAll(1, node::writeState);
                Files.writeString(
                        folder.resolve("chain/blocks-1.jsonl"),
                        "{\"number\":2,\"hash\":\"0x",
                        StandardOpenOption.CREATE);
                anvil.process().kill();
                anvil.process().start();
                anvil.mineEvery();
                awaitBlocks(session, 2);
                assertRebuilt(anvil, session);
            }
        }
    }

    private static void assertRebuilt(Anvil anvil, EvmSession session) throws Exception {
        long head = session.blockNumber() - 1; // its newest may be lost
        List<String> before = chain(session, head);
        anvil.process().kill();
        anvil.process().start();
        assertThat(chain(session, head)).isEqualTo(before);
    }

    private static void awaitBlocks(EvmSession session, int more) throws IOException {
        long head = session.blockNumber();
        await("blocks").atMost(LIMIT).until(() -> session.blockNumber() >= head + more);
    }

    private static List<String> chain(EvmSession session, long head) throws IOException {
        List<String> hashes = new ArrayList<>();
        for (long number = 0; number <= head; number++) {
            hashes.add(session.hashOf(number));
        }
        return hashes;
    }

    private Anvil anvil() throws IOException {
        return new Anvil(
                new NodeSettings(
                        Installation.locate().anvil(), Anvil.CHAIN_ID, Ports.free(1).get(0), 3, 1),
                folder.resolve("chain"),
                folder.resolve("anvil.log"));
    }
}
