package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.audit.Prover;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP, for looking only: GET and HEAD, no cookies, no state. A browser asks again every few
 * seconds; a stream to each would hold a thread of this small server for as long as someone looks.
 */
final class PageServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
    private static final int THREADS = 8;
    private static final String API = "/api/";
    private static final String JSON = "application/json; charset=utf-8";
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");

    private final HttpServer server;
    private final ExecutorService threads;
    private final StaticFiles files;
    private final PageApi api;
    private final RequestLookup lookup;
    private final List<String> hosts;
    private final Map<String, String> headers;

    private PageServer(PageConfig config, HttpServer server, PageApi api, RequestLookup lookup)
            throws IOException {
        this.server = server;
        this.api = api;
        this.lookup = lookup;
        files = StaticFiles.load();
        hosts = config.hosts();
        headers = headers(config);
        threads = Executors.newFixedThreadPool(THREADS);
    }

    /** Listens from now on. */
    static PageServer start(PageConfig config, PageApi api, RequestLookup lookup)
            throws IOException {
        HttpServer http =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByName(config.address()), config.port()),
                        0);
        PageServer page = new PageServer(config, http, api, lookup);
        http.setExecutor(page.threads);
        http.createContext("/", page::handle);
        http.start();
        return page;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** Scripts and styles of its own only; and of others, the node that it is to ask. */
    private static Map<String, String> headers(PageConfig config) {
        return Map.of(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                        + " connect-src 'self' "
                        + config.browserRpcOrigin()
                        + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                        + " require-trusted-types-for 'script'; trusted-types 'none'",
                "X-Content-Type-Options",
                "nosniff",
                "Referrer-Policy",
                "no-referrer",
                "Cross-Origin-Opener-Policy",
                "same-origin",
                "Cross-Origin-Resource-Policy",
                "same-origin",
                "Cache-Control",
                "no-store");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers.forEach(exchange.getResponseHeaders()::set);
            String method = exchange.getRequestMethod();
            if (!hosts.contains(hostOf(exchange.getRequestHeaders()))) {
                send(exchange, 421, "text/plain", "this name is not the page's".getBytes(UTF_8));
            } else if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", "for looking only".getBytes(UTF_8));
            } else {
                answer(exchange, exchange.getRequestURI());
            }
        } catch (RuntimeException e) {
            LOG.warn("a request was not answered", e);
        }
    }

    private void answer(HttpExchange exchange, URI uri) throws IOException {
        String path = String.valueOf(uri.getPath());
        if (!path.startsWith(API)) {
            StaticFiles.File file = files.at(path);
            if (file == null) {
                send(exchange, 404, "text/plain", "there is nothing here".getBytes(UTF_8));
            } else {
                send(exchange, 200, file.type(), file.content());
            }
            return;
        }
        try {
            JsonNode found = asked(path.substring(API.length()), uri.getRawQuery());
            send(exchange, 200, JSON, Json.bytes(found));
        } catch (IllegalArgumentException e) {
            error(exchange, 400, e);
        } catch (RequestLookup.BusyException e) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            error(exchange, 503, e);
        } catch (IOException | IllegalStateException e) {
            LOG.warn("{} was not answered", path, e);
            error(exchange, 502, e);
        }
    }

    private JsonNode asked(String what, @Nullable String query) throws IOException {
        int slash = what.indexOf('/');
        String name = slash < 0 ? what : what.substring(0, slash);
        String rest = slash < 0 ? "" : what.substring(slash + 1);
        return switch (name) {
            case "config" -> api.config();
            case "state" -> api.state();
            case "alarms" -> api.alarms();
            case "epochs" -> api.epochs(number(query, "before=", Long.MAX_VALUE));
            case "requesters" -> api.accounts(true, number(query, "from=", 0));
            case "providers" -> api.accounts(false, number(query, "from=", 0));
            case "request" -> lookup.find(Prover.canonical(rest));
            default -> throw new IllegalArgumentException("there is no such answer");
        };
    }

    private static long number(@Nullable String query, String name, long none) {
        if (query == null) {
            return none;
        }
        if (!query.matches(name + "[0-9]{1,18}")) {
            throw new IllegalArgumentException("give " + name + "NUMBER, no more");
        }
        return Long.parseLong(query.substring(name.length()));
    }

    /** Another site's name may be made to lead here, and its scripts would be taken for ours. */
    private static String hostOf(Headers headers) {
        String host = headers.getFirst("Host");
        return host == null ? "" : host.replaceFirst(":[0-9]+$", "");
    }

    static List<String> loopback() {
        return LOOPBACK;
    }

    private static void error(HttpExchange exchange, int status, Exception cause)
            throws IOException {
        JsonNode error = Json.object().put("error", String.valueOf(cause.getMessage()));
        send(exchange, status, JSON, Json.bytes(error));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : content.length);
        if (!head) {
            exchange.getResponseBody().write(content);
        }
    }
}
