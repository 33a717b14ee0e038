package io.millrace.watch.figures;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** Serves a few figures in Prometheus's text format, and nothing else. */
public final class FigureServer implements AutoCloseable {

    private final HttpServer server;
    private final Supplier<String> text;

    private FigureServer(HttpServer server, Supplier<String> text) {
        this.server = server;
        this.text = text;
    }

    /**
     * Begins to serve.
     *
     * @param options that name address and port begin so, for messages
     * @param address of this machine; loopback, unless others are to scrape
     * @param port 0 for any that is free
     * @param text as {@link FigureText} makes it, asked for on a thread of the server's
     * @throws IOException that names both if the address is none or the port is taken
     */
    public static FigureServer serve(
            String options, String address, int port, Supplier<String> text) throws IOException {
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByName(address), port), 0);
        } catch (IOException e) {
            throw new IOException(
                    "%s.address %s and %s.port %d cannot be listened on: %s"
                            .formatted(options, address, options, port, e.getMessage()),
                    e);
        }
        FigureServer figures = new FigureServer(server, text);
        server.createContext("/metrics", figures::answer);
        server.start();
        return figures;
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] bytes = text.get().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
