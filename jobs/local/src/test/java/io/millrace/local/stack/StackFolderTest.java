package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackFolderTest {

    @TempDir private Path folder;

    @Test
    void take_startBrokenOff_isClearedAway() throws Exception {
        StackFolder.take(folder, false).close();
        Files.createDirectories(folder.resolve("kafka/data"));

        try (StackFolder taken = StackFolder.take(folder, false)) {
            assertThat(taken.holdsStack()).isFalse();
            assertThat(folder.resolve("kafka")).doesNotExist();
        }
    }

    @Test
    void take_endedStack_isKeptUnlessFresh() throws Exception {
        StackFolder.take(folder, false).close();
        Files.createFile(folder.resolve(StackFile.NAME));
        Files.createDirectories(folder.resolve("kafka/data"));

        try (StackFolder taken = StackFolder.take(folder, false)) {
            assertThat(taken.holdsStack()).isTrue();
            assertThat(folder.resolve("kafka/data")).exists();
        }
        try (StackFolder taken = StackFolder.take(folder, true)) {
            assertThat(taken.holdsStack()).isFalse();
            assertThat(folder.resolve("kafka")).doesNotExist();
        }
    }

    @Test
    void take_heldByAnother_refused() throws Exception {
        try (StackFolder held = StackFolder.take(folder, false)) {
            assertThat(held.holdsStack()).isFalse();
            assertThatThrownBy(() -> StackFolder.take(folder, false))
                    .hasMessageContaining("runs a stack in " + folder)
                    .hasMessageContaining("--dir");
        }
    }

    @Test
    void take_foreignFolder_refusedAndLeftAlone() throws Exception {
        Files.createFile(folder.resolve("notes"));

        assertThatThrownBy(() -> StackFolder.take(folder, true))
                .hasMessageContaining("is not empty");
        assertThat(folder.resolve("notes")).exists();
    }
}
