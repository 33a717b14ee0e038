package io.millrace.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithNonKeyedOperator;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a stateful operator through Flink's operator harness under a {@link Feeding}, on RocksDB
 * where it is keyed, without generic types. Functions are shipped (serialised) to every restored
 * operator, as a cluster does.
 *
 * <p>Checkpoints between items carry ids that count up from 1 or from the last {@link #barrier},
 * and call {@code prepareSnapshotPreBarrier} as Flink does. An operator that cuts every n-th
 * checkpoint is tested with an n far above the number of items, and barriers at multiples of it.
 *
 * @param <A> first input
 * @param <B> second input (Void if there is none)
 * @param <OUT> main output
 */
public final class RestoringHarness<A, B, OUT> {

    /** One thing that happens to the operator. */
    @FunctionalInterface
    public interface Item<A, B> {
        /** Does it. */
        void apply(Live<A, B, ?> live) throws Exception;
    }

    /** What came out, in order, over all restores, and what was left at the end. */
    public record Run<OUT>(List<OUT> main, List<Side> sides, int stateEntries, int eventTimers) {

        /** A record of a side output. */
        public record Side(String tag, Object value) {}

        /** The records of one side output, in order. */
        @SuppressWarnings("unchecked") // a tag's id names its type
        public <X> List<X> side(OutputTag<X> tag) {
            return sides.stream()
                    .filter(s -> s.tag().equals(tag.getId()))
                    .map(s -> (X) s.value())
                    .toList();
        }
    }

    private interface Opener<A, B, OUT> {
        Live<A, B, OUT> open() throws Exception;
    }

    private final Opener<A, B, OUT> opener;
    private final List<OutputTag<?>> tags;

    private RestoringHarness(Opener<A, B, OUT> opener, List<OutputTag<?>> tags) {
        this.opener = opener;
        this.tags = tags;
    }

    /** A keyed function of one input. */
    public static <K, A, OUT> RestoringHarness<A, Void, OUT> keyed(
            KeyedProcessFunction<K, A, OUT> function,
            KeySelector<A, K> key,
            TypeInformation<K> keyType) {
        return keyedOperator(() -> new KeyedProcessOperator<>(shipped(function)), key, keyType);
    }

    /** A keyed function of two inputs. */
    public static <K, A, B, OUT> RestoringHarness<A, B, OUT> keyed(
            KeyedCoProcessFunction<K, A, B, OUT> function,
            KeySelector<A, K> firstKey,
            KeySelector<B, K> secondKey,
            TypeInformation<K> keyType) {
        return keyedOperator(
                () -> new KeyedCoProcessOperator<>(shipped(function)),
                firstKey,
                secondKey,
                keyType);
    }

    /** A function without key. */
    public static <A, OUT> RestoringHarness<A, Void, OUT> plain(ProcessFunction<A, OUT> function) {
        return operator(() -> new ProcessOperator<>(shipped(function)));
    }

    /** A function whose second input is broadcast. */
    public static <A, B, OUT> RestoringHarness<A, B, OUT> broadcast(
            BroadcastProcessFunction<A, B, OUT> function, MapStateDescriptor<?, ?>... states) {
        return twoInputOperator(
                () -> new CoBroadcastWithNonKeyedOperator<>(shipped(function), List.of(states)));
    }

    /** A keyed operator of one input. */
    public static <K, A, OUT> RestoringHarness<A, Void, OUT> keyedOperator(
            Supplier<? extends OneInputStreamOperator<A, OUT>> operator,
            KeySelector<A, K> key,
            TypeInformation<K> type) {
        return new RestoringHarness<>(
                () ->
                        onRocksDb(
                                one(
                                        new KeyedOneInputStreamOperatorTestHarness<>(
                                                operator.get(), key, type))),
                List.of());
    }

    /** A keyed operator of two inputs. */
    public static <K, A, B, OUT> RestoringHarness<A, B, OUT> keyedOperator(
            Supplier<? extends TwoInputStreamOperator<A, B, OUT>> operator,
            KeySelector<A, K> firstKey,
            KeySelector<B, K> secondKey,
            TypeInformation<K> type) {
        return new RestoringHarness<>(
                () ->
                        onRocksDb(
                                two(
                                        new KeyedTwoInputStreamOperatorTestHarness<>(
                                                operator.get(), firstKey, secondKey, type))),
                List.of());
    }

    /** An operator of one input without key. */
    public static <A, OUT> RestoringHarness<A, Void, OUT> operator(
            Supplier<? extends OneInputStreamOperator<A, OUT>> operator) {
        return new RestoringHarness<>(
                () -> one(new OneInputStreamOperatorTestHarness<>(operator.get())), List.of());
    }

    /** The same, made by a factory (mailbox, coordinator). */
    public static <A, OUT> RestoringHarness<A, Void, OUT> factory(
            Supplier<? extends StreamOperatorFactory<OUT>> factory) {
        return new RestoringHarness<>(
                () -> one(new OneInputStreamOperatorTestHarness<A, OUT>(factory.get(), 1, 1, 0)),
                List.of());
    }

    /** An operator of two inputs without key. */
    public static <A, B, OUT> RestoringHarness<A, B, OUT> twoInputOperator(
            Supplier<? extends TwoInputStreamOperator<A, B, OUT>> operator) {
        return new RestoringHarness<>(
                () -> two(new TwoInputStreamOperatorTestHarness<>(operator.get())), List.of());
    }

    /** The side outputs to collect. */
    public RestoringHarness<A, B, OUT> collecting(OutputTag<?>... sideOutputs) {
        return new RestoringHarness<>(opener, List.of(sideOutputs));
    }

    /** A record of the first input, without timestamp of its own. */
    public static <A, B> Item<A, B> first(A value) {
        return live -> live.first.accept(new StreamRecord<>(value));
    }

    /** A record of the first input with an event time. */
    public static <A, B> Item<A, B> first(A value, long millis) {
        return live -> live.first.accept(new StreamRecord<>(value, millis));
    }

    /** A record of the second input. */
    public static <A, B> Item<A, B> second(B value) {
        return live -> live.second.accept(new StreamRecord<>(value));
    }

    /** The watermark of all inputs. */
    public static <A, B> Item<A, B> watermark(long millis) {
        return live -> live.watermark.accept(new Watermark(millis));
    }

    /** Processing time moves to {@code millis}. */
    public static <A, B> Item<A, B> processingTime(long millis) {
        return live -> live.harness.setProcessingTime(millis);
    }

    /** A checkpoint of that id, which must be above all before, and its completion. */
    public static <A, B> Item<A, B> barrier(long id) {
        return live -> live.checkpoint(id, true);
    }

    /** A checkpoint of that id that is taken and then declined somewhere else: never completed. */
    public static <A, B> Item<A, B> abortedBarrier(long id) {
        return live -> live.checkpoint(id, false);
    }

    /** Anything else that Flink's harness can do. */
    public static <A, B> Item<A, B> act(
            ThrowingConsumer<AbstractStreamOperatorTestHarness<?>, Exception> action) {
        return live -> action.accept(live.harness);
    }

    /** Feeds {@code items} in order. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public final Run<OUT> run(Feeding feeding, Item<A, B>... items) {
        return run(feeding, List.of(items));
    }

    /** Feeds {@code items} in order. */
    @SuppressWarnings("NullAway") // Flink's harness takes null for "no state yet"
    public Run<OUT> run(Feeding feeding, List<Item<A, B>> items) {
        List<OUT> main = new ArrayList<>();
        List<Run.Side> sides = new ArrayList<>();
        Live<A, B, OUT> live = null;
        try {
            live = open(null, 0, 0);
            for (int i = 0; i < items.size(); i++) {
                items.get(i).apply(live);
                if (feeding == Feeding.ALL_AT_ONCE || i == items.size() - 1) {
                    continue;
                }
                OperatorSubtaskState state = live.checkpoint(live.lastCheckpoint + 1, true);
                if (feeding == Feeding.RESTORE_BETWEEN) {
                    live.drain(tags, main, sides);
                    long processingTime = live.harness.getProcessingTime();
                    live.harness.close();
                    live = open(state, live.lastCheckpoint, processingTime);
                }
            }
            live.drain(tags, main, sides);
            return new Run<>(main, sides, live.stateEntries(), live.eventTimers());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the operator threw", e);
        } finally {
            closeQuietly(live);
        }
    }

    private Live<A, B, OUT> open(
            @Nullable OperatorSubtaskState state, long checkpoint, long processingTime)
            throws Exception {
        Live<A, B, OUT> live = opener.open();
        live.lastCheckpoint = checkpoint;
        ((SerializerConfigImpl) live.harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false);
        live.harness.setup();
        if (state == null) {
            live.harness.initializeEmptyState();
        } else {
            live.harness.setRestoredCheckpointId(checkpoint);
            live.harness.initializeState(state);
        }
        live.harness.open();
        live.harness.setProcessingTime(processingTime);
        return live;
    }

    private static void closeQuietly(@Nullable Live<?, ?, ?> live) {
        try {
            if (live != null) {
                live.harness.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the operator threw at close", e);
        }
    }

    private static <F extends java.io.Serializable> F shipped(F function) {
        try {
            return InstantiationUtil.clone(function);
        } catch (java.io.IOException | ClassNotFoundException e) {
            throw new IllegalStateException(
                    function.getClass() + " cannot be shipped to a cluster", e);
        }
    }

    private static <A, B, OUT> Live<A, B, OUT> onRocksDb(Live<A, B, OUT> live) {
        live.harness.setStateBackend(
                new EmbeddedRocksDBStateBackend()
                        .configure(new Configuration(), RestoringHarness.class.getClassLoader()));
        return live;
    }

    private static <A, OUT> Live<A, Void, OUT> one(
            OneInputStreamOperatorTestHarness<A, OUT> harness) {
        return new Live<>(
                harness,
                harness::processElement,
                item -> {
                    throw new IllegalArgumentException("the operator has no second input");
                },
                harness::processWatermark);
    }

    private static <A, B, OUT> Live<A, B, OUT> two(
            TwoInputStreamOperatorTestHarness<A, B, OUT> harness) {
        return new Live<>(
                harness,
                harness::processElement1,
                harness::processElement2,
                harness::processBothWatermarks);
    }

    /** One life of the operator, between two restores. */
    public static final class Live<A, B, OUT> {
        private final AbstractStreamOperatorTestHarness<OUT> harness;
        private final ThrowingConsumer<StreamRecord<A>, Exception> first;
        private final ThrowingConsumer<StreamRecord<B>, Exception> second;
        private final ThrowingConsumer<Watermark, Exception> watermark;
        private long lastCheckpoint;

        private Live(
                AbstractStreamOperatorTestHarness<OUT> harness,
                ThrowingConsumer<StreamRecord<A>, Exception> first,
                ThrowingConsumer<StreamRecord<B>, Exception> second,
                ThrowingConsumer<Watermark, Exception> watermark) {
            this.harness = harness;
            this.first = first;
            this.second = second;
            this.watermark = watermark;
        }

        private OperatorSubtaskState checkpoint(long id, boolean completed) throws Exception {
            if (id <= lastCheckpoint) {
                throw new IllegalArgumentException("checkpoint " + id + " after " + lastCheckpoint);
            }
            lastCheckpoint = id;
            harness.prepareSnapshotPreBarrier(id);
            OperatorSubtaskState state = harness.snapshot(id, id);
            if (completed) {
                harness.notifyOfCompletedCheckpoint(id);
            }
            return state;
        }

        private void drain(List<OutputTag<?>> tags, List<OUT> main, List<Run.Side> sides) {
            main.addAll(harness.extractOutputValues());
            for (OutputTag<?> tag : tags) {
                var records = harness.getSideOutput(tag);
                if (records != null) {
                    records.forEach(
                            record -> sides.add(new Run.Side(tag.getId(), record.getValue())));
                }
            }
        }

        private int eventTimers() {
            // Flink's harness refuses to count for operators without keys, which have no timers.
            return harness.getOperator().getKeyedStateBackend() == null
                    ? 0
                    : harness.numEventTimeTimers();
        }

        /** Keys of all states, event timers among them. */
        private int stateEntries() throws Exception {
            harness.snapshot(lastCheckpoint + 1, 0); // RocksDB deletes timers in batches: flush
            return harness.getOperator().getKeyedStateBackend()
                            instanceof RocksDBKeyedStateBackend<?> rocks
                    ? rocks.numKeyValueStateEntries()
                    : 0;
        }
    }
}
