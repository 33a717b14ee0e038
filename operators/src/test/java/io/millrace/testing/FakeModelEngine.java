package io.millrace.testing;

import io.millrace.infer.ModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.device.NumericClass;
import io.millrace.infer.output.Pooling;
import io.millrace.infer.store.ModelManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An engine whose models a test controls: a token a word, an embedding that tells which words it
 * was given. Travels as a name, as a job's parts do; the controls stay in the process.
 */
public final class FakeModelEngine implements ModelEngine {

    private static final long serialVersionUID = 1L;
    private static final Map<String, Controls> CONTROLS = new ConcurrentHashMap<>();

    /** Its way of computing. */
    public static final NumericClass CLASS = new NumericClass("runtime=fake\n");

    /** The word no batch survives. */
    public static final String POISON = "poison";

    /** The model that it has at first. */
    public static final ModelManifest MODEL = manifest("5f", "fake", 64);

    /** Another one, which it may be given. */
    public static final ModelManifest OTHER = manifest("07", "other", 64);

    /** What a test steers and sees. */
    public static final class Controls {
        /** Models that it has, by id. */
        public final Map<String, ModelManifest> models =
                new ConcurrentSkipListMap<>(Map.of(MODEL.id(), MODEL));

        /** Ids of models that cannot be loaded. */
        public final Set<String> unloadable = ConcurrentHashMap.newKeySet();

        /** Models that were refused. */
        public final List<String> refused = new CopyOnWriteArrayList<>();

        /** Batches that may run; plenty at first. */
        public final Semaphore permits = new Semaphore(1 << 20);

        /** Models that may be loaded; plenty at first. */
        public final Semaphore loads = new Semaphore(1 << 20);

        /** Every batch the model was given, the probe's among them. */
        public final List<List<long[]>> batches = new ArrayList<>();

        /** Runners opened and closed. */
        public final AtomicInteger opened = new AtomicInteger();

        /** Runners closed. */
        public final AtomicInteger closed = new AtomicInteger();

        /** Whether every call fails. */
        public volatile boolean broken;

        /** Lets no batch run until permits are released. */
        public void hold() {
            permits.drainPermits();
        }

        /** Batches so far. */
        public int calls() {
            synchronized (batches) {
                return batches.size();
            }
        }
    }

    private final String name;

    /** Of an embedding of two numbers; its id is {@code octet} 32 times. */
    public static ModelManifest manifest(String octet, String name, int maxTokens) {
        return new ModelManifest(
                "0x" + octet.repeat(32),
                name,
                maxTokens,
                new ModelManifest.Embedding(2, Pooling.MEAN, true),
                Map.of(ModelManifest.MODEL_FILE, "", ModelManifest.TOKENIZER_FILE, ""));
    }

    /** An engine of its own for the test called {@code name}. */
    public FakeModelEngine(String name) {
        this.name = name;
    }

    /** The controls. */
    public Controls controls() {
        return CONTROLS.computeIfAbsent(name, key -> new Controls());
    }

    /** The token of a word. */
    public static long token(String word) {
        return word.hashCode();
    }

    /** What the model gives for a row. */
    public static float[] embedding(long[] row) {
        return new float[] {row.length, (float) (Arrays.hashCode(row) % 1_000)};
    }

    /** What the model gives for a text. */
    public static float[] embedding(String text) {
        return embedding(tokens(text));
    }

    private static long[] tokens(String text) {
        return Arrays.stream(text.split(" ")).mapToLong(FakeModelEngine::token).toArray();
    }

    @Override
    public FakeModelEngine placed(int subtask, List<Integer> gpus) {
        return this;
    }

    @Override
    public Collection<ModelManifest> models() {
        return List.copyOf(controls().models.values());
    }

    @Override
    public @Nullable ModelManifest find(String model) {
        return controls().models.get(model);
    }

    @Override
    public void refuse(String model, Throwable cause) {
        if (controls().models.remove(model) != null) {
            controls().refused.add(model);
        }
    }

    @Override
    public int refused() {
        return controls().refused.size();
    }

    @Override
    public RowTokenizer tokenizer(String model) {
        return new RowTokenizer() {
            @Override
            public long[] tokens(String text) {
                return FakeModelEngine.tokens(text);
            }

            @Override
            public long[] tokens(String first, String second) {
                return FakeModelEngine.tokens(first + " " + second);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public ModelRunner runner(String model) {
        controls().loads.acquireUninterruptibly(); // as native code is
        if (controls().unloadable.contains(model)) {
            throw new IllegalStateException("the graph of " + model + " is none");
        }
        controls().opened.incrementAndGet();
        return new FakeModelRunner(controls());
    }

    @Override
    public String device() {
        return name; // so that tests never share a pool
    }

    @Override
    public NumericClass numericClass() {
        return CLASS;
    }

    private record FakeModelRunner(Controls controls) implements ModelRunner {

        @Override
        public float[][] run(long[][] rows) throws Exception {
            controls.permits.acquire();
            synchronized (controls.batches) {
                controls.batches.add(List.of(rows));
            }
            if (controls.broken) {
                throw new IllegalStateException("device lost");
            }
            float[][] embeddings = new float[rows.length][];
            for (int r = 0; r < rows.length; r++) {
                if (Arrays.stream(rows[r]).anyMatch(token -> token == token(POISON))) {
                    throw new IllegalStateException("poisoned row");
                }
                embeddings[r] = embedding(rows[r]);
            }
            return embeddings;
        }

        @Override
        public void close() {
            controls.closed.incrementAndGet();
        }
    }
}
