package io.millrace.local.page;

import io.millrace.local.stack.Jvm;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackProcess;
import io.millrace.page.PageProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settlement page of a stack, as on a cluster a program of its own: what it reads and whoever
 * asks it cost the stack's process nothing.
 */
public final class StackPage implements AutoCloseable {

    private static final int HEAP_MEBIBYTES = 192;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    /** Of what tells its alarms. */
    private interface Closing {
        void close();
    }

    private final Closing alarms;
    private final StackProcess process;
    private final URI uri;

    private StackPage(Closing alarms, StackProcess process, URI uri) {
        this.alarms = alarms;
        this.process = process;
        this.uri = uri;
    }

    /** Starts it with the stack's own alarms, and waits until it answers. */
    public static StackPage start(LocalStack stack) throws Exception {
        StackAlarms alarms = StackAlarms.start(URI.create(stack.file().webUrl()));
        try {
            return new StackPage(alarms::close, launch(stack, alarms.uri()), uri(stack));
        } catch (Exception e) {
            alarms.close();
            throw e;
        }
    }

    /** Starts it beside a Prometheus, and waits until it answers. */
    public static StackPage start(LocalStack stack, URI prometheus) throws Exception {
        return new StackPage(() -> {}, launch(stack, prometheus), uri(stack));
    }

    private static StackProcess launch(LocalStack stack, URI alarms) throws Exception {
        Path log = stack.directory().resolve("logs/page.log");
        List<String> arguments = arguments(stack);
        add(arguments, "page.alarms.url", alarms.toString());
        StackProcess process =
                new StackProcess(
                        "page",
                        () ->
                                new Jvm(HEAP_MEBIBYTES, log, PageProgram.class.getName(), arguments)
                                        .launch(),
                        log,
                        new StackProcess.Readiness(() -> state(uri(stack)), START_LIMIT));
        process.start();
        return process;
    }

    private static URI uri(LocalStack stack) throws IOException {
        return URI.create("http://127.0.0.1:" + stack.ports().page() + "/");
    }

    /** Where browsers find it. */
    public URI uri() {
        return uri;
    }

    /** Its name if it had ended by itself and was started again, else nothing. */
    public List<String> restartEnded() throws Exception {
        return process.restartIfEnded() ? List.of(process.name()) : List.of();
    }

    @Override
    public void close() {
        process.close();
        alarms.close();
    }

    /** The job's options where the page knows them, whatever a stack's job was started with. */
    private static List<String> arguments(LocalStack stack) throws IOException {
        StackFile file = stack.file();
        List<String> arguments = new ArrayList<>();
        add(arguments, "kafka.bootstrap.servers", file.bootstrapServers());
        add(arguments, "chain.rpc.urls", file.rpcUrl());
        add(arguments, "vault.address", file.vault());
        add(arguments, "chain.start.block", Long.toString(file.startBlock()));
        add(arguments, "page.port", Integer.toString(stack.ports().page()));
        add(arguments, "page.data", stack.directory().resolve("page").toString());
        for (Map.Entry<String, String> option : file.jobOptions().entrySet()) {
            if (option.getKey().matches("chain\\.finality|admit\\.max\\.unsettled\\..*")) {
                add(arguments, option.getKey(), option.getValue());
            }
        }
        return arguments;
    }

    private static void add(List<String> arguments, String key, String value) {
        arguments.add("--" + key);
        arguments.add(value);
    }

    private static String state(URI uri) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(uri.resolve("/api/state"))
                                        .timeout(ANSWER_LIMIT)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("the page answers " + answer.statusCode());
        }
        return answer.body();
    }
}
