package io.millrace.local.cheat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheatTrialTest {

    @Test
    void printTable_aVictimThatWasNotPaid_standsOut() {
        List<String> lines = new ArrayList<>();

        CheatTrial.printTable(
                List.of(
                        new Verdict(Cheat.OVERCHARGE, true, 5_000, 6_000, 8.3, 156_259, List.of()),
                        new Verdict(Cheat.UNSIGNED, false, 5_000, 0, 120, 0, List.of())),
                lines::add);

        assertThat(lines).hasSize(4);
        assertThat(lines.get(2))
                .startsWith("overcharge")
                .contains("the watcher", "the tribunal", " 120 ")
                .endsWith("156,259");
        assertThat(lines.get(3)).startsWith("unsigned").endsWith("NOT AS PROMISED");
    }
}
