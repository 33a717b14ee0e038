package io.millrace.chain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the events of vault and registry at once, as {@link VaultEventSource} streams them. */
public final class VaultEvents {

    private static final long RANGE_BLOCKS = 1_000;

    private VaultEvents() {}

    /**
     * Every event in blocks {@code from} to {@code to}, in chain order.
     *
     * @param to a final block
     */
    public static List<VaultEvent> between(VaultClient chain, long from, long to)
            throws RpcException {
        List<VaultEvent> events = new ArrayList<>();
        Map<Long, L2Block> blocks = new HashMap<>();
        for (long next = from; next <= to; next += RANGE_BLOCKS) {
            blocks.clear();
            for (LogEntry log : chain.logs(next, Math.min(to, next + RANGE_BLOCKS - 1))) {
                L2Block block = blocks.get(log.block());
                if (block == null) {
                    block = chain.block(log.block());
                    blocks.put(log.block(), block);
                }
                VaultEventDecoder.decode(log, block.millis()).ifPresent(events::add);
            }
        }
        return events;
    }
}
