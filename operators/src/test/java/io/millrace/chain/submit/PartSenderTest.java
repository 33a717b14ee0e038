package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.chain.submit.fee.Tips;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sender does about each thing a node may say, and what its alarms show. */
class PartSenderTest {

    private final SubmitterRig rig = new SubmitterRig();
    private final SealedPart first = SubmitterRig.chainOf(1).get(0);

    @Test
    void send_outOfFunds_sameBytesUntilFundedAndNoBump() throws Exception {
        rig.chain.refusal = "insufficient funds for gas * price + value";
        rig.add(first);
        stepManyTimes();
        assertThat(rig.metrics.isOutOfFunds()).isTrue();
        assertThat(rig.metrics.isWaiting()).isTrue();
        assertThat(rig.metrics.bumps()).as("a dearer one costs even more").isZero();

        rig.chain.refusal = "";
        settle();

        assertThat(rig.settled).hasSize(1);
        assertThat(signed()).as("one attempt").hasSize(1);
        assertThat(rig.metrics.isOutOfFunds()).isFalse();
    }

    /** Owners left by the hatch with what the part debits. */
    @Test
    void send_shortfallNotCovered_waitsUntilTheSettlerCanPay() throws Exception {
        String error = "ShortfallNotCovered(address,uint256,uint256)";
        rig.chain.revertData =
                Hex.encode(Arrays.copyOf(Keccak.hashUtf8(error), 4))
                        + "%064x%064x%064x".formatted(1, 3, 0);
        rig.add(first);
        stepManyTimes();
        assertThat(rig.metrics.isWaiting()).isTrue();
        assertThat(signed()).as("what would revert is not signed").isEmpty();

        rig.chain.revertData = "";
        settle();

        assertThat(rig.settled).hasSize(1);
    }

    @Test
    void send_feeBelowBaseFee_isRepricedAtOnce() throws Exception {
        rig.chain.refusal = "max fee per gas less than block base fee";
        rig.add(first);
        rig.step();
        rig.chain.refusal = "";
        rig.chain.baseFeeWei *= 10;
        rig.chain.mine(1);

        rig.step();

        assertThat(signed()).hasSize(2);
        assertThat(signed().get(1).maxFeePerGasWei()).isGreaterThan(rig.chain.baseFeeWei);
        assertThat(signed()).extracting(SettlementRecord::nonce).containsOnly(0L);
    }

    /**
     * On Arbitrum the gas of a call moves with the price of L1: the old limit never passes again.
     */
    @ParameterizedTest
    @ValueSource(strings = {"intrinsic gas too low", "this call is short of breath"})
    void send_gasRisesAfterSigning_signedAnewWithMoreAtTheSameNonce(String words) throws Exception {
        rig.chain.gasRefusal = words;
        rig.chain.minGasLimit = 400_000;
        rig.add(first);
        rig.step();
        rig.chain.gasNeeded = 400_000;

        rig.step();

        assertThat(signed()).extracting(SettlementRecord::nonce).containsExactly(0L, 0L);
        assertThat(SignedTransaction.gasLimit(signed().get(1).raw())).isEqualTo(500_000);
        assertThat(signed().get(1).maxFeePerGasWei() * 10)
                .as("a tenth more")
                .isGreaterThanOrEqualTo(signed().get(0).maxFeePerGasWei() * 11);
        settle();
        assertThat(rig.settled).hasSize(1);
    }

    /** The node's estimate may not know what its own pool asks for. */
    @ParameterizedTest
    @ValueSource(strings = {"intrinsic gas too low", "short of breath", "below the minimum fee"})
    void send_estimateDoesNotRise_gasIsRaisedStepByStep(String words) throws Exception {
        rig.chain.gasRefusal = words;
        rig.chain.minGasLimit = 250_000;
        rig.add(first);

        for (int i = 0; i < 400 && rig.metrics.unsettledParts() > 0; i++) {
            rig.step();
            rig.chain.mine(1);
        }

        assertThat(rig.settled).hasSize(1);
        assertThat(signed()).extracting(SettlementRecord::nonce).containsOnly(0L);
        assertThat(SignedTransaction.gasLimit(signed().get(signed().size() - 1).raw()))
                .isBetween(250_000L, 400_000L);
    }

    @Test
    void send_gasAboveTheCap_waitsWithAnAlarmUntilItFalls() throws Exception {
        rig.chain.gasNeeded = SubmitterRig.OPTIONS.maxGas() + 1;
        rig.add(first);
        stepManyTimes();

        assertThat(signed()).as("it would only be burnt").isEmpty();
        assertThat(rig.metrics.isGasCapped()).isTrue();
        assertThat(rig.metrics.isWaiting()).isTrue();
        rig.chain.gasNeeded = 100_000;
        settle();
        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.isGasCapped()).as("the alarm ends").isFalse();
    }

    @Test
    void restart_gasCapRaised_partThatWaitedIsSent() throws Exception {
        rig.chain.gasNeeded = SubmitterRig.OPTIONS.maxGas() + 1;
        rig.add(first);
        stepManyTimes();
        assertThat(rig.metrics.isGasCapped()).isTrue();

        rig.options = SubmitterRig.OPTIONS.capping(2 * SubmitterRig.OPTIONS.maxGas());
        rig.restart(first);
        settle();
        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.isGasCapped()).isFalse();
    }

    /** 30 and then 500 gwei were paid as they were, without any alarm. */
    @Test
    void send_tipTalkedUp_isBoundedAndAlarms() throws Exception {
        rig.chain.tips = new Tips(77_000_000_000L, List.of(2_000L, 3_000L, 2_500L));
        rig.add(first);
        rig.step();

        assertThat(signed().get(0).maxPriorityFeePerGasWei()).isEqualTo(2_500);
        assertThat(rig.metrics.isFeeCapped()).isTrue();
        settle();
        assertThat(rig.settled).hasSize(1);
    }

    /** Half a second after its own transaction it warned of one that nobody knew. */
    @Test
    void send_minedBetweenReceiptAndCount_isNobodyElses() throws Exception {
        SteadyClock clock = new SteadyClock(rig.clock);
        PartSender sender = new PartSender(rig.context(), new NonceTracker(0), clock);
        TrackedPart tracked =
                new TrackedPart(
                        first,
                        List.of(),
                        rig.signer.address(),
                        new TrackedPart.TrackTimes(clock.millis(), clock.millis()));
        sender.advance(tracked, rig.chain.latestBlock());
        rig.chain.beforeNonce = () -> rig.chain.mine(1);

        sender.advance(tracked, rig.chain.latestBlock());

        assertThat(tracked.replacedSinceMillis).as("held to be used by another").isZero();
    }

    /** After a start or a reorganisation the same bytes are sent again to a node that has them. */
    @ParameterizedTest
    @ValueSource(strings = {"already known", "nonce too low: next nonce 7, tx nonce 6"})
    void send_nodeHasItAlready_isNoFailure(String words) throws Exception {
        rig.chain.refusal = words;
        rig.add(first);
        rig.step();
        rig.chain.refusal = "";

        settle();

        assertThat(rig.metrics.rpcFailures()).as("an alarm without a fault").isZero();
    }

    /** "in the vault but not in its logs" came and healed itself: the state was a block ahead. */
    @Test
    void send_logsABlockBehindTheState_isWaitedForWithoutAnAlarm() throws Exception {
        rig.add(first);
        rig.step();
        rig.chain.mine(1);
        rig.chain.hidesLogs = true;
        rig.step();
        assertThat(rig.metrics.rpcFailures()).as("an alarm without a fault").isZero();
        assertThat(rig.metrics.isWaiting()).isFalse();
        for (int i = 0; i < 15; i++) {
            rig.step();
        }
        assertThat(rig.metrics.rpcFailures()).as("it lasts, so it is a fault").isPositive();
        rig.chain.hidesLogs = false;

        settle();

        assertThat(rig.settled).hasSize(1);
        assertThat(signed()).as("sent again while it was in the vault").hasSize(1);
    }

    @Test
    void send_unknownError_isCountedAndRetriedWithBackOff() throws Exception {
        rig.chain.refusal = "the moon is in the wrong house";
        rig.add(first);
        for (int i = 0; i < 35; i++) {
            rig.step();
        }
        long told = rig.metrics.rpcUnknownErrors();
        assertThat(told).as("after 0, 20 and 30 seconds").isEqualTo(2);

        rig.chain.refusal = "";
        settle();

        assertThat(rig.settled).hasSize(1);
    }

    @Test
    void send_feeCapReached_alarmsAndKeepsPublishing() throws Exception {
        rig.chain.minFeeWei = Long.MAX_VALUE;
        rig.chain.baseFeeWei = 450_000_000;
        rig.chain.mine(1);
        rig.add(first);
        for (int i = 0; i < 200; i++) {
            rig.step();
        }
        assertThat(rig.metrics.isFeeCapped()).isTrue();
        assertThat(signed())
                .extracting(SettlementRecord::maxFeePerGasWei)
                .allMatch(wei -> wei <= SubmitterRig.OPTIONS.fees().maxFeePerGasWei());
        int published = rig.chain.sent.size();
        stepManyTimes();
        assertThat(rig.chain.sent.size()).as("still published").isGreaterThan(published);

        rig.chain.minFeeWei = 0;
        settle();

        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.isFeeCapped()).as("the alarm ends").isFalse();
    }

    @Test
    void send_gapBelowOurNonce_isFilledWithTheSamePart() throws Exception {
        rig.chain.stealNonce();
        rig.add(first);
        rig.step();
        assertThat(signed()).extracting(SettlementRecord::nonce).containsExactly(1L);
        rig.chain.reorganise(1); // the other's transaction is gone, nonce 0 is free again

        for (int i = 0; i < 100 && rig.settled.isEmpty(); i++) {
            rig.step();
            rig.chain.mine(1);
        }

        assertThat(rig.settled)
                .singleElement()
                .extracting(SettlementRecord::nonce)
                .as("without it the account would wait for ever")
                .isEqualTo(0L);
    }

    @Test
    void send_revertWithoutReason_isBelievedOnlyAfterAWhile() throws Exception {
        rig.chain.revertData = "0x00000000";
        rig.add(first);
        rig.step();
        assertThat(rig.metrics.isWaiting()).as("a node may err once").isTrue();

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, this::stepManyTimes);

        assertThat(halt.reason()).isEqualTo(Reason.REVERTED);
    }

    @Test
    void restart_nodeBehindTheJournal_signsNothing() throws Exception {
        List<SealedPart> log = SubmitterRig.chainOf(2);
        rig.add(log.get(0));
        settle();
        long seen = rig.journal.readAll().get(1).block();
        rig.restart(log.get(1));
        rig.stored.clear();
        rig.stored.addAll(log);
        rig.chain.forget((int) (rig.chain.latestBlock().number() - seen + 1));

        stepManyTimes();

        assertThat(signed()).as("only epoch 1 was ever signed").hasSize(1);
        assertThat(rig.metrics.isWaiting()).isTrue();
    }

    @Test
    void restart_nonceFloor_isAtLeastWhatTheJournalSawMined() throws Exception {
        List<SealedPart> log = SubmitterRig.chainOf(2);
        rig.add(log.get(0));
        settle();
        rig.chain.nonceShift = -1; // a node behind, for this question only

        rig.restart(log.get(1));
        rig.stored.add(log.get(1));
        rig.step();

        assertThat(signed()).extracting(SettlementRecord::nonce).containsExactly(0L, 1L);
    }

    @Test
    void restart_signerWasReplaced_watchesWhatTheOldOneSent() throws Exception {
        rig.chain.minFeeWei = Long.MAX_VALUE;
        rig.add(first);
        rig.step();
        rig.signer = new SubmitterRig.TestSigner(Keccak.hashUtf8("the key after the rotation"));
        rig.restart(first);
        rig.step();
        rig.chain.minFeeWei = 0;

        settle();

        assertThat(rig.settled).hasSize(1);
        assertThat(signed().get(1).raw())
                .satisfies(
                        raw ->
                                assertThat(SignedTransaction.isSignedBy(raw, rig.signer.address()))
                                        .isTrue());
    }

    @Test
    void metrics_unsettled_haveNumberValueAndAgeFromTheLog() throws Exception {
        rig.chain.unreachable = true;
        long sealed = rig.clock.millis() - 90_000;

        rig.submitter.add(first, sealed);
        rig.step();

        assertThat(rig.metrics.unsettledParts()).isEqualTo(1);
        assertThat(rig.metrics.unsettledNano()).isEqualTo(500);
        assertThat(rig.metrics.oldestUnsettledMillis(sealed + 90_000)).isEqualTo(90_000);
    }

    @Test
    void journal_entryChanged_isDamage() throws Exception {
        rig.add(first);
        rig.step();
        SettlementRecord signed = rig.journal.readAll().get(0);
        assertThat(signed.damage()).isNull();

        assertThat(with(signed, signed.nonce() + 1, signed.raw()).damage())
                .contains("another nonce");
        String flipped = signed.raw().substring(0, signed.raw().length() - 1) + "0";
        flipped = flipped.equals(signed.raw()) ? signed.raw().substring(0, 400) + "1" : flipped;
        assertThat(with(signed, signed.nonce(), flipped).damage()).contains("hash to");
        assertThat(with(signed, signed.nonce(), "0x02c0").damage()).contains("no transaction");
    }

    private static SettlementRecord with(SettlementRecord entry, long nonce, String raw) {
        return new SettlementRecord(
                entry.state(),
                entry.epoch(),
                entry.part(),
                entry.header(),
                nonce,
                entry.transaction(),
                raw,
                entry.maxFeePerGasWei(),
                entry.maxPriorityFeePerGasWei(),
                0,
                0,
                0);
    }

    private List<SettlementRecord> signed() {
        return rig.journal.readAll().stream()
                .filter(entry -> entry.state() == State.SIGNED)
                .toList();
    }

    private void settle() throws SettlementHaltedException {
        for (int i = 0; i < 100 && rig.metrics.unsettledParts() > 0; i++) {
            rig.step();
            rig.chain.mine(1);
        }
    }

    private void stepManyTimes() throws SettlementHaltedException {
        for (int i = 0; i < 100; i++) {
            rig.step();
        }
    }
}
