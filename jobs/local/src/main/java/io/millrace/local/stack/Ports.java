package io.millrace.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Free TCP ports of the loopback interface. They lie below those that systems give to connections
 * and to servers without a port of their own: nothing takes one by chance before what it is for
 * listens there, or while that is down.
 */
public final class Ports {

    private static final int FIRST = 10_000;
    private static final int LAST = 29_999;
    private static final int TRIES = 1_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ports() {}

    /** {@code count} different ports that nothing listened on a moment ago. */
    public static List<Integer> free(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int tries = 0; ports.size() < count; tries++) {
            if (tries == TRIES) {
                throw new StackException(
                        "no %d free ports from %d to %d on the loopback interface"
                                .formatted(count, FIRST, LAST));
            }
            int port = FIRST + RANDOM.nextInt(LAST - FIRST + 1);
            if (!ports.contains(port) && isFree(port)) {
                ports.add(port);
            }
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) { // something listens there
            return false;
        }
    }
}
