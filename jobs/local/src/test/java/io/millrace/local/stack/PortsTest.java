package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
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
}
