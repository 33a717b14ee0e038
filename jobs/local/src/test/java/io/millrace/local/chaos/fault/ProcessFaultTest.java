package io.millrace.local.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.IdleProcess;
import io.millrace.local.stack.StackProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real signals to real processes. */
class ProcessFaultTest {

    @TempDir private Path folder;

    private StackProcess first;
    private StackProcess second;

    @BeforeEach
    void start() throws Exception {
        first = IdleProcess.start("first", folder);
        second = IdleProcess.start("second", folder);
    }

    @AfterEach
    void end() {
        first.close();
        second.close();
    }

    @Test
    void kill_itsVictim_isGoneUntilHealed() throws Exception {
        long pid = first.pid();
        Fault kill = ProcessFault.kill(() -> first);

        assertThat(kill.inject()).isEqualTo("first");
        assertThat(first.isAlive()).isFalse();

        kill.heal();
        assertThat(first.isAlive()).isTrue();
        assertThat(first.pid()).isNotEqualTo(pid);
        assertThat(second.isAlive()).as("who was not meant").isTrue();
    }

    @Test
    void kill_victimStartedAgainMeanwhile_isLeftAlone() throws Exception {
        Fault kill = ProcessFault.kill(() -> first);
        kill.inject();
        first.launch();
        long pid = first.pid();

        kill.heal();

        assertThat(first.pid()).isEqualTo(pid);
    }

    @Test
    void pause_itsVictim_standsStillUntilHealed() throws Exception {
        Fault pause = ProcessFault.pause(() -> first);

        assertThat(pause.inject()).isEqualTo("first");
        await().until(() -> state(first) == 'T');
        assertThat(first.isAlive()).isTrue();

        pause.heal();
        await().until(() -> state(first) == 'S');
    }

    @Test
    void pause_victimGoneMeanwhile_isNotMissed() throws Exception {
        Fault pause = ProcessFault.pause(() -> first);
        pause.inject();
        first.kill();

        pause.heal();

        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void inject_victim_isChosenOnlyThen() throws Exception {
        StackProcess[] victim = {first};
        Fault kill = ProcessFault.kill(() -> victim[0]);
        victim[0] = second;

        assertThat(kill.inject()).isEqualTo("second");

        victim[0] = first;
        kill.heal();
        assertThat(second.isAlive()).as("who was hit is who is healed").isTrue();
    }

    @Test
    void heal_nothingStruck_doesNothing() throws Exception {
        long pid = first.pid();

        ProcessFault.kill(() -> first).heal();
        ProcessFault.pause(() -> first).heal();

        assertThat(first.pid()).isEqualTo(pid);
    }

    @Test
    void totalKill_everyProcess_isGoneAndComesBack() throws Exception {
        Fault all = new TotalKill("everything", () -> {}, () -> List.of(first, second));

        assertThat(all.inject()).isEqualTo("everything");
        assertThat(first.isAlive()).isFalse();
        assertThat(second.isAlive()).isFalse();

        all.heal();
        assertThat(first.isAlive()).isTrue();
        assertThat(second.isAlive()).isTrue();
    }

    @Test
    void totalKill_momentToWaitFor_allLiveUntilThen() throws Exception {
        List<Boolean> alive = new ArrayList<>();
        Fault all =
                new TotalKill(
                        "x",
                        () -> alive.addAll(List.of(first.isAlive(), second.isAlive())),
                        () -> List.of(first, second));

        all.inject();

        assertThat(alive).containsExactly(true, true);
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void freeze_everyProcess_standsStillAndGoesOn() throws Exception {
        Fault freeze = new Freeze(() -> {}, () -> List.of(first, second));

        freeze.inject();
        await().untilAsserted(() -> assertThat(state(first)).as("stopped").isEqualTo('T'));
        await().untilAsserted(() -> assertThat(state(second)).as("stopped").isEqualTo('T'));

        freeze.heal();
        await().untilAsserted(() -> assertThat(state(first)).as("goes on").isNotEqualTo('T'));
        assertThat(second.isPaused()).isFalse();
    }

    @Test
    void freeze_processEndedMeanwhile_isLeftToWhoStartsIt() throws Exception {
        Fault freeze = new Freeze(() -> {}, () -> List.of(first));
        freeze.inject();
        first.kill();

        freeze.heal();

        assertThat(first.isAlive()).isFalse();
    }

    /** As the kernel has it: T is stopped, S sleeps. */
    private static char state(StackProcess process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
