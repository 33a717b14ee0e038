package io.millrace.testing;

import io.millrace.admit.ModelTask;
import io.millrace.admit.TokenCounter;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Counts words, and two for the special tokens. Knows how many of its counters are open in this
 * JVM.
 */
public final class FakeTokenCounters implements TokenCounter.Factory {

    /** Counters open now. */
    public static final AtomicInteger OPEN = new AtomicInteger();

    /** Inputs counted so far. */
    public static final AtomicInteger COUNTED = new AtomicInteger();

    private final Map<String, ModelTask> models;
    private final int maxTokens;

    /** For {@code models}, all of embeddings, each taking {@code maxTokens}. */
    public FakeTokenCounters(int maxTokens, String... models) {
        this(
                maxTokens,
                Set.of(models).stream()
                        .collect(Collectors.toMap(model -> model, model -> ModelTask.EMBEDDING)));
    }

    /** For {@code models} and their tasks. */
    public FakeTokenCounters(int maxTokens, Map<String, ModelTask> models) {
        this.maxTokens = maxTokens;
        this.models = Map.copyOf(models);
    }

    @Override
    public void look() {}

    @Override
    public boolean serves(String model) {
        return models.containsKey(model);
    }

    @Override
    public TokenCounter open(String model) {
        ModelTask task = models.get(model);
        if (task == null) {
            throw new IllegalArgumentException(model + " is not loaded");
        }
        OPEN.incrementAndGet();
        return new TokenCounter() {
            @Override
            public int count(String input) {
                COUNTED.incrementAndGet();
                return 2 + input.split("\\s+", -1).length;
            }

            @Override
            public int count(String query, String input) {
                return count(query + " [SEP] " + input);
            }

            @Override
            public ModelTask task() {
                return task;
            }

            @Override
            public int maxTokens() {
                return maxTokens;
            }

            @Override
            public void close() {
                OPEN.decrementAndGet();
            }
        };
    }
}
