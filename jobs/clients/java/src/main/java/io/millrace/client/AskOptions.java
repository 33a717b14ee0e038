package io.millrace.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How a request is asked.
 *
 * @param maxFeeNano most that it may cost, nano-USD; the engine refuses a request that costs more
 * @param deadline from now on, after which no answer is given and nothing is charged
 * @param model id of the model; the deployment's if empty
 */
public record AskOptions(long maxFeeNano, Duration deadline, Optional<String> model) {

    private static final Duration USUAL = Duration.ofMinutes(2);

    /**
     * @throws IllegalArgumentException if it may cost less than nothing, or ends before it begins
     */
    public AskOptions {
        requireNonNull(model, "model is null");
        if (maxFeeNano < 0) {
            throw new IllegalArgumentException(
                    "maxFeeNano is %d; give the most that you would pay, in nano-USD"
                            .formatted(maxFeeNano));
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException(
                    "the deadline is %s; give a time that has not passed".formatted(deadline));
        }
    }

    /** For at most {@code maxFeeNano}, within two minutes, of the deployment's model. */
    public static AskOptions upTo(long maxFeeNano) {
        return new AskOptions(maxFeeNano, USUAL, Optional.empty());
    }

    /** The same within another time. */
    public AskOptions within(Duration time) {
        return new AskOptions(maxFeeNano, time, model);
    }

    /** The same of another model. */
    public AskOptions of(String modelId) {
        return new AskOptions(maxFeeNano, deadline, Optional.of(modelId));
    }
}
