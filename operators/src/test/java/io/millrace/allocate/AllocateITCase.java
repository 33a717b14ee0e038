package io.millrace.allocate;

import static io.millrace.testing.RequestBuilder.request;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.Task;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;

/**
 * One of three providers takes nothing any more. Dealt out in turns, no other got a task either as
 * soon as its queue was full.
 */
class AllocateITCase {

    private static final int TASKS = 60_000;

    /** More than what fits into the slow one's buffers, far less than its third of all. */
    private static final int HELD = 4_000;

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger DONE = new AtomicInteger();
    private static final CountDownLatch HEALED = new CountDownLatch(1);

    @Test
    void tasks_oneSubtaskIsStuck_goToTheOthers() throws Exception {
        JobClient job = start();
        await("the others do what the stuck one does not")
                .atMost(LIMIT)
                .until(() -> DONE.get() >= TASKS - HELD);
        HEALED.countDown();
        job.getJobExecutionResult().get();
        await("every task").until(() -> DONE.get() == TASKS);
    }

    private static JobClient start() throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
        DataStream<Task> tasks =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        number -> request("r" + number).task(),
                                        TASKS,
                                        TypeInformation.of(Task.class)),
                                WatermarkStrategy.noWatermarks(),
                                "tasks")
                        .setParallelism(1);
        // Another output of the same chain, as admission has them.
        tasks.sinkTo(new DiscardingSink<>()).setParallelism(2);
        tasks.transform("allocate", TypeInformation.of(Allocation.class), new AllocateOperator())
                .setParallelism(1)
                .partitionCustom((subtask, subtasks) -> subtask, Allocation::subtask)
                .map(new Infer())
                .setParallelism(3)
                .sinkTo(new DiscardingSink<>())
                .setParallelism(3);
        return env.executeAsync("allocate");
    }

    /** Subtask 0 is stuck until it is healed. */
    private static final class Infer extends RichMapFunction<Allocation, Integer> {

        private static final long serialVersionUID = 1L;

        private transient boolean stuck;

        @Override
        public void open(OpenContext context) {
            stuck = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
        }

        @Override
        public Integer map(Allocation allocation) throws InterruptedException {
            if (stuck) {
                HEALED.await();
            }
            DONE.incrementAndGet();
            return allocation.subtask();
        }
    }
}
