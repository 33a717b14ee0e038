package io.millrace.job;

import io.millrace.job.topic.Topics;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The sinks that publish exactly once. Each subtask of each has Kafka transactions of its own. */
public enum LedgerSink {
    MONEY,
    REJECTIONS,
    EPOCHS,
    RECEIPTS;

    /** Its transactional ids contain it: renaming one is a breaking change. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of one subtask: key of its marks in {@link Topics#CHECKPOINTS}. */
    public String key(int subtask) {
        return id() + "-" + subtask;
    }

    /** The keys of all subtasks of all sinks. */
    public static List<String> keys(JobConfig.Parallelism parallelism) {
        return Stream.of(values())
                .flatMap(
                        sink ->
                                IntStream.range(0, sink.parallelism(parallelism))
                                        .mapToObj(sink::key))
                .toList();
    }

    /** Every topic that it writes in its transactions, or may with some options. */
    List<String> topics() {
        return switch (this) {
            case MONEY ->
                    List.of(Topics.CHARGES, Topics.EVIDENCE, Topics.RESULTS, Topics.CHECKPOINTS);
            case REJECTIONS -> List.of(Topics.REJECTIONS, Topics.CHECKPOINTS);
            case EPOCHS -> List.of(Topics.EPOCHS, Topics.CHECKPOINTS);
            case RECEIPTS -> List.of(Topics.RECEIPTS, Topics.CHECKPOINTS);
        };
    }

    /** As many as of the step before it. */
    int parallelism(JobConfig.Parallelism steps) {
        return switch (this) {
            case MONEY -> steps.meter();
            case REJECTIONS -> steps.admit();
            case EPOCHS -> 1;
            case RECEIPTS -> steps.settle();
        };
    }
}
