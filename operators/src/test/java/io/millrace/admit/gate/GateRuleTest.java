package io.millrace.admit.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.OwedChange;
import org.junit.jupiter.api.Test;

class GateRuleTest {

    private static final long LIMIT = 1_000;
    private static final long PARTS = 8;
    private static final long AGE = 500;

    /** Of the head that {@link #ready} has read. */
    private static final long HEAD = 10_000;

    private static GateRule rule(long nano, long parts, long ageMillis, long unsettledNano) {
        return new GateRule(
                new OwedLevel("unsettled value", nano, unsettledNano),
                new OwedLevel("unsettled parts", parts, 0),
                ageMillis);
    }

    private static GateRule ready(long unsettledNano) {
        GateRule rule = rule(LIMIT, PARTS, AGE, unsettledNano);
        rule.chainRead(HEAD, true, 4);
        rule.completed(5);
        return rule;
    }

    @Test
    void gate_atTheStart_isClosed() {
        GateRule rule = rule(LIMIT, PARTS, AGE, 0);
        rule.completed(5);

        assertThat(rule.state(HEAD)).as("chain not read").isEqualTo(GateState.CATCHING_UP);
    }

    @Test
    void gate_checkpointThatBeganBeforeTheChainWasRead_staysClosed() {
        GateRule rule = rule(LIMIT, PARTS, AGE, 0);
        rule.chainRead(HEAD, true, 4);
        rule.completed(4);

        assertThat(rule.state(HEAD))
                .as("its barriers have pushed nothing through admission")
                .isEqualTo(GateState.CATCHING_UP);

        rule.completed(5);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_chainReadAgainAndAgain_opensWithTheFirst() {
        GateRule rule = rule(LIMIT, PARTS, AGE, 0);
        rule.chainRead(HEAD, true, 4);
        rule.chainRead(HEAD, true, 5);
        rule.completed(5);

        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_atTheLimit_closesUntilAQuarterIsFree() {
        GateRule rule = ready(0);
        rule.owed(OwedChange.promised(LIMIT - 1));
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);

        rule.owed(OwedChange.promised(1));
        assertThat(rule.state(HEAD)).isEqualTo(GateState.UNSETTLED_VALUE);

        rule.settled(LIMIT / 4 - 1);
        assertThat(rule.state(HEAD)).as("one nano-USD above").isEqualTo(GateState.UNSETTLED_VALUE);

        rule.settled(1);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
        assertThat(rule.unsettledNano()).isEqualTo(LIMIT * 3 / 4);
    }

    @Test
    void promised_reservationGivenBack_countsNoMore() {
        GateRule rule = ready(0);
        rule.owed(OwedChange.promised(LIMIT));
        rule.owed(OwedChange.promised(-LIMIT / 2));

        assertThat(rule.unsettledNano()).isEqualTo(LIMIT / 2);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_restoredAboveTheLimit_isClosedOnceItHasCaughtUp() {
        assertThat(ready(LIMIT).state(HEAD)).isEqualTo(GateState.UNSETTLED_VALUE);
    }

    @Test
    void settled_chargesItNeverCounted_leaveNoCredit() {
        GateRule rule = ready(0);
        rule.settled(10 * LIMIT);
        rule.owed(OwedChange.promised(LIMIT));

        assertThat(rule.state(HEAD))
                .as("settling what another state counted must not raise the limit")
                .isEqualTo(GateState.UNSETTLED_VALUE);
    }

    @Test
    void gate_noYoungFinalBlock_closesAndOpensWithACheckpointAfterTheNext() {
        GateRule rule = ready(0);
        assertThat(rule.state(HEAD + AGE)).isEqualTo(GateState.OPEN);
        assertThat(rule.state(HEAD + AGE + 1)).isEqualTo(GateState.CHAIN_SILENT);

        rule.completed(6);
        rule.chainRead(HEAD + 2, true, 6);
        assertThat(rule.state(HEAD + AGE + 2))
                .as("what the block brought may still be on its way")
                .isEqualTo(GateState.CATCHING_UP);

        rule.completed(6);
        assertThat(rule.state(HEAD + AGE + 2)).isEqualTo(GateState.CATCHING_UP);
        rule.completed(7);
        assertThat(rule.state(HEAD + AGE + 2)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_blocksBelowTheFinalHead_keepItOpen() {
        GateRule rule = ready(0);
        rule.chainRead(HEAD + AGE, false, 5);

        assertThat(rule.state(HEAD + 2 * AGE)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_anOlderBlock_makesTheChainNoOlder() {
        GateRule rule = ready(0);
        rule.chainRead(HEAD - AGE, true, 5);

        assertThat(rule.state(HEAD + AGE)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_startOnAnOldHead_isClosedUntilAYoungerOne() {
        GateRule rule = rule(LIMIT, PARTS, AGE, 0);
        rule.chainRead(HEAD - 2 * AGE, false, 4);
        assertThat(rule.state(HEAD)).as("reading on").isEqualTo(GateState.CATCHING_UP);
        rule.chainRead(HEAD - AGE - 1, true, 4);
        assertThat(rule.state(HEAD)).as("at its end").isEqualTo(GateState.CHAIN_SILENT);
        rule.completed(5);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.CHAIN_SILENT);

        rule.chainRead(HEAD, true, 5);
        rule.completed(6);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_atTheLimitOfParts_closesUntilAQuarterIsFree() {
        GateRule rule = ready(0);
        for (int part = 1; part < PARTS; part++) {
            rule.owed(OwedChange.sealedPart());
        }
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);

        rule.owed(OwedChange.sealedPart());
        assertThat(rule.state(HEAD)).isEqualTo(GateState.UNSETTLED_PARTS);

        rule.settled(0);
        assertThat(rule.state(HEAD)).as("one too many").isEqualTo(GateState.UNSETTLED_PARTS);

        rule.settled(0);
        assertThat(rule.state(HEAD)).isEqualTo(GateState.OPEN);
        assertThat(rule.unsettledParts()).isEqualTo(PARTS * 3 / 4);
    }

    @Test
    void settled_partsItNeverCounted_leaveNoCredit() {
        GateRule rule = ready(0);
        for (int part = 0; part < 3 * PARTS; part++) {
            rule.settled(0);
        }
        for (int part = 0; part < PARTS; part++) {
            rule.owed(OwedChange.sealedPart());
        }

        assertThat(rule.state(HEAD)).isEqualTo(GateState.UNSETTLED_PARTS);
    }

    @Test
    void limits_ofNothing_areRefused() {
        assertThatThrownBy(() -> rule(LIMIT, 0, AGE, 0))
                .hasMessageContaining("limit of unsettled parts is 0, give at least 1");
        assertThatThrownBy(() -> rule(0, PARTS, AGE, 0)).hasMessageContaining("0, give at least 1");
        assertThatThrownBy(() -> rule(LIMIT, PARTS, 0, 0))
                .hasMessageContaining("0 ms old, give at least 1");
    }
}
