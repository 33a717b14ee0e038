package io.millrace.local.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.Ports;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker that answers everything, clients that commit, and the gate between them. */
@Timeout(60)
class CommitGateTest {

    private static final short END_TXN = 26;
    private static final short OTHER = 3;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final CommitGate gate = new CommitGate(nanos::get);
    private final List<Integer> arrived = new CopyOnWriteArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private ServerSocket broker;
    private BrokerProxy proxy;

    @BeforeEach
    void start() throws IOException {
        broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(
                () -> {
                    while (true) {
                        Socket socket = broker.accept();
                        daemon(() -> answer(socket));
                    }
                });
        proxy = new BrokerProxy(Ports.free(1).get(0), broker.getLocalPort(), gate);
    }

    @AfterEach
    void stop() throws IOException {
        for (Client client : clients) {
            client.socket.close();
        }
        proxy.close();
        broker.close();
    }

    @Test
    void gate_shutAfterTwo_twoCommitsArriveAndNoMoreUntilItIsOpen() throws Exception {
        nanos.addAndGet(SECOND);
        gate.shutAfter(2);
        for (int id = 1; id <= 4; id++) {
            client().send(END_TXN, id);
        }

        assertThat(gate.awaitShut(LONG)).isEqualTo(2);
        Client other = client();
        other.send(OTHER, 99);
        assertThat(other.in.readInt()).as("what is no commit goes on").isEqualTo(4);
        assertThat(arrived).hasSize(3).contains(99);

        gate.open();
        nanos.addAndGet(SECOND);
        client().send(END_TXN, 5);
        await().until(() -> arrived.contains(5));
        assertThat(arrived).as("what waited has come to nothing").hasSize(4);
    }

    @Test
    void gate_shutInMidCheckpoint_countsFromTheNextOne() throws Exception {
        nanos.addAndGet(SECOND);
        Client early = client();
        early.send(END_TXN, 1); // others of its checkpoint may be about to follow
        await().until(() -> arrived.contains(1));
        gate.shutAfter(1);
        early.send(END_TXN, 2);
        await().until(() -> arrived.contains(2));

        nanos.addAndGet(SECOND);
        client().send(END_TXN, 3);
        assertThat(gate.awaitShut(LONG)).isEqualTo(1);
        client().send(END_TXN, 4);
        assertThat(arrived).containsExactly(1, 2, 3);
    }

    @Test
    void gate_noCheckpointComes_saysHowManyPassed() throws Exception {
        gate.shutAfter(3);

        assertThat(gate.awaitShut(Duration.ofMillis(50))).isZero();
    }

    @Test
    void proxy_brokerIsAway_connectionEnds() throws Exception {
        broker.close();
        Client client = client();

        assertThatThrownBy(client.in::readInt).isInstanceOf(IOException.class);
    }

    private void answer(Socket socket) throws IOException {
        try (DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            while (true) {
                byte[] rest = new byte[in.readInt() - 8];
                in.readInt(); // key and version
                int correlation = in.readInt();
                in.readFully(rest);
                arrived.add(correlation);
                out.writeInt(4);
                out.writeInt(correlation);
            }
        }
    }

    private Client client() throws IOException {
        String[] address = proxy.bootstrapServers().split(":", 2);
        Client client = new Client(new Socket(address[0], Integer.parseInt(address[1])));
        clients.add(client);
        return client;
    }

    private static final class Client {

        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Client(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            this.out = new DataOutputStream(socket.getOutputStream());
        }

        private void send(short key, int correlation) throws IOException {
            out.writeInt(11);
            out.writeShort(key);
            out.writeShort(0);
            out.writeInt(correlation);
            out.write(new byte[3]);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (IOException e) { // the test has ended
                            }
                        });
        thread.setDaemon(true);
        thread.start();
    }
}
