package io.millrace.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Jobs of stacks that are not there. */
public final class StackJobs {

    private static final Duration SOON = Duration.ofMillis(300);

    private StackJobs() {}

    /** At a port of this machine, whoever listens there. */
    static StackJob at(int port, Path folder) {
        StackFile stack =
                new StackFile(
                        "127.0.0.1:1",
                        "http://127.0.0.1:1",
                        1,
                        "",
                        "",
                        "",
                        0,
                        "",
                        Map.of(),
                        0,
                        "http://127.0.0.1:" + port,
                        List.of(),
                        List.of(),
                        Map.of(),
                        1);
        return new StackJob(stack, folder, new StackJob.Limits(SOON, SOON));
    }

    /** What is thrown where somebody takes the call and never answers. */
    public static StackException silence() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            at(silent.getLocalPort(), Path.of("nowhere")).requireNotFailed();
        } catch (StackException e) {
            return e;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("somebody answered");
    }
}
