package io.millrace.admit.clock;

import static java.util.Objects.requireNonNull;

import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Parallelism;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each clock record its partition, and keeps the partitions from standing still; parallelism
 * 1. In: anything, at the pace of the clock. Out: for each the number of a partition, all that
 * exist in turn.
 *
 * <p>Every {@value #LOOK_MILLIS} ms the brokers are asked what there is. A partition that was added
 * would hold the watermark until it has a record, so it gets its first one within seconds. A
 * transaction that stays open in a partition hides everything behind it, and whoever may write
 * requests may open one, for as long as the brokers allow; after {@code maxOpenMillis} it is ended,
 * so that its requests were never sent: they are neither answered nor charged. The engine itself
 * writes clock records there only, outside of transactions.
 *
 * <p>No state. Answers of the brokers are taken with the next look, so everything here is done by
 * the task's thread. Metrics: {@link ClockMetrics}.
 */
public final class ClockOperator extends AbstractStreamOperator<Long>
        implements OneInputStreamOperator<Long, Long> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ClockOperator.class);

    /** Pause between two looks. */
    static final long LOOK_MILLIS = 1_000;

    private final RequestTopic.Factory factory;
    private final long maxOpenMillis;

    private transient @Nullable RequestTopic topic;
    private transient OpenTransactions transactions;
    private transient Map<OpenTransaction, CompletableFuture<Void>> ending;
    private transient @Nullable CompletableFuture<RequestTopic.View> looking;
    private transient @Nullable ScheduledFuture<?> looks;
    private transient long[] partitions;
    private transient int next;
    private transient boolean warned;
    private transient Counter ended;
    private transient volatile boolean refused;
    private transient volatile long heldMillis;

    /** Transactions are ended from {@code maxOpenMillis} on, at least 1. */
    @SuppressWarnings("NullAway.Init") // transient fields are set in open
    public ClockOperator(RequestTopic.Factory factory, long maxOpenMillis) {
        this.factory = factory;
        this.maxOpenMillis = maxOpenMillis;
    }

    @Override
    public void open() throws Exception {
        super.open();
        Parallelism.requireOne(
                "the clock of the requests",
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        transactions = new OpenTransactions(maxOpenMillis);
        ending = new HashMap<>();
        partitions = new long[0];
        MetricRegistrar metrics = new MetricRegistrar(getMetricGroup());
        metrics.gauge(ClockMetrics.HELD_MILLIS, () -> heldMillis);
        metrics.flag(ClockMetrics.ENDING_REFUSED, () -> refused);
        ended = metrics.counter(ClockMetrics.ENDED_TRANSACTIONS);
        topic = factory.open();
        looks = getProcessingTimeService().scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS);
    }

    @Override
    public void processElement(StreamRecord<Long> tick) {
        if (partitions.length > 0) {
            next = (next + 1) % partitions.length;
            output.collect(new StreamRecord<>(partitions[next]));
        }
    }

    @Override
    public void close() throws Exception {
        if (looks != null) {
            looks.cancel(false);
        }
        if (topic != null) {
            topic.close();
        }
        super.close();
    }

    private void look(long nowMillis) {
        takeEndings();
        if (looking != null && !looking.isDone()) {
            return;
        }
        if (looking != null) {
            take(looking, nowMillis);
        }
        looking = requireNonNull(topic, "not open").look();
    }

    private void take(CompletableFuture<RequestTopic.View> answer, long nowMillis) {
        RequestTopic.View view;
        try {
            view = answer.join();
        } catch (CompletionException e) {
            if (!warned) {
                LOG.warn(
                        "the partitions of the requests cannot be looked at: one that is added gets"
                                + " no clock record, and none is freed of an open transaction;"
                                + " check that the brokers are up and let the engine describe the"
                                + " topic",
                        e.getCause());
            }
            warned = true;
            return;
        }
        warned = false;
        partitions = view.partitions().stream().mapToLong(Integer::longValue).sorted().toArray();
        List<OpenTransaction> due = transactions.update(view, nowMillis);
        heldMillis = transactions.longestMillis(nowMillis);
        for (OpenTransaction transaction : due) {
            if (ending.containsKey(transaction)) {
                continue; // the brokers have not answered yet
            }
            LOG.warn(
                    "partition {} of the requests is held back from offset {} on since {} ms by an"
                            + " open transaction of producer {}; it is ended now, and its requests"
                            + " are neither answered nor charged. A stranger needs no right to"
                            + " write transactionally, see jobs/README.md",
                    transaction.topicPartition(),
                    transaction.firstOffset(),
                    transactions.openMillis(transaction, nowMillis),
                    transaction.producerId());
            ending.put(transaction, requireNonNull(topic, "not open").end(transaction));
        }
    }

    private void takeEndings() {
        ending.entrySet()
                .removeIf(
                        attempt -> {
                            if (!attempt.getValue().isDone()) {
                                return false;
                            }
                            takeEnding(attempt.getKey(), attempt.getValue());
                            return true;
                        });
    }

    private void takeEnding(OpenTransaction transaction, CompletableFuture<Void> attempt) {
        try {
            attempt.join();
            refused = false;
            ended.inc();
        } catch (CompletionException e) {
            refused = e.getCause() instanceof RequestTopic.NotPermittedException;
            LOG.warn(
                    "the transaction of producer {} in partition {} of the requests could not be"
                            + " ended and is tried again; {}",
                    transaction.producerId(),
                    transaction.topicPartition(),
                    refused
                            ? "the engine needs DESCRIBE and WRITE on the transactional ids and"
                                    + " ALTER on the cluster, see jobs/README.md"
                            : "check that the brokers are up",
                    e.getCause());
        }
    }
}
