package io.millrace.local.stack;

import io.millrace.local.stack.chain.MinedBlock;
import io.millrace.local.stack.chain.NodeDump;
import io.millrace.local.stack.chain.StateHistory;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What only a test node takes: to mine, to write itself down, to mine again what another has. */
final class NodeControl implements AutoCloseable {

    /** Whoever reads at the newest final block, or a little before, finds its state. */
    static final int HISTORY = 24;

    private final EvmSession session;

    NodeControl(EvmSession session) {
        this.session = session;
    }

    /** The newest block. */
    MinedBlock head() throws IOException {
        return block("latest");
    }

    /** The block that has {@code number} now. */
    MinedBlock block(long number) throws IOException {
        return block("0x" + Long.toHexString(number));
    }

    private MinedBlock block(String tag) throws IOException {
        Map<?, ?> block = (Map<?, ?>) session.call("eth_getBlockByNumber", tag, false);
        if (block == null) {
            throw new IOException("the node has no block " + tag);
        }
        List<String> transactions = new ArrayList<>();
        for (Object hash : (List<?>) member(block, "transactions")) {
            transactions.add(String.valueOf(session.call("eth_getRawTransactionByHash", hash)));
        }
        return new MinedBlock(
                Long.decode(text(block, "number")),
                text(block, "hash"),
                text(block, "parentHash"),
                Long.decode(text(block, "timestamp")),
                Long.decode(text(block, "baseFeePerGas")),
                transactions);
    }

    /** Mines a block of what waits. */
    void mine() throws IOException {
        session.call("evm_mine");
    }

    /** Mines only when it is told to, no longer a block for each transaction. */
    void mineNothingUnasked() throws IOException {
        session.call("evm_setAutomine", false);
    }

    /** Its clock goes on from {@code seconds} since 1970. */
    void setTime(long seconds) throws IOException {
        session.call("evm_setTime", seconds);
    }

    /**
     * Mines {@code block} again.
     *
     * @throws IOException if another comes of it
     */
    void repeat(MinedBlock block) throws IOException {
        session.call("evm_setTime", block.timestamp() - 1);
        session.call("evm_setNextBlockTimestamp", block.timestamp());
        session.call(
                "anvil_setNextBlockBaseFeePerGas", "0x" + Long.toHexString(block.baseFeeWei()));
        for (String transaction : block.transactions()) {
            session.call("eth_sendRawTransaction", transaction);
        }
        session.call("evm_mine");
        MinedBlock again = head();
        if (!again.hash().equals(block.hash())) {
            throw new IOException(
                    "block %d is %s when it is mined again, and was %s; has something but transactions changed the chain?"
                            .formatted(block.number(), again.hash(), block.hash()));
        }
    }

    /**
     * Writes its state, blocks and receipts, as JSON, with the states of {@link #HISTORY} earlier
     * blocks, into {@code out}.
     */
    void writeState(OutputStream out) throws IOException {
        Set<String> hashes = new HashSet<>();
        long head = session.blockNumber();
        for (long number = Math.max(0, head - HISTORY); number <= head; number++) {
            hashes.add(session.hashOf(number));
        }
        try (InputStream state = NodeDump.of(session.rpcUrl())) {
            StateHistory.copyOnly(hashes, state, out);
        }
    }

    /**
     * Whether the accounts it holds are those that its newest header commits to: the first node of
     * any proof is the root.
     */
    boolean holdsWhatItsHeadSays() throws IOException {
        Map<?, ?> proof =
                (Map<?, ?>) session.call("eth_getProof", EvmAddress.ZERO, List.of(), "latest");
        Map<?, ?> block = (Map<?, ?>) session.call("eth_getBlockByNumber", "latest", false);
        String root = String.valueOf(((List<?>) member(proof, "accountProof")).get(0));
        return Hex.encode(Keccak.hash(Hex.decode(root))).equals(text(block, "stateRoot"));
    }

    @Override
    public void close() {
        session.close();
    }

    private static String text(Map<?, ?> answer, String key) throws IOException {
        return member(answer, key).toString();
    }

    private static Object member(Map<?, ?> answer, String key) throws IOException {
        Object value = answer.get(key);
        if (value == null) {
            throw new IOException("the node's answer has no " + key);
        }
        return value;
    }
}
