package io.millrace.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateRuleTest {

    private static final long LIMIT = 1_000;

    private static GateRule ready(long unsettledNano) {
        GateRule rule = new GateRule(LIMIT, unsettledNano);
        rule.chainRead(4);
        rule.completed(5);
        return rule;
    }

    @Test
    void gate_atTheStart_isClosed() {
        GateRule rule = new GateRule(LIMIT, 0);
        rule.completed(5);

        assertThat(rule.state()).as("chain not read").isEqualTo(GateState.CATCHING_UP);
    }

    @Test
    void gate_checkpointThatBeganBeforeTheChainWasRead_staysClosed() {
        GateRule rule = new GateRule(LIMIT, 0);
        rule.chainRead(4);
        rule.completed(4);

        assertThat(rule.state())
                .as("its barriers have pushed nothing through admission")
                .isEqualTo(GateState.CATCHING_UP);

        rule.completed(5);
        assertThat(rule.state()).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_chainReadAgainAndAgain_opensWithTheFirst() {
        GateRule rule = new GateRule(LIMIT, 0);
        rule.chainRead(4);
        rule.chainRead(5);
        rule.completed(5);

        assertThat(rule.state()).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_atTheLimit_closesUntilAQuarterIsFree() {
        GateRule rule = ready(0);
        rule.promised(LIMIT - 1);
        assertThat(rule.state()).isEqualTo(GateState.OPEN);

        rule.promised(1);
        assertThat(rule.state()).isEqualTo(GateState.UNSETTLED_VALUE);

        rule.settled(LIMIT / 4 - 1);
        assertThat(rule.state()).as("one nano-USD above").isEqualTo(GateState.UNSETTLED_VALUE);

        rule.settled(1);
        assertThat(rule.state()).isEqualTo(GateState.OPEN);
        assertThat(rule.unsettledNano()).isEqualTo(LIMIT * 3 / 4);
    }

    @Test
    void promised_reservationGivenBack_countsNoMore() {
        GateRule rule = ready(0);
        rule.promised(LIMIT);
        rule.promised(-LIMIT / 2);

        assertThat(rule.unsettledNano()).isEqualTo(LIMIT / 2);
        assertThat(rule.state()).isEqualTo(GateState.OPEN);
    }

    @Test
    void gate_restoredAboveTheLimit_isClosedOnceItHasCaughtUp() {
        assertThat(ready(LIMIT).state()).isEqualTo(GateState.UNSETTLED_VALUE);
    }

    @Test
    void settled_chargesItNeverCounted_leaveNoCredit() {
        GateRule rule = ready(0);
        rule.settled(10 * LIMIT);
        rule.promised(LIMIT);

        assertThat(rule.state())
                .as("settling what another state counted must not raise the limit")
                .isEqualTo(GateState.UNSETTLED_VALUE);
    }

    @Test
    void limit_ofNothing_isRefused() {
        assertThatThrownBy(() -> new GateRule(0, 0)).hasMessageContaining("0, give at least 1");
    }
}
