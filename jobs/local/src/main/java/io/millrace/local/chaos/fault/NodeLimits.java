package io.millrace.local.chaos.fault;

import io.millrace.local.chaos.proxy.Limits;
import io.millrace.local.chaos.proxy.NodeProxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The L2 node becomes another provider's: silent for some blocks, so that there is a range to catch
 * up with, then with limits and prices of its own.
 */
record NodeLimits(NodeProxy proxy, Limits limits) implements Fault {

    private static final Duration SILENCE = Duration.ofSeconds(5);

    @Override
    public String inject() throws InterruptedException {
        proxy.silence();
        TimeUnit.MILLISECONDS.sleep(SILENCE.toMillis());
        proxy.enforce(limits);
        return limits.toString();
    }

    @Override
    public void heal() {
        proxy.heal();
    }
}
