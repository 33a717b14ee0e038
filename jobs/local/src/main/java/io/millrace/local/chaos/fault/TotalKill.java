package io.millrace.local.chaos.fault;

import io.millrace.local.stack.StackProcess;
import java.util.List;
import java.util.function.Supplier;

/**
 * kill -9 of every process, as a power cut; then all of them are started again, in no order.
 *
 * @param target for the report
 * @param before what is done first, as to wait for a moment
 * @param processes all there are when it strikes, in the order of their deaths
 */
record TotalKill(String target, Freeze.When before, Supplier<List<StackProcess>> processes)
        implements Fault {

    @Override
    public String inject() throws Exception {
        before.await();
        for (StackProcess process : processes.get()) {
            process.kill();
        }
        return target;
    }

    @Override
    public void heal() throws Exception {
        for (StackProcess process : processes.get()) {
            process.launch();
        }
    }
}
