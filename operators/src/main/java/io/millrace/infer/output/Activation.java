package io.millrace.infer.output;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the logits of a row become its scores. Computed in double precision with {@link StrictMath},
 * so that the same logits give the same bits on every machine: Math.exp may differ by an ulp.
 */
public enum Activation {
    /** Scores that sum up to 1: one label of several is right. */
    SOFTMAX {
        @Override
        public double[] of(double[] logits) {
            double largest = Arrays.stream(logits).max().orElseThrow();
            double[] scores = new double[logits.length];
            double sum = 0;
            for (int i = 0; i < scores.length; i++) {
                scores[i] = StrictMath.exp(logits[i] - largest);
                sum += scores[i];
            }
            for (int i = 0; i < scores.length; i++) {
                scores[i] /= sum;
            }
            return scores;
        }
    },
    /** Each in 0..1 by itself: any number of labels may be right. */
    SIGMOID {
        @Override
        public double[] of(double[] logits) {
            double[] scores = new double[logits.length];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = 1 / (1 + StrictMath.exp(-logits[i]));
            }
            return scores;
        }
    },
    /** The logits themselves: any numbers, of which only the order says something. */
    NONE {
        @Override
        public double[] of(double[] logits) {
            return logits.clone();
        }
    };

    /** The scores of one row; {@code logits} are finite, and at least one. */
    public abstract double[] of(double[] logits);

    /**
     * The one that a manifest names, in lower case.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Activation named(String name) {
        for (Activation each : values()) {
            if (each.manifestName().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "activation %s: only %s are supported"
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(Activation::manifestName)
                                        .collect(Collectors.joining(", "))));
    }

    /** As manifests spell it. */
    public String manifestName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
