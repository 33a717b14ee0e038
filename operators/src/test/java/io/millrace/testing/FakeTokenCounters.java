package io.millrace.testing;

import io.millrace.admit.TokenCounter;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts words, and two for the special tokens. Knows how many of its counters are open in this
 * JVM.
 */
public final class FakeTokenCounters implements TokenCounter.Factory {

    /** Counters open now. */
    public static final AtomicInteger OPEN = new AtomicInteger();

    /** Inputs counted so far. */
    public static final AtomicInteger COUNTED = new AtomicInteger();

    private final Set<String> models;
    private final int maxTokens;

    /** For {@code models}, each taking {@code maxTokens}. */
    public FakeTokenCounters(int maxTokens, String... models) {
        this.maxTokens = maxTokens;
        this.models = Set.of(models);
    }

    @Override
    public Set<String> models() {
        return models;
    }

    @Override
    public TokenCounter open(String model) {
        if (!models.contains(model)) {
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
