package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackPortsTest {

    @TempDir private Path folder;

    @Test
    void ports_ofAStack_stayForAsLongAsItExists() throws Exception {
        assertThat(StackPorts.of(folder)).isEqualTo(StackPorts.of(folder));
    }

    /**
     * Who kept a stack up was told to begin anew with the version that brought the page, and then
     * metrics.
     */
    @Test
    void ports_ofAnOlderStack_getOnesForWhatItLacks() throws Exception {
        Files.writeString(
                folder.resolve("ports.properties"),
                "chain=11\nweb=12\nrpc=13\nblobs=14\nzookeeper=15\n");

        StackPorts ports = StackPorts.of(folder);

        assertThat(ports.all()).startsWith(11, 12, 13, 14, 15).hasSize(7);
        assertThat(StackPorts.of(folder)).isEqualTo(ports);
    }
}
