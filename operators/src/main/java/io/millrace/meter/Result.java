package io.millrace.meter;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.Outcome;

/**
 * What the requester gets: the outcome and its price. Holds nothing that a replay could number
 * differently, so a result published twice says the same.
 */
public record Result(Outcome outcome, long debitNano) {

    public Result {
        requireNonNull(outcome, "outcome is null");
    }
}
