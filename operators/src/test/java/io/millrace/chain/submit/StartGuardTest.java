package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On wrong ground nothing is signed, and the message has both values and the remedy. */
class StartGuardTest {

    private final SubmitterRig rig = new SubmitterRig();
    private final List<SealedPart> log = SubmitterRig.chainOf(3);

    @Test
    void start_otherChain_halts() {
        rig.chain.chainId = 1;

        assertThat(halt(Reason.WRONG_CHAIN))
                .hasMessageContainingAll("chain 1 ", "--chain.id is 4242", "correct");
    }

    @Test
    void start_noContract_halts() {
        rig.chain.codeHash = VaultClient.NO_CODE;

        assertThat(halt(Reason.WRONG_CHAIN)).hasMessageContaining("there is no contract");
    }

    @Test
    void start_otherCode_haltsWithBothHashes() {
        String expected = rig.chain.codeHash;
        rig.chain.codeHash = "0x" + "99".repeat(32);

        assertThat(halt(Reason.WRONG_CHAIN))
                .hasMessageContainingAll(rig.chain.codeHash, expected, "--vault.code.hash");
    }

    @Test
    void start_otherToken_haltsWithBothAddresses() {
        String expected = rig.chain.token;
        rig.chain.token = "0x" + "99".repeat(20);

        assertThat(halt(Reason.WRONG_CHAIN))
                .hasMessageContainingAll(rig.chain.token, expected, "--token.address");
    }

    @Test
    void start_signerWithoutTheRole_halts() {
        rig.chain.settler = false;

        assertThat(halt(Reason.SIGNER_UNFIT)).hasMessageContainingAll("SETTLER_ROLE", "grant");
    }

    @Test
    void start_newSignerWithoutFunds_halts() {
        rig.chain.balanceWei = BigInteger.ZERO;

        assertThat(halt(Reason.SIGNER_UNFIT)).hasMessageContainingAll("0 wei", "send it native");
    }

    @Test
    void start_signerThatRanDry_alarmsAndGoesOnWhenFunded() throws Exception {
        rig.add(log.get(0));
        rig.step();
        rig.chain.balanceWei = BigInteger.ZERO;

        rig.restart(log.get(0));
        rig.settleAll();

        assertThat(rig.metrics.isLowBalance()).isTrue();
        assertThat(rig.metrics.signerBalanceWei()).isZero();
        assertThat(rig.settled).as("what was sent is mined all the same").hasSize(1);
    }

    @Test
    void start_lowBalance_isAnAlarmOnly() throws Exception {
        rig.chain.balanceWei = BigInteger.valueOf(SubmitOptions.LOW_BALANCE_WEI - 1);

        rig.step();

        assertThat(rig.metrics.isLowBalance()).isTrue();
        assertThat(rig.metrics.halts()).isZero();
    }

    @Test
    void start_vaultFurtherThanTheLog_haltsBeforeAnythingIsSigned() throws Exception {
        for (int i = 0; i < 3; i++) {
            rig.chain.settleElsewhere(log.get(i).hash(), i + 1, 0, 1);
        }
        rig.chain.mine(3);
        rig.add(log.get(0)); // the log has lost its tail

        assertThat(halt(Reason.LOG_SHORT))
                .hasMessageContainingAll(
                        "epoch 3 part 0 (" + log.get(2).hash(),
                        "epoch 1 part 0 (" + log.get(0).hash(),
                        "millrace recover");
        assertThat(rig.journal.readAll()).isEmpty();
    }

    @Test
    void start_emptyLogOnAVaultWithHistory_halts() {
        rig.chain.settleElsewhere(log.get(0).hash(), 1, 0, 1);
        rig.chain.mine(3);

        assertThat(halt(Reason.LOG_SHORT)).hasMessageContaining("the epoch log is empty");
    }

    @Test
    void start_vaultWithAnotherHeaderAtTheEndOfTheLog_halts() throws Exception {
        String other = "0x" + "77".repeat(32);
        rig.chain.settleElsewhere(other, 1, 0, 1);
        rig.chain.mine(3);
        rig.add(log.get(0));

        assertThat(halt(Reason.DIVERGED))
                .hasMessageContainingAll("epoch 1", other, log.get(0).hash());
    }

    @Test
    void start_journalFurtherThanTheLog_halts() throws Exception {
        rig.add(log.get(0));
        rig.step();
        rig.stored.clear();

        rig.restart();

        assertThat(halt(Reason.LOG_SHORT))
                .hasMessageContainingAll("the journal has signed epoch 1", log.get(0).hash());
    }

    @Test
    void start_logFurtherThanTheVault_goesOn() throws Exception {
        rig.stored.addAll(log);

        assertThat(rig.submitter.step()).isEqualTo(EpochSubmitter.IDLE);
    }

    private SettlementHaltedException halt(Reason reason) {
        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);
        assertThat(halt.reason()).isEqualTo(reason);
        assertThat(rig.metrics.halts()).isEqualTo(1);
        return halt;
    }
}
