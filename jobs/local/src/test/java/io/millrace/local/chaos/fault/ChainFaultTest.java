package io.millrace.local.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChainFaultTest {

    private static final StackFile STACK =
            new StackFile(
                    "127.0.0.1:1",
                    "http://127.0.0.1:1",
                    1,
                    "0x00",
                    "0x00",
                    "0x00",
                    0,
                    "0x00",
                    Map.of(),
                    1,
                    "http://127.0.0.1:1",
                    List.of(),
                    List.of(),
                    Map.of(),
                    1);

    @Test
    void inject_nodeStillStarting_isWaitedFor() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Fault fault =
                new ChainFault(
                        STACK,
                        chain -> {
                            if (attempts.incrementAndGet() < 3) {
                                throw new ConnectException("refused");
                            }
                            return "3 blocks";
                        });

        assertThat(fault.inject()).isEqualTo("3 blocks");
        fault.heal();
        assertThat(attempts).as("healing asks nothing of the chain").hasValue(3);
    }

    @Test
    void inject_nodeRefuses_fails() {
        Fault fault =
                new ChainFault(
                        STACK,
                        chain -> {
                            throw new IOException("no such method");
                        });

        assertThatThrownBy(fault::inject).hasMessage("no such method");
    }
}
