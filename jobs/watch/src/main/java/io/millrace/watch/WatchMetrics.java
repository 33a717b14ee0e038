package io.millrace.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Serves a few figures in Prometheus's text format, and nothing else. */
public final class WatchMetrics implements AutoCloseable {

    private final HttpServer server;
    private final Watcher watcher;

    private WatchMetrics(HttpServer server, Watcher watcher) {
        this.server = server;
        this.watcher = watcher;
    }

    /**
     * Begins to serve.
     *
     * @param address of this machine; loopback, unless others are to scrape
     * @param port 0 for any that is free
     * @throws IOException that names both if the address is none or the port is taken
     */
    public static WatchMetrics serve(Watcher watcher, String address, int port) throws IOException {
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByName(address), port), 0);
        } catch (IOException e) {
            throw new IOException(
                    "--watch.address %s and --watch.port %d cannot be listened on: %s"
                            .formatted(address, port, e.getMessage()),
                    e);
        }
        WatchMetrics metrics = new WatchMetrics(server, watcher);
        server.createContext("/metrics", metrics::answer);
        server.start();
        return metrics;
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
            byte[] text = text(watcher.figures()).getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    static String text(WatchFigures figures) {
        StringBuilder text = new StringBuilder();
        line(text, "block", "newest final block that was read", figures.block());
        line(text, "epochs_judged", "epochs this process has judged", figures.judged());
        line(text, "epochs_waiting", "settled epochs that wait for receipts", figures.waiting());
        line(text, "topics_readable", "1 if the topics can be read", figures.topics() ? 1 : 0);
        line(text, "round_age_seconds", "since a round succeeded", figures.roundAgeSeconds());
        text.append("# HELP millrace_watch_cases cases by their state\n");
        text.append("# TYPE millrace_watch_cases gauge\n");
        // Those without a case too: what comes is seen to come only by who has seen the 0 before.
        for (Case.State state : Case.State.values()) {
            text.append("millrace_watch_cases{state=\"")
                    .append(state.name().toLowerCase(Locale.ROOT))
                    .append("\"} ")
                    .append(figures.cases().getOrDefault(state, 0L))
                    .append('\n');
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String help, long value) {
        text.append("# HELP millrace_watch_").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE millrace_watch_").append(name).append(" gauge\n");
        text.append("millrace_watch_").append(name).append(' ').append(value).append('\n');
    }
}
