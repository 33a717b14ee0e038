package io.millrace.chain.submit.sim;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.chain.submit.fee.Tips;
import io.millrace.chain.submit.sim.SimChain.Block;
import io.millrace.chain.submit.sim.SimNode.Mode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A process's way to the nodes: it stays with one, and goes to another when that fails. */
final class SimClient implements VaultClient {

    private static final List<String> REFUSALS =
            List.of(
                    "replacement transaction underpriced",
                    "sequencer pending tx pool full, please try again",
                    "HTTP 429 without a JSON-RPC answer",
                    "nonce too high",
                    "the moon is in the wrong house");

    private static final List<String> GAS_REFUSALS =
            List.of("intrinsic gas too low", "this call is short of breath");

    private final SimProcess process;
    private final SimWorld world;
    private final VaultIdentity identity;
    private SimNode node;

    SimClient(SimProcess process, VaultIdentity identity) {
        this.process = process;
        this.world = process.world;
        this.identity = identity;
        this.node = world.faults.pick(world.nodes);
    }

    /** Before every answer: the process may end here, the node may fail, another may take over. */
    private SimNode nodeFor(String method) throws RpcException {
        process.mayCrash();
        if (world.faults.chance() < world.faults.switchesNode) {
            node = world.faults.pick(world.nodes);
        }
        if (node.mode == Mode.FAILING && world.faults.chance() < 0.7) {
            node = world.faults.pick(world.nodes);
            throw world.faults.chance() < 0.5
                    ? RpcException.unreachable(method, "node", new IOException("connection reset"))
                    : RpcException.refused(method, -32603, "internal error", null);
        }
        return node;
    }

    @Override
    public long chainId() throws RpcException {
        nodeFor("eth_chainId");
        return identity.chainId();
    }

    @Override
    public String vault() {
        return SimChain.VAULT;
    }

    @Override
    public String vaultCodeHash() throws RpcException {
        nodeFor("eth_getCode");
        return identity.codeHash();
    }

    @Override
    public String token() throws RpcException {
        nodeFor("eth_call");
        return identity.token();
    }

    @Override
    public L2Block latestBlock() throws RpcException {
        return nodeFor("eth_getBlockByNumber").tip().header();
    }

    @Override
    public L2Block finalBlock() throws RpcException {
        return nodeFor("eth_getBlockByNumber").finalBlock().header();
    }

    @Override
    public L2Block block(long number) throws RpcException {
        Block block = nodeFor("eth_getBlockByNumber").at(number);
        if (block == null) {
            throw RpcException.invalid("eth_getBlockByNumber", "the answer is null");
        }
        return block.header();
    }

    private Block pinned(L2Block at) throws RpcException {
        Block block = nodeFor("eth_call").at(at.number());
        if (block == null || !block.header().hash().equals(at.hash())) {
            throw RpcException.refused("eth_call", -32000, "header not found", null);
        }
        return block;
    }

    @Override
    public VaultHead head(L2Block at) throws RpcException {
        Block block = pinned(at);
        if (!node.isForked()) {
            world.oracle.shown(process, block.state().head().header());
        }
        return block.state().head();
    }

    @Override
    public String headerOf(long epoch, int part, L2Block at) throws RpcException {
        return pinned(at).state().headerOf(epoch, part);
    }

    @Override
    public Optional<LogEntry> settled(SealedPart part, long to) throws RpcException {
        SimNode asked = nodeFor("eth_getLogs");
        if (asked.mode == Mode.NO_LOGS) {
            return Optional.empty();
        }
        return newest(asked, to, block -> block.logs().containsKey(part.hash()))
                .map(block -> block.logs().get(part.hash()));
    }

    @Override
    public boolean isSettler(String address) throws RpcException {
        nodeFor("eth_call");
        return true;
    }

    @Override
    public BigInteger balanceWei(String address) throws RpcException {
        return BigInteger.valueOf(nodeFor("eth_getBalance").account().balanceWei());
    }

    @Override
    public long nonce(String address) throws RpcException {
        return nodeFor("eth_getTransactionCount").account().nonce();
    }

    @Override
    public Tips tips() throws RpcException {
        nodeFor("eth_maxPriorityFeePerGas");
        return Tips.suggested(1_000);
    }

    @Override
    public void simulate(String from, String calldata, L2Block at) throws RpcException {
        Block block = pinned(at);
        SimTransaction.Call call = SimTransaction.Call.of(calldata, world.hashes);
        if (!block.state().holds(call.header(), call.headerHash())) {
            revertIfAny("eth_call", call, block);
        }
    }

    @Override
    public long estimateGas(String from, String calldata) throws RpcException {
        Block tip = nodeFor("eth_estimateGas").tip();
        SimTransaction.Call call = SimTransaction.Call.of(calldata, world.hashes);
        if (!tip.state().holds(call.header(), call.headerHash())) {
            revertIfAny("eth_estimateGas", call, tip);
        }
        return world.chain.gasIsIntrinsic ? world.chain.gasNeeded : SimChain.GAS;
    }

    private void revertIfAny(String method, SimTransaction.Call call, Block block)
            throws RpcException {
        String data = world.chain.refusal(call, block.state(), block.header().millis());
        if (!data.isEmpty()) {
            throw RpcException.refused(method, 3, "execution reverted", data);
        }
    }

    @Override
    public void sendRaw(String raw) throws RpcException {
        SimNode asked = nodeFor("eth_sendRawTransaction");
        SimTransaction tx = world.chain.parse(raw);
        world.oracle.sent(process, tx);
        world.trace(() -> process.name + " sends nonce " + tx.nonce() + " " + tx.hash());
        if (asked.mode == Mode.REFUSING) {
            throw refused(world.faults.pick(REFUSALS));
        }
        take(asked, tx);
        process.mayCrash();
        if (asked.mode == Mode.MUTE) {
            throw RpcException.unreachable(
                    "eth_sendRawTransaction", "node", new IOException("request timed out"));
        }
    }

    private void take(SimNode asked, SimTransaction tx) throws RpcException {
        SimState account = asked.account();
        if (tx.nonce() < account.nonce()) {
            throw refused("nonce too low");
        }
        if (tx.maxFeePerGasWei() < world.chain.baseFeeWei) {
            throw refused("max fee per gas less than block base fee");
        }
        if (world.chain.gasIsIntrinsic && tx.gasLimit() < world.chain.gasNeeded) {
            throw refused(world.faults.pick(GAS_REFUSALS));
        }
        if (tx.mostWei() > world.chain.tip().state().balanceWei()) {
            throw refused("insufficient funds for gas * price + value");
        }
        if (world.chain.pool.containsKey(tx.hash())) {
            throw refused("already known");
        }
        for (SimTransaction other : List.copyOf(world.chain.pool.values())) {
            if (other.nonce() == tx.nonce()) {
                if (!isRaised(other.maxFeePerGasWei(), tx.maxFeePerGasWei())
                        || !isRaised(other.tipWei(), tx.tipWei())) {
                    throw refused("replacement transaction underpriced");
                }
                world.chain.pool.remove(other.hash());
            }
        }
        world.chain.pool.put(tx.hash(), tx);
    }

    /** EIP-1559 pools want a tenth more. */
    static boolean isRaised(long oldWei, long newWei) {
        return newWei * 10 >= oldWei * 11;
    }

    private static RpcException refused(String text) {
        return RpcException.refused("eth_sendRawTransaction", -32000, text, null);
    }

    @Override
    public Optional<TransactionOutcome> outcome(String transaction) throws RpcException {
        SimNode asked = nodeFor("eth_getTransactionReceipt");
        if (asked.mode == Mode.NO_RECEIPTS) {
            return Optional.empty();
        }
        return newest(asked, Long.MAX_VALUE, block -> block.outcomes().containsKey(transaction))
                .map(block -> block.outcomes().get(transaction));
    }

    /** The newest block that the node shows and that holds it; few blocks hold anything. */
    private Optional<Block> newest(SimNode asked, long to, Predicate<Block> holds) {
        for (Block block : world.chain.withTransactions()) {
            long number = block.header().number();
            if (number <= to && holds.test(block) && asked.shows(block)) {
                return Optional.of(block);
            }
        }
        return Optional.empty();
    }
}
