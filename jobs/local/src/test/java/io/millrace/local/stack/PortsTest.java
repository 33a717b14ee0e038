package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PortsTest {

    /** Where Linux begins with the ports that it gives to connections. */
    private static final int GIVEN_BY_LINUX = 32_768;

    @Test
    void free_severalPorts_differAndLieBelowThoseOfConnections() {
        List<Integer> ports = Ports.free(100);

        assertThat(ports).doesNotHaveDuplicates().hasSize(100);
        assertThat(ports).allMatch(port -> port > 1023 && port < GIVEN_BY_LINUX);
    }

    @Test
    void free_aPortOfThem_canBeListenedOnAtOnce() throws Exception {
        int port = Ports.free(1).get(0);

        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(socket.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void awaitFree_portThatAnotherProcessHolds_goesOnOnceThatHasEnded() throws Exception {
        int port = Ports.free(1).get(0);
        CompletableFuture<Void> waiting;
        try (ServerSocket held = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            waiting =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    StackPorts.awaitFree(List.of(port), Path.of("stack"));
                                } catch (InterruptedException e) {
                                    throw new CompletionException(e);
                                }
                            });
            assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS))
                    .as("while " + held + " is open")
                    .isInstanceOf(TimeoutException.class);
        }
        waiting.get(10, TimeUnit.SECONDS);
    }
}
