package io.millrace.infer.output;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the hidden states of a row's tokens become one embedding. Which one a model needs is how it
 * was trained; another gives numbers that look right and mean little.
 */
public enum Pooling {
    /** Their mean over all tokens of the row, special ones included. */
    MEAN {
        @Override
        public double[] of(float[] hidden, int from, int tokens, int dimension) {
            double[] sum = new double[dimension];
            for (int at = from; at < from + tokens * dimension; at += dimension) {
                for (int d = 0; d < dimension; d++) {
                    sum[d] += hidden[at + d];
                }
            }
            for (int d = 0; d < dimension; d++) {
                sum[d] /= tokens;
            }
            return sum;
        }
    },
    /** The first token's, [CLS] of BERT and its kin. */
    CLS {
        @Override
        public double[] of(float[] hidden, int from, int tokens, int dimension) {
            double[] first = new double[dimension];
            for (int d = 0; d < dimension; d++) {
                first[d] = hidden[from + d];
            }
            return first;
        }
    };

    /**
     * The embedding of one row, in double precision.
     *
     * @param hidden states of a batch, [rows, tokens, dimension]
     * @param from where the row begins in it
     * @param tokens of the row, without padding; at least 1
     */
    public abstract double[] of(float[] hidden, int from, int tokens, int dimension);

    /**
     * The one that a manifest names, in lower case.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Pooling named(String name) {
        for (Pooling each : values()) {
            if (each.manifestName().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "pooling %s: only %s are supported"
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(Pooling::manifestName)
                                        .collect(Collectors.joining(" and "))));
    }

    /** As manifests spell it. */
    public String manifestName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
