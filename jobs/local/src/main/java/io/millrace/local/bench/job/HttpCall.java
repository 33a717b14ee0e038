package io.millrace.local.bench.job;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.jspecify.annotations.Nullable;

/** Asks a model server for each record, many at once. In: UTF-8 text. Out: what it answers. */
final class HttpCall extends RichAsyncFunction<byte[], byte[]> {

    private static final long serialVersionUID = 1L;
    private static final int OK = 200;

    private final URI server;
    private transient @Nullable HttpClient client;

    HttpCall(URI server) {
        this.server = server;
    }

    @Override
    public void open(OpenContext context) {
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @Override
    public void asyncInvoke(byte[] text, ResultFuture<byte[]> result) {
        HttpClient opened = client;
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        HttpRequest request =
                HttpRequest.newBuilder(server)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(text))
                        .build();
        var unused =
                opened.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                        .whenComplete(
                                (response, failure) -> {
                                    if (failure != null) {
                                        result.completeExceptionally(failure);
                                    } else if (response.statusCode() != OK) {
                                        result.completeExceptionally(
                                                new IllegalStateException(
                                                        server
                                                                + " answered "
                                                                + response.statusCode()));
                                    } else {
                                        result.complete(List.of(response.body()));
                                    }
                                });
    }
}
