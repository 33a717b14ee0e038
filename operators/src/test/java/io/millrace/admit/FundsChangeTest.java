package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Fixtures;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FundsChangeTest {

    /** Those missing move no funds here: a release did when it was posted, a settled charge too. */
    @Test
    void of_everyKindOfEvent_isAChangeOnlyWhereFundsMove() {
        assertThat(
                        Fixtures.everyVaultEvent().stream()
                                .map(FundsChange::of)
                                .flatMap(Optional::stream))
                .containsExactly(
                        change(FundsChange.Kind.ACCOUNT_OPENED, 0, 0),
                        change(FundsChange.Kind.DEPOSITED, 0, 100),
                        change(FundsChange.Kind.WITHDRAWAL_REQUESTED, 3, 40),
                        change(FundsChange.Kind.WITHDRAWAL_CANCELLED, 3, 39),
                        change(FundsChange.Kind.RELEASE_SKIPPED, 4, 41),
                        change(FundsChange.Kind.ESCAPED, 4, 60));
    }

    private static FundsChange change(FundsChange.Kind kind, int request, long amountNano) {
        return new FundsChange(kind, ALICE, 5, request, amountNano, null);
    }
}
