package io.millrace.local.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of several runs: one that something else disturbed does not move it. */
final class Medians {

    private Medians() {}

    /**
     * The middle one of {@code values}, or the mean of the middle two.
     *
     * @throws IllegalArgumentException if there are none
     */
    static double of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values have no median; give at least one run");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Of what {@code value} is in each of {@code runs}. */
    static <T> double of(List<T> runs, ToDoubleFunction<T> value) {
        return of(runs.stream().map(value::applyAsDouble).toList());
    }
}
