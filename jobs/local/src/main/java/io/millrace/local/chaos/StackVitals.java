package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.chaos.fault.Recoverer;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.LocalStack;
import java.io.IOException;

/** Those of a stack of processes. */
record StackVitals(
        LocalStack stack,
        FlinkRest rest,
        TopicWatch topics,
        FinalityWatch finality,
        Recoverer recoverer)
        implements Vitals {

    @Override
    public int restartEnded() throws Exception {
        return stack.restartEnded().size();
    }

    @Override
    public JsonNode flink(String path) throws IOException, InterruptedException {
        return rest.get(path);
    }

    @Override
    public void requireNotFailed() throws Exception {
        recoverer.mend();
    }

    @Override
    public long charges() {
        return topics.charges();
    }

    @Override
    public long finalBlock() throws IOException {
        return finality.check();
    }
}
