package io.millrace.meter;

import io.millrace.unit.Nano;

/**
 * What one requester has used of one model since its first request.
 *
 * @param requests charged, those charged zero included
 * @param units metered tokens
 * @param debitNano nano-USD
 */
public record Usage(long requests, long units, long debitNano) {

    /** Nothing charged yet. */
    public static final Usage NONE = new Usage(0, 0, 0);

    /** With one charge more. */
    public Usage plus(Charge charge) {
        return new Usage(
                requests + 1,
                Math.addExact(units, charge.units()),
                Nano.add(debitNano, charge.debitNano()));
    }
}
