package io.millrace.local.chaos;

import io.millrace.local.stack.StackProcess;
import java.util.List;
import java.util.function.Supplier;

/**
 * kill -9 of every process, as a power cut; then all of them are started again, in no order.
 *
 * @param processes all there are when it strikes
 */
record TotalKill(Supplier<List<StackProcess>> processes) implements Fault {

    @Override
    public String inject() throws Exception {
        for (StackProcess process : processes.get()) {
            process.kill();
        }
        return "everything";
    }

    @Override
    public void heal() throws Exception {
        for (StackProcess process : processes.get()) {
            process.launch();
        }
    }
}
