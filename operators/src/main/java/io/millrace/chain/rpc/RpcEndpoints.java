package io.millrace.chain.rpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several nodes of one chain, one in use. It stays in use until it fails: at once if it cannot be
 * reached or says "later", after three failures of one method in a row otherwise. Then it rests,
 * longer each time, and the next takes over, after it has shown that it follows the same chain. So
 * it does when its head has stood still for {@value #STILL_MILLIS} ms: others may have gone on. Not
 * shared between threads.
 */
public final class RpcEndpoints {

    private static final Logger LOG = LoggerFactory.getLogger(RpcEndpoints.class);
    private static final int PATIENCE = 3;
    private static final long REST_MILLIS = 1_000;
    private static final int MAX_REST_DOUBLINGS = 6;

    /** Many blocks of any L2 in use; one without transactions only takes its nodes in turn. */
    private static final long STILL_MILLIS = 60_000;

    /** One call to one node. */
    public interface Call<T> {
        T to(JsonRpc node) throws RpcException;
    }

    private static final class Endpoint {
        private final JsonRpc node;
        private boolean checked;
        private final Map<String, Integer> failures = new HashMap<>();
        private int rests;
        private long restsUntilNanos;

        private Endpoint(JsonRpc node, long nanos) {
            this.node = node;
            this.restsUntilNanos = nanos;
        }
    }

    private static final class HighWater {
        private long block = -1;
        private long raisedNanos;
        private int lags;
    }

    private final List<Endpoint> endpoints = new ArrayList<>();

    /**
     * What is refused may be asked again: providers count calls, each in its own words, and one
     * that refused every fifth would else never let six in a row pass.
     */
    private final Patience chances = new Patience(3, 50, this::mayPass);

    /** Methods whose last call failed: they have had their chances. */
    private final Set<String> failing = new HashSet<>();

    private final LongSupplier nanoTime;
    private final HighWater newest = new HighWater();
    private final HighWater newestFinal = new HighWater();
    private int inUse;
    private long switches;
    private @Nullable String chainId;

    RpcEndpoints(List<String> urls, long timeoutMillis, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (String url : urls) {
            JsonRpc node = new JsonRpc(JsonRpc.endpoint(url), Duration.ofMillis(timeoutMillis));
            endpoints.add(new Endpoint(node, nanoTime.getAsLong()));
        }
    }

    public int size() {
        return endpoints.size();
    }

    public int inUse() {
        return inUse;
    }

    public long switches() {
        return switches;
    }

    /**
     * Asks the node in use what may be asked twice; the first refusal in a row is given two more
     * chances.
     */
    public <T> T ask(String method, Call<T> call) throws RpcException {
        return failing.contains(method) ? call(method, call) : chances.of(() -> call(method, call));
    }

    /** Asks a certain node, in the same way. */
    public <T> T ask(int index, String method, Call<T> call) throws RpcException {
        return failing.contains(method)
                ? call(index, method, call)
                : chances.of(() -> call(index, method, call));
    }

    /**
     * What a node, or something before it, has said; "later" only if there is no other to ask, and
     * if it does not say how much later: that is the caller's to wait.
     */
    private boolean mayPass(RpcException e) {
        boolean later = e.kind() == RpcErrorKind.UNREACHABLE && endpoints.size() == 1;
        return e.words() != null
                && !e.isRevert()
                && e.laterMillis() == 0
                && (later || e.kind() == RpcErrorKind.REFUSED || e.kind() == RpcErrorKind.INVALID);
    }

    /** Asks the node in use, once: whether to repeat what failed is the caller's to decide. */
    public <T> T call(String method, Call<T> call) throws RpcException {
        return call(inUse, method, call);
    }

    private <T> T call(int index, String method, Call<T> call) throws RpcException {
        Endpoint endpoint = endpoints.get(index);
        try {
            if (!endpoint.checked) {
                check(endpoint);
            }
            T answer = call.to(endpoint.node);
            endpoint.failures.remove(method);
            endpoint.rests = 0;
            failing.remove(method);
            return answer;
        } catch (RpcException e) {
            failed(index, method, e);
            throw e;
        }
    }

    /** Another node that does not rest, -1 if there is none. */
    public int other() {
        for (int i = 1; i < endpoints.size(); i++) {
            int index = (inUse + i) % endpoints.size();
            if (rested(index)) {
                return index;
            }
        }
        return -1;
    }

    /**
     * Refuses a head below one shown before, by whichever node: acting on it would be acting on the
     * past.
     */
    public void requireNotLower(long head) throws RpcException {
        require(newest, "the node is at block ", head);
        long stillNanos = nanoTime.getAsLong() - newest.raisedNanos;
        if (endpoints.size() > 1 && stillNanos > Duration.ofMillis(STILL_MILLIS).toNanos()) {
            newest.raisedNanos = nanoTime.getAsLong(); // the next node has as long
            rest(inUse, "its head has stood at block " + head + " for too long");
        }
    }

    /** The same for the newest final block. */
    public void requireFinalNotLower(long head) throws RpcException {
        require(newestFinal, "the newest final block is ", head);
    }

    private void require(HighWater mark, String what, long head) throws RpcException {
        if (head >= mark.block) {
            if (head > mark.block) {
                mark.raisedNanos = nanoTime.getAsLong();
            }
            mark.block = head;
            mark.lags = 0;
            return;
        }
        RpcException behind =
                RpcException.behind("eth_getBlockByNumber", what + head + ", it was " + mark.block);
        if (++mark.lags >= PATIENCE) {
            mark.lags = 0;
            rest(inUse, String.valueOf(behind.getMessage()));
        }
        throw behind;
    }

    /** Lets a node rest and another take over; a rest is a bound, not a ban. */
    public void rest(int index, String why) {
        rest(index, why, 0);
    }

    private void rest(int index, String why, long atLeastMillis) {
        Endpoint endpoint = endpoints.get(index);
        endpoint.failures.clear();
        endpoint.checked = false;
        long own = REST_MILLIS << Math.min(endpoint.rests++, MAX_REST_DOUBLINGS);
        long millis = Math.max(own, atLeastMillis);
        endpoint.restsUntilNanos = nanoTime.getAsLong() + Duration.ofMillis(millis).toNanos();
        if (index != inUse || endpoints.size() == 1) {
            return;
        }
        int next = other();
        if (next < 0) {
            next = soonestRested();
        } else {
            LOG.warn(
                    "L2 endpoint {} ({}) rests for {} ms, endpoint {} ({}) takes over: {}",
                    index + 1,
                    endpoint.node.host(),
                    millis,
                    next + 1,
                    endpoints.get(next).node.host(),
                    why);
        }
        if (next != inUse) {
            inUse = next;
            switches++;
        }
    }

    private void check(Endpoint endpoint) throws RpcException {
        String found = endpoint.node.call("eth_chainId").asText();
        if (chainId == null) {
            chainId = found;
        } else if (!chainId.equals(found)) {
            throw RpcException.invalid(
                    "eth_chainId",
                    "%s follows chain %s, another endpoint %s; correct chain.rpc.urls"
                            .formatted(endpoint.node.host(), found, chainId));
        }
        endpoint.checked = true;
    }

    private void failed(int index, String method, RpcException e) {
        if (e.kind() == RpcErrorKind.TOO_WIDE || e.isRevert()) {
            return; // an answer about the call, not about the node
        }
        failing.add(method);
        Endpoint endpoint = endpoints.get(index);
        int failures = endpoint.failures.merge(method, 1, Integer::sum);
        boolean foreign = !endpoint.checked && e.kind() == RpcErrorKind.INVALID;
        if (e.kind() == RpcErrorKind.UNREACHABLE || foreign || failures >= PATIENCE) {
            rest(index, String.valueOf(e.getMessage()), e.laterMillis());
        }
    }

    private boolean rested(int index) {
        return endpoints.get(index).restsUntilNanos - nanoTime.getAsLong() <= 0;
    }

    /** Of several the next one, so that all are tried in turn while all are down. */
    private int soonestRested() {
        int soonest = (inUse + 1) % endpoints.size();
        for (int i = 2; i <= endpoints.size(); i++) {
            int index = (inUse + i) % endpoints.size();
            long later =
                    endpoints.get(index).restsUntilNanos - endpoints.get(soonest).restsUntilNanos;
            if (later < 0) {
                soonest = index;
            }
        }
        return soonest;
    }
}
