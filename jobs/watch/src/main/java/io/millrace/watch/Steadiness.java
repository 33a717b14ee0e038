package io.millrace.watch;

import io.millrace.watch.act.TribunalChain.Block;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the newest blocks say counts once the block in which it was first seen is final and it was
 * seen ever since: a reorganisation may take it back, and a node that is behind may be wrong. Not
 * kept: a new process begins anew. One thread.
 */
final class Steadiness {

    private final Map<String, Long> since = new HashMap<>();
    private long newest;
    private long finalBlock;

    /** A round begins, of these cases. */
    void begin(Block block, long lastFinal, Set<String> cases) {
        newest = block.number();
        finalBlock = lastFinal;
        since.keySet().removeIf(key -> !cases.contains(key.substring(key.indexOf(' ') + 1)));
    }

    /** Whether it was seen before, and ever since. */
    boolean isSeen(String what, Case of) {
        return since.containsKey(what + " " + of.id());
    }

    /** It is seen now: whether it has been for so long that it stays. */
    boolean isFinal(String what, Case of) {
        return since.computeIfAbsent(what + " " + of.id(), key -> newest) <= finalBlock;
    }

    /** It is not seen now. */
    void forget(String what, Case of) {
        since.remove(what + " " + of.id());
    }
}
