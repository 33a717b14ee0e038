package io.millrace.admit;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a model does with a text. Its manifest says it, so a request that names a model has named
 * the task too: nothing else of it is signed. The names are wire codes, in lower case.
 */
public enum ModelTask {
    /** One vector a text. */
    EMBEDDING,
    /** One score a text and label. */
    CLASSIFICATION,
    /** One score a text: how well it answers the request's query, read together with it. */
    RERANKING;

    /**
     * The one that a manifest names, in lower case.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static ModelTask named(String name) {
        for (ModelTask each : values()) {
            if (each.wireName().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "task %s: only %s are supported"
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(ModelTask::wireName)
                                        .collect(Collectors.joining(", "))));
    }

    /** As manifests spell it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a request needs a query beside its texts; if not, it may have none. */
    public boolean takesQuery() {
        return this == RERANKING;
    }
}
