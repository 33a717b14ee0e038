package io.millrace.local.chaos.proxy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes what clients and a Kafka broker say to each other on, and asks a {@link CommitGate} before
 * each end of a transaction. It knows of Kafka's protocol where a request begins and what it is.
 *
 * <p>Threads: one for those who connect, two for each connection, all daemons.
 */
public final class BrokerProxy implements AutoCloseable {

    private static final short END_TXN = 26;
    private static final int HEADER_BYTES = 8; // key, version and correlation id

    private final ServerSocket server;
    private final int brokerPort;
    private final CommitGate gate;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Listens from now on.
     *
     * @param port for clients
     * @param brokerPort where the broker listens
     */
    public BrokerProxy(int port, int brokerPort, CommitGate gate) throws IOException {
        this.server = new ServerSocket();
        this.brokerPort = brokerPort;
        this.gate = gate;
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        start("broker-proxy", this::accept);
    }

    /** Where clients find the broker. */
    public String bootstrapServers() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(BrokerProxy::close);
        gate.open();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket broker = new Socket();
            sockets.add(client);
            sockets.add(broker);
            start("broker-proxy-connection", () -> connect(client, broker));
        }
    }

    private void connect(Socket client, Socket broker) throws IOException {
        try {
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort));
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
        } catch (IOException e) { // as if it were the broker itself that is away
            end(client, broker);
            return;
        }
        Set<Integer> commits = ConcurrentHashMap.newKeySet();
        start("broker-proxy-answers", () -> answers(client, broker, commits));
        requests(client, broker, commits);
    }

    private void requests(Socket client, Socket broker, Set<Integer> commits) {
        try (DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(broker.getOutputStream())) {
            while (true) {
                byte[] request = read(in);
                ByteBuffer header = ByteBuffer.wrap(request);
                if (request.length >= HEADER_BYTES && header.getShort(0) == END_TXN) {
                    commits.add(header.getInt(4));
                    if (!gate.pass()) {
                        return;
                    }
                }
                write(out, request);
            }
        } catch (IOException e) { // one of the two has ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(client, broker);
        }
    }

    private void answers(Socket client, Socket broker, Set<Integer> commits) {
        try (DataInputStream in = new DataInputStream(broker.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
            while (true) {
                byte[] answer = read(in);
                boolean isCommit =
                        answer.length >= 4 && commits.remove(ByteBuffer.wrap(answer).getInt(0));
                write(out, answer);
                if (isCommit) {
                    gate.answered();
                }
            }
        } catch (IOException e) { // one of the two has ended
        } finally {
            end(client, broker);
        }
    }

    private static byte[] read(DataInputStream in) throws IOException {
        byte[] message = new byte[in.readInt()];
        in.readFully(message);
        return message;
    }

    private static void write(DataOutputStream out, byte[] message) throws IOException {
        byte[] framed =
                ByteBuffer.allocate(4 + message.length).putInt(message.length).put(message).array();
        out.write(framed);
        out.flush();
    }

    private void end(Socket client, Socket broker) {
        close(client);
        close(broker);
        sockets.remove(client);
        sockets.remove(broker);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) { // it is gone all the same
        }
    }

    /** What may end with the connection that it is for. */
    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (IOException e) { // it has been closed
                            }
                        },
                        name);
        thread.setDaemon(true);
        thread.start();
    }
}
