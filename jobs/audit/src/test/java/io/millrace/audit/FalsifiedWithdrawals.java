package io.millrace.audit;

import static io.millrace.audit.FalsifiedBooksTest.row;
import static io.millrace.audit.Falsify.asked;
import static io.millrace.audit.Falsify.posting;
import static io.millrace.audit.Falsify.releases;
import static io.millrace.audit.Falsify.releasesLess;
import static io.millrace.audit.Falsify.spending;
import static java.math.BigInteger.ONE;

import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.Cancelled;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.EpochPart.Release;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;

/** What {@link FalsifiedBooksTest} does to withdrawals. */
final class FalsifiedWithdrawals {

    private FalsifiedWithdrawals() {}

    static Stream<ArgumentSet> requests() {
        return Stream.of(
                row("release kept back", "withdrawals-answered", Falsify::keepBack),
                row(
                        "released by a later epoch only",
                        "withdrawals-answered",
                        b -> {
                            releases(b, 1, words -> List.of());
                            releases(b, 2, words -> join(saved(5_500), words));
                        }),
                row("still open at rest", "withdrawals-answered", b -> Falsify.ask(b, 3, 95)),
                row(
                        "released by the log only",
                        "withdrawals-answered",
                        b -> b.movements.removeIf(movement -> isPosting(movement, Kind.RELEASED))),
                row(
                        "escape forgotten",
                        "withdrawals-answered",
                        b -> b.movements.removeIf(movement -> isPosting(movement, Kind.ESCAPED))));
    }

    static Stream<ArgumentSet> answers() {
        return Stream.of(
                row(
                        "never asked for",
                        "releases-requested",
                        b -> b.movements.removeIf(Asked.class::isInstance)),
                row(
                        "released again",
                        "releases-requested",
                        b -> releases(b, 3, words -> join(saved(5_500), words))),
                row(
                        "more than was asked for",
                        "releases-requested",
                        b -> asked(b, SampleBooks.SAVER, "amountNano", ONE)),
                row(
                        "request with a gap",
                        "releases-requested",
                        b -> asked(b, SampleBooks.LEAVER, "request", 9L)),
                row(
                        "released otherwise than settled",
                        "releases-requested",
                        b -> posting(b, Kind.RELEASED, "amountNano", ONE)),
                row(
                        "released to another account",
                        "releases-requested",
                        b -> posting(b, Kind.RELEASED, "account", 3L)),
                row(
                        "skipped though it was open",
                        "releases-requested",
                        b -> posting(b, Kind.RELEASED, "kind", Kind.RELEASE_SKIPPED)),
                row(
                        "skip forgotten",
                        "releases-requested",
                        b ->
                                b.movements.removeIf(
                                        movement -> isPosting(movement, Kind.RELEASE_SKIPPED))),
                row(
                        "hatch closed another request",
                        "releases-requested",
                        b -> posting(b, Kind.ESCAPED, "request", 1L)),
                row(
                        "open request altered",
                        "releases-requested",
                        b -> spending(b, "openRequestNano", ONE)),
                row(
                        "number of requests altered",
                        "releases-requested",
                        b -> spending(b, "lastRequest", 7L)));
    }

    static Stream<ArgumentSet> ends() {
        return Stream.of(
                row(
                        "cancelling forgotten",
                        "releases-requested",
                        b -> b.movements.removeIf(Cancelled.class::isInstance)),
                row(
                        "cancelled though it was released",
                        "releases-requested",
                        b -> b.movements.add(new Cancelled(SampleBooks.SAVER, 1, ONE, 25))),
                row(
                        "a release of nothing again",
                        "releases-requested",
                        b -> releases(b, 3, words -> join(saved(0), words))));
    }

    static Stream<ArgumentSet> amounts() {
        return Stream.of(
                row(
                        "one nano too little for who spent nothing",
                        "releases-whole",
                        b -> asked(b, SampleBooks.LEAVER, "amountNano", BigInteger.valueOf(1_501))),
                row(
                        "next to nothing for who has spent a little",
                        "releases-whole",
                        b -> releasesLess(b, 2, 900_000)));
    }

    private static boolean isPosting(Movement movement, Kind kind) {
        return movement instanceof Posting posting && posting.kind() == kind;
    }

    private static List<BigInteger> saved(long amountNano) {
        return List.of(
                SampleLedger.word(
                        new Release(SampleBooks.SAVER, 1, BigInteger.valueOf(amountNano))));
    }

    private static List<BigInteger> join(List<BigInteger> first, List<BigInteger> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
