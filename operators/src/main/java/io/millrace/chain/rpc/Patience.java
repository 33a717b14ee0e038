package io.millrace.chain.rpc;

import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nodes again what they failed to answer, ever more slowly and with a bound.
 *
 * @param maxFailures in a row
 * @param pauseMillis before the first repetition; doubled up to 32 times that, and never shorter
 *     than the node wants it
 * @param passing which failures may pass
 */
public record Patience(int maxFailures, long pauseMillis, Predicate<RpcException> passing) {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final int MAX_DOUBLINGS = 5;

    /**
     * For who reads at once and ends, as recover does: any failure may pass. A revert is no
     * failure, but an answer.
     */
    public static Patience withAll(int maxFailures, long pauseMillis) {
        return new Patience(maxFailures, pauseMillis, e -> !e.isRevert());
    }

    /** What is asked; whatever else goes wrong in it is not tried again. */
    public interface Ask<T, E extends Exception> {
        T now() throws E, RpcException;
    }

    /**
     * Its answer.
     *
     * @throws RpcException the last failure, or one that does not pass
     */
    public <T, E extends Exception> T of(Ask<T, E> ask) throws E, RpcException {
        for (int failures = 1; ; failures++) {
            try {
                return ask.now();
            } catch (RpcException e) {
                if (failures >= maxFailures || !passing.test(e) || !paused(failures, e)) {
                    throw e;
                }
                LOG.info("the L2 node is asked again: {}", e.getMessage());
            }
        }
    }

    /** False if someone interrupts: then the failure stands. */
    private boolean paused(int failures, RpcException after) {
        long own = pauseMillis << Math.min(failures - 1, MAX_DOUBLINGS);
        try {
            Thread.sleep(Math.max(own, after.laterMillis()));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
