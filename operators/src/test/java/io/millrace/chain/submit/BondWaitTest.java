package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the vault does not take for want of a bond is waited for, and never a halt. */
class BondWaitTest {

    private static final long NEEDED_NANO = 70_008_388_608L;
    private static final long BOND_NANO = 8_388_608L;

    private final SubmitterRig rig = new SubmitterRig();
    private final SealedPart first = SubmitterRig.chainOf(1).get(0);

    @Test
    void send_bondTooSmall_waitsWithAnAlarmUntilItIsPosted() throws Exception {
        rig.chain.revertData = bondTooSmall();
        rig.add(first);
        stepManyTimes();

        assertThat(rig.metrics.bondMissingNano()).isEqualTo(NEEDED_NANO - BOND_NANO);
        assertThat(rig.metrics.isWaiting()).isTrue();
        assertThat(signed()).as("what would revert is not signed").isEmpty();
        rig.chain.revertData = "";
        rig.settleAll();
        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.bondMissingNano()).as("the alarm ends").isZero();
    }

    /** Another part of the same settler came first, or its bond was withdrawn meanwhile. */
    @Test
    void send_bondGoneBetweenSimulationAndBlock_waitsAndIsSentAgain() throws Exception {
        rig.add(first);
        rig.step();
        assertThat(signed()).hasSize(1);
        rig.chain.revertData = bondTooSmall();
        rig.chain.mine(1); // it is mined, and reverts
        stepManyTimes();

        assertThat(rig.metrics.halts()).isZero();
        assertThat(rig.metrics.isWaiting()).isTrue();
        assertThat(rig.metrics.bondMissingNano()).isEqualTo(NEEDED_NANO - BOND_NANO);
        assertThat(signed()).as("no more gas is spent on it").hasSize(1);
        rig.chain.revertData = "";
        rig.settleAll();
        assertThat(rig.settled)
                .singleElement()
                .extracting(SettlementRecord::nonce)
                .as("the first nonce went to the revert")
                .isEqualTo(1L);
        assertThat(rig.metrics.bondMissingNano()).isZero();
    }

    @Test
    void restart_whileItWaits_waitsOnAndSettlesOnce() throws Exception {
        rig.chain.revertData = bondTooSmall();
        rig.add(first);
        stepManyTimes();

        rig.restart(first);
        stepManyTimes();
        assertThat(rig.metrics.bondMissingNano()).isEqualTo(NEEDED_NANO - BOND_NANO);
        rig.chain.revertData = "";
        rig.settleAll();

        assertThat(rig.settled).hasSize(1);
        assertThat(signed()).hasSize(1);
    }

    @Test
    void send_bucketOfTimeIsFull_waitsForTheNext() throws Exception {
        rig.chain.revertData =
                selector("ExposureTooLarge(address,uint256)") + "%064x%064x".formatted(1, 1L << 32);
        rig.add(first);
        stepManyTimes();

        assertThat(rig.metrics.isWaiting()).isTrue();
        assertThat(rig.metrics.bondMissingNano()).as("no bond helps").isZero();
        rig.chain.revertData = "";
        rig.settleAll();
        assertThat(rig.settled).hasSize(1);
    }

    @Test
    void decode_bondTooSmall_saysBothAmounts() {
        RevertReason reason = RevertReason.decode(bondTooSmall());

        assertThat(reason.text()).contains("neededNano=70008388608", "bondNano=8388608");
        assertThat(reason.bondMissingNano()).isEqualTo(NEEDED_NANO - BOND_NANO);
        assertThat(RevertReason.decode(null).bondMissingNano()).isZero();
    }

    private static String bondTooSmall() {
        return selector("BondTooSmall(address,uint256,uint64)")
                + "%064x%064x%064x".formatted(1, NEEDED_NANO, BOND_NANO);
    }

    private static String selector(String error) {
        return Hex.encode(Arrays.copyOf(Keccak.hashUtf8(error), 4));
    }

    private List<SettlementRecord> signed() {
        return rig.journal.readAll().stream()
                .filter(entry -> entry.state() == State.SIGNED)
                .toList();
    }

    private void stepManyTimes() throws Exception {
        for (int i = 0; i < 20; i++) {
            rig.step();
        }
    }
}
