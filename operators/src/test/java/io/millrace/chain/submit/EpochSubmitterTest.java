package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.List;
import org.junit.jupiter.api.Test;

/** M5, M9: a part is settled once, whatever is lost on the way; what is unknown stays unknown. */
class EpochSubmitterTest {

    private final SubmitterRig rig = new SubmitterRig();
    private final List<SealedPart> log = SubmitterRig.chainOf(3);
    private final SealedPart first = log.get(0);

    @Test
    void submit_partsOfTheLog_settledInOrderAndReportedWhenFinal() throws Exception {
        rig.add(log.toArray(SealedPart[]::new));

        rig.settleAll();

        assertThat(rig.settled).extracting(SettlementRecord::epoch).containsExactly(1L, 2L, 3L);
        assertThat(rig.settled).extracting(SettlementRecord::state).containsOnly(State.FINAL);
        assertThat(rig.chain.sent).as("one transaction a part").hasSize(3);
        assertThat(rig.metrics.unsettledNano()).isZero();
    }

    @Test
    void submit_partMinedButNotFinal_nextIsSentAndNothingReported() throws Exception {
        rig.chain.finalityDepth = 5;
        rig.add(first, log.get(1));
        rig.step();
        rig.chain.mine(1);

        rig.step();

        assertThat(rig.settled).as("epoch 1 is not final").isEmpty();
        assertThat(rig.chain.sent).as("epoch 2 need not wait for finality").hasSize(2);
    }

    @Test
    void submit_signed_isInTheJournalBeforeItIsSent() throws Exception {
        rig.add(first);
        rig.chain.beforeSend =
                () ->
                        assertThat(rig.journal.readAll())
                                .as("sent before it was written")
                                .singleElement()
                                .extracting(SettlementRecord::state)
                                .isEqualTo(State.SIGNED);

        rig.settleAll();

        assertThat(rig.journal.readAll())
                .extracting(SettlementRecord::state)
                .containsExactly(State.SIGNED, State.FINAL);
    }

    @Test
    void submit_crashAfterJournalBeforeSend_sameBytesAreSentOnce() throws Exception {
        crashWhileSending();
        String signed = rig.journal.readAll().get(0).raw();

        rig.restart(first);
        rig.settleAll();

        assertThat(rig.chain.sent).containsExactly(signed);
        assertThat(rig.settled).hasSize(1);
    }

    @Test
    void submit_replyLost_chainDecidesAndNothingIsSentTwiceInEffect() throws Exception {
        rig.chain.dropReplies = true;
        rig.add(first);

        rig.settleAll();

        assertThat(rig.settled).as("M9: mined although the reply was lost").hasSize(1);
        assertThat(rig.journal.readAll())
                .filteredOn(entry -> entry.state() == State.SIGNED)
                .hasSize(1);
    }

    @Test
    void submit_crashAfterSendBeforeReply_adoptsWhatWasMined() throws Exception {
        rig.chain.dropReplies = true;
        rig.add(first);
        rig.step();
        rig.chain.mine(4);
        rig.chain.dropReplies = false;

        rig.restart(first);
        rig.settleAll();

        assertThat(rig.settled).hasSize(1);
        assertThat(rig.chain.sent).as("M5: no second transaction for epoch 1").hasSize(1);
    }

    @Test
    void submit_rePostedAfterTheReplyWasLost_isNoOp() throws Exception {
        rig.chain.dropReplies = true;
        rig.chain.minFeeWei = Long.MAX_VALUE; // stays in the pool, so it is published again
        rig.add(first);
        for (int i = 0; i < 15; i++) {
            rig.step();
        }
        assertThat(rig.chain.sent.size()).as("published again").isGreaterThan(1);
        rig.chain.minFeeWei = 0;

        rig.settleAll();

        assertThat(rig.settled).extracting(SettlementRecord::epoch).containsExactly(1L);
    }

    @Test
    void submit_chainAheadWithTheSameHeaders_adoptedWithoutSending() throws Exception {
        rig.chain.settleElsewhere(first.hash(), 1, 0, 1);
        rig.chain.settleElsewhere(log.get(1).hash(), 2, 0, 1);
        rig.chain.mine(3);
        rig.stored.addAll(log);

        rig.add(first);
        rig.settleAll();

        assertThat(rig.settled).extracting(SettlementRecord::epoch).containsExactly(1L);
        assertThat(rig.chain.sent).isEmpty();
    }

    @Test
    void submit_chainAheadWithAnotherHeader_haltsNamingBoth() throws Exception {
        String other = "0x" + "77".repeat(32);
        rig.add(first);
        rig.step(); // started before the other came
        rig.chain.settleElsewhere(other, 1, 0, 1);
        rig.step();
        assertThat(rig.chain.sent).as("what is not final may still vanish").hasSize(1);
        rig.chain.mine(3);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);

        assertThat(halt.reason()).isEqualTo(Reason.DIVERGED);
        assertThat(halt)
                .hasMessageContainingAll(
                        "epoch 1", first.hash(), other, "SETTLER_ROLE", "older copy");
    }

    /** The rest of the epoch would be sent again and again, each time refused. */
    @Test
    void submit_epochEndedInTheVaultBeforeItsLastPart_haltsNamingThePartOnceThatIsFinal()
            throws Exception {
        SealedPart part = SubmitterRig.part(Hex.ZERO_32, 1, "root", 0, 2);
        rig.add(part);
        rig.settleAll();
        rig.chain.voidRemainder();
        rig.add(SubmitterRig.part(part.hash(), 1, "root", 1, 2));
        rig.step();
        assertThat(rig.chain.sent).as("what is not final may still vanish").hasSize(1);
        rig.chain.mine(3);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);

        assertThat(halt.reason()).isEqualTo(Reason.EPOCH_VOIDED);
        assertThat(halt).hasMessageContainingAll("ended epoch 1 with part 0", "epoch 1 part 1");
        assertThat(rig.chain.sent).hasSize(1);
    }

    /** The same, of parts that the submitter has in hand together. */
    @Test
    void submit_epochEndedBetweenTwoPartsInHand_halts() throws Exception {
        SealedPart part = SubmitterRig.part(Hex.ZERO_32, 1, "root", 0, 2);
        rig.add(part, SubmitterRig.part(part.hash(), 1, "root", 1, 2));
        rig.chain.settleElsewhere(part.hash(), 1, 0, 2);
        rig.chain.voidRemainder();
        rig.step();
        rig.chain.mine(3);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);

        assertThat(halt.reason()).isEqualTo(Reason.EPOCH_VOIDED);
        assertThat(rig.chain.sent).isEmpty();
    }

    @Test
    void submit_vaultLacksTheHeaderBefore_haltsOnlyAfterAWhile() throws Exception {
        rig.add(log.get(1));
        rig.step();

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, this::stepManyTimes);

        assertThat(halt.reason()).isEqualTo(Reason.VAULT_BEHIND);
        assertThat(rig.chain.sent).isEmpty();
    }

    @Test
    void submit_stuck_isReplacedAtTheSameNonceAndEitherHashCounts() throws Exception {
        rig.chain.minFeeWei = 2_100_000;
        rig.add(first);

        for (int i = 0; i < 60 && rig.settled.isEmpty(); i++) {
            rig.step();
            rig.chain.mine(1);
        }

        List<SettlementRecord> signed =
                rig.journal.readAll().stream()
                        .filter(entry -> entry.state() == State.SIGNED)
                        .toList();
        assertThat(signed).hasSize(2);
        assertThat(signed).extracting(SettlementRecord::nonce).containsOnly(0L);
        assertThat(signed.get(1).maxFeePerGasWei())
                .isGreaterThanOrEqualTo(signed.get(0).maxFeePerGasWei() * 11 / 10);
        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.bumps()).isEqualTo(1);
    }

    @Test
    void submit_reorganised_sameBytesAreSentAgain() throws Exception {
        rig.chain.finalityDepth = 5;
        rig.add(first);
        rig.step();
        rig.chain.mine(2);
        rig.step();

        rig.chain.reorganise(2);
        rig.settleAll();
        for (int i = 0; i < 20 && rig.settled.isEmpty(); i++) {
            rig.step();
            rig.chain.mine(1);
        }

        assertThat(rig.settled).hasSize(1);
        assertThat(rig.chain.sent.stream().distinct()).as("one signed transaction").hasSize(1);
    }

    @Test
    void submit_nonceUsedByAnother_isSignedAgainWithTheNext() throws Exception {
        rig.add(first);
        rig.step();
        rig.chain.stealNonce();

        stepManyTimes();
        rig.settleAll();

        assertThat(rig.settled)
                .singleElement()
                .extracting(SettlementRecord::nonce)
                .as("nonce 0 was used elsewhere")
                .isEqualTo(1L);
    }

    @Test
    void submit_vaultReverts_haltsNamingTheErrorAndItsValues() throws Exception {
        rig.chain.revertData =
                Hex.encode(Keccak.hashUtf8("SumNotReached(uint64,uint64,uint64)")).substring(0, 10)
                        + "0".repeat(63)
                        + "1"
                        + "0".repeat(63)
                        + "7"
                        + "0".repeat(63)
                        + "9";
        rig.add(first);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);

        assertThat(halt.reason()).isEqualTo(Reason.REVERTED);
        assertThat(halt)
                .hasMessageContaining("SumNotReached(epoch=1, settledNano=7, receiptsSumNano=9)");
        assertThat(rig.chain.sent).isEmpty();
    }

    @Test
    void submit_outage_waitsWithoutHaltingAndGoesOn() throws Exception {
        rig.chain.unreachable = true;
        rig.add(first);
        stepManyTimes();
        assertThat(rig.metrics.isWaiting()).isTrue();
        rig.chain.unreachable = false;

        rig.settleAll();

        assertThat(rig.settled).hasSize(1);
        assertThat(rig.metrics.rpcFailures()).isPositive();
    }

    @Test
    void submit_journalTakenOver_haltsBeforeSending() throws Exception {
        rig.journal.broken = true;
        rig.add(first);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, rig::step);

        assertThat(halt.reason()).isEqualTo(Reason.JOURNAL_LOST);
        assertThat(rig.chain.sent).isEmpty();
    }

    @Test
    void submit_logThatForks_halts() throws Exception {
        rig.add(first);

        SettlementHaltedException halt =
                catchThrowableOfType(
                        SettlementHaltedException.class,
                        () -> rig.add(SubmitterRig.part(Hex.ZERO_32, 1, "another cut")));

        assertThat(halt.reason()).isEqualTo(Reason.LOG_BROKEN);
    }

    private void crashWhileSending() throws SettlementHaltedException {
        rig.add(first);
        rig.chain.beforeSend =
                () -> {
                    throw new SubmitterRig.Crash();
                };
        assertThat(catchThrowableOfType(SubmitterRig.Crash.class, rig::step)).isNotNull();
        rig.chain.beforeSend = () -> {};
    }

    private void stepManyTimes() throws SettlementHaltedException {
        for (int i = 0; i < 60; i++) {
            rig.step();
        }
    }
}
