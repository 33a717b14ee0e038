package io.millrace.job.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free TCP ports of the loopback interface. */
final class Ports {

    private Ports() {}

    /** {@code count} different ports that nothing listened on a moment ago. */
    static List<Integer> free(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket); // held until all are found, so that no port is given twice
                ports.add(socket.getLocalPort());
            }
            return ports;
        } catch (IOException e) {
            throw new StackException("no free port on the loopback interface", e);
        } finally {
            for (ServerSocket socket : held) {
                release(socket);
            }
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("port " + socket.getLocalPort() + " stays taken", e);
        }
    }
}
