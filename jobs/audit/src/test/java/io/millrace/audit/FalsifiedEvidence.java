package io.millrace.audit;

import static io.millrace.audit.FalsifiedBooksTest.row;
import static java.math.BigInteger.ONE;

import io.millrace.audit.evidence.Evidence;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;

/** Rows of {@link FalsifiedBooksTest}: what stands behind charges, falsified. */
final class FalsifiedEvidence {

    private static final String LINE = "charge-evidence";
    private static final String OTHER_HASH = "0x" + "77".repeat(32);

    private FalsifiedEvidence() {}

    static Stream<ArgumentSet> evidence() {
        return Stream.of(
                row("evidence withheld", LINE, b -> b.evidence.remove(0)),
                row("evidence of no charge", LINE, b -> with(b, "requestId", OTHER_HASH)),
                row("of another input", LINE, b -> with(b, "inputHash", OTHER_HASH)),
                row("of other options", LINE, b -> with(b, "optionsHash", OTHER_HASH)),
                row("of another nonce", LINE, b -> with(b, "nonce", ONE.shiftLeft(40))),
                row("with a higher fee", LINE, b -> with(b, "maxFeeNano", ONE.shiftLeft(40))),
                row("of more units", LINE, b -> with(b, "units", ONE.shiftLeft(20))),
                row("of another answer", LINE, b -> with(b, "outputHash", OTHER_HASH)),
                row("of another provider", LINE, b -> with(b, "providerAccount", 7L)),
                row(
                        "signed by another requester",
                        LINE,
                        b -> with(b, "requestSignature", first(b).outcomeSignature())),
                row(
                        "signed by another provider",
                        LINE,
                        b -> with(b, "outcomeSignature", first(b).requestSignature())),
                row(
                        "false evidence beside the right one",
                        LINE,
                        b -> b.evidence.add(Records.with(first(b), "inputHash", OTHER_HASH))),
                row(
                        "charge of another outcome",
                        LINE,
                        b -> Falsify.charge(b, 0, "outcome", OTHER_HASH)),
                row(
                        "charge to another requester",
                        LINE,
                        b -> Falsify.charge(b, 0, "requesterAddress", "0x" + "77".repeat(20))));
    }

    private static Evidence first(SampleBooks books) {
        return books.evidence.get(0);
    }

    private static void with(SampleBooks books, String component, Object value) {
        Records.alter(books.evidence, Evidence.class, 0, component, value);
    }
}
