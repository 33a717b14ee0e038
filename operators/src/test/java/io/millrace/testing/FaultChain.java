package io.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.testing.proxy.RpcFaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real node with the contracts for a whole test class, and a fault proxy in front of it. Each
 * test goes on from what the vault holds by then, its epochs and its books begin there. Blocks come
 * when a test mines them, never by themselves. What the tests expect is asked of the node itself,
 * past the proxy and past our client.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls beforeAll and beforeEach first
public final class FaultChain
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private Anvil anvil;
    private LocalVault local;
    private JsonRpc node;
    private RpcFaultProxy proxy;
    private RpcFaultProxy otherProxy;
    private SettledBooks books;
    private VaultIdentity identity;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        anvil = Anvil.start();
        node = new JsonRpc(URI.create(anvil.url()), Duration.ofSeconds(10));
        local = new LocalVault(anvil);
        identity = local.identity();
        call("evm_setIntervalMining", 0);
        call("evm_setAutomine", false);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        proxy = RpcFaultProxy.before(anvil.url());
        otherProxy = RpcFaultProxy.before(anvil.url());
        call("anvil_setNextBlockBaseFeePerGas", "0x3b9aca00");
        anvil.fund(LocalVault.SETTLER.address());
        mine(8); // all before is final
        books = new SettledBooks(this);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        proxy.close();
        otherProxy.close();
        call("anvil_dropAllTransactions");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        local.close();
        anvil.close();
    }

    public LocalVault local() {
        return local;
    }

    public RpcFaultProxy proxy() {
        return proxy;
    }

    /** The vault as a submitter must find it. */
    public VaultIdentity identity() {
        return identity;
    }

    /** A second way to the same node. */
    public RpcFaultProxy otherProxy() {
        return otherProxy;
    }

    /** Another node of the same chain, that knows it up to the block of now and no further. */
    public Anvil laggingNode() throws RpcException {
        return Anvil.startBehind(anvil, height());
    }

    /** Our client's way to the chain: through the proxy. */
    public L2Connection connection(long timeoutMillis) {
        return local.connection(List.of(proxy.url()), timeoutMillis);
    }

    /** A call of the node that answers something. */
    public JsonNode query(String method, Object... params) throws RpcException {
        return node.call(method, params);
    }

    /** A call of the node whose answer may be null. */
    public void call(String method, Object... params) throws RpcException {
        node.callNullable(method, params);
    }

    public void mine(int blocks) throws RpcException {
        anvil.mine(blocks);
    }

    /** Transactions of users, each in a block of its own. */
    public void withAutomine(Actions actions) throws Exception {
        call("evm_setAutomine", true);
        actions.run();
        call("evm_setAutomine", false);
    }

    /** Something that may throw. */
    public interface Actions {
        void run() throws Exception;
    }

    public long height() throws RpcException {
        return HexQuantity.parse(query("eth_blockNumber").asText()).longValueExact();
    }

    public long finalHeight() throws RpcException {
        JsonNode block = query("eth_getBlockByNumber", "finalized", false);
        return HexQuantity.parse(block.path("number").asText()).longValueExact();
    }

    /** The next {@code count} parts for the vault, one an epoch. */
    public List<SealedPart> parts(int count) throws Exception {
        List<SealedPart> parts = new ArrayList<>();
        String previous = books.headBefore();
        long block = height();
        for (int i = 1; i <= count; i++) {
            SealedPart part = RealParts.part(local.vault, previous, books.epochBefore() + i, block);
            parts.add(part);
            previous = part.hash();
        }
        return parts;
    }

    /** An account that the node signs for without its key. */
    public void impersonate(String address) throws RpcException {
        call("anvil_impersonateAccount", address);
    }

    /** What has happened since the test began. */
    public SettledBooks books() {
        return books;
    }
}
