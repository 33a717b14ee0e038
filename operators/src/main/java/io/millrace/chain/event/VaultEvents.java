package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the events of vault and registry at once, as {@link VaultEventSource} streams them, and as
 * distrustful of the nodes.
 */
public final class VaultEvents {

    private VaultEvents() {}

    /**
     * Every event in blocks {@code from} to {@code to}, in chain order.
     *
     * @param to a final block
     * @throws RpcException if a node gives no usable answer, or one that another contradicts
     */
    public static List<VaultEvent> between(EventChain chain, LogsCheck check, long from, long to)
            throws IOException {
        FinalRangeReader ranges =
                new FinalRangeReader(chain, new LogsProof(chain, check), new SourceMetrics());
        List<VaultEvent> events = new ArrayList<>();
        VaultSplit split = VaultSplit.from(from);
        while (split.nextBlock() <= to) {
            List<FinalRangeReader.Step> steps;
            try {
                steps = ranges.read(split, to);
            } catch (FinalityViolatedException e) {
                throw new IOException(e.getMessage(), e);
            }
            for (FinalRangeReader.Step step : steps) {
                if (step.event() instanceof VaultEvent.ContractEvent event) {
                    events.add(event);
                }
            }
            split = steps.get(steps.size() - 1).after();
        }
        return events;
    }
}
