package io.millrace.watch.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Party;
import java.io.IOException;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Of the vault's address alone the watcher learns, and unlearns, whose key signs. */
class VaultOwnersITCase {

    private static final BigInteger EVER = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final long PROVIDER = 1;

    @Test
    void signsUntil_ownerSetsAKeyOfItsOwn_bothAnswerAsTheRegistrySays() throws Exception {
        try (Court court = Court.open(1)) {
            VaultOwners owners = new VaultOwners(court.rpc, court.vault.getContractAddress());
            String owner = Court.PROVIDER.address();
            String signer = new Party("TaskManager").address();
            assertThat(owners.signsUntil(PROVIDER, owner)).isEqualTo(EVER);
            assertThat(owners.signsUntil(PROVIDER, signer)).isZero();

            long from = court.announceSigner(PROVIDER, signer);
            BigInteger end = BigInteger.valueOf(from + court.overlapSeconds());
            assertThat(owners.signsUntil(PROVIDER, owner)).isEqualTo(end);
            assertThat(owners.signsUntil(PROVIDER, signer)).isZero();

            court.pass(Court.SIGNER_NOTICE_SECONDS);
            assertThat(owners.signsUntil(PROVIDER, owner)).isEqualTo(end);
            assertThat(owners.signsUntil(PROVIDER, signer)).isEqualTo(EVER);
        }
    }

    @Test
    void signsUntil_noVaultThere_saysWhatToDo() throws Exception {
        try (Court court = Court.open(1)) {
            String nothing = "0x" + "11".repeat(20);
            assertThatThrownBy(
                            () ->
                                    new VaultOwners(court.rpc, nothing)
                                            .signsUntil(PROVIDER, Court.PROVIDER.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(nothing, "TRIBUNAL()", "name the vault");
        }
    }
}
