package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.Patience;
import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads the events of vault and registry at once, as {@link VaultEventSource} streams them, and as
 * distrustful of the nodes. A failure is waited out, with a bound, and what is asked then is
 * narrower: a node that answers nothing but short ranges slowly is read to the end all the same.
 */
public final class VaultEvents {

    /** In a row; enough to come from the widest range down to one block, and two more. */
    private static final int MAX_FAILURES = 15;

    private VaultEvents() {}

    /**
     * Hands over every event in blocks {@code from} to {@code to}, once and in chain order.
     *
     * @param to a final block
     * @param pauseMillis before the first repetition of what failed; doubled up to 32 times that
     * @throws RpcException if the nodes give no usable answer again and again
     */
    public static void between(
            EventChain chain,
            LogsCheck check,
            long from,
            long to,
            long pauseMillis,
            Consumer<VaultEvent> events)
            throws IOException {
        FinalRangeReader ranges =
                new FinalRangeReader(chain, new LogsProof(chain, check), new SourceMetrics());
        VaultSplit split = VaultSplit.from(from);
        Patience patience = Patience.withAll(MAX_FAILURES, pauseMillis);
        while (split.nextBlock() <= to) {
            VaultSplit before = split;
            List<FinalRangeReader.Step> steps;
            try {
                steps = patience.of(() -> ranges.read(before, to));
            } catch (FinalityViolatedException e) {
                throw new IOException(e.getMessage(), e);
            }
            for (FinalRangeReader.Step step : steps) {
                if (step.event() instanceof VaultEvent.ContractEvent event) {
                    events.accept(event);
                }
            }
            split = steps.get(steps.size() - 1).after();
        }
    }
}
