package io.millrace.local.chaos;

import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackProcess;

/** kill -9 of every process, as a power cut; then all of them are started again, in no order. */
final class TotalKill implements Fault {

    private final LocalStack stack;

    TotalKill(LocalStack stack) {
        this.stack = stack;
    }

    @Override
    public String inject() throws Exception {
        for (StackProcess process : stack.allProcesses()) {
            process.kill();
        }
        return "everything";
    }

    @Override
    public void heal() throws Exception {
        for (StackProcess process : stack.allProcesses()) {
            process.launch();
        }
    }
}
