package io.millrace.local.bench.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.DjlModelEngine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpModelServerTest {

    private static final int ASKED = 50;
    private static final int LONG_MILLIS = 20_000;

    @TempDir private Path models;

    private DjlModelEngine engine = new DjlModelEngine("", 1);
    private String model = "";

    @BeforeEach
    void load() throws Exception {
        model = IdentityModel.write(models, 4).id();
        engine = new DjlModelEngine(models.toString(), 1);
    }

    /** Batches meet answers of their own requests, whoever else is in them. */
    @Test
    void post_manyAtOnceOfMixedLengths_eachGetsItsOwnAnswer() throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ASKED; i++) {
            texts.add(IdentityModel.text(1 + i % 7, i));
        }
        try (HttpModelServer server = new HttpModelServer(engine, model, 2, 8, 5);
                Worker alone = new Worker(engine, model)) {
            List<CompletableFuture<HttpResponse<byte[]>>> answers =
                    texts.stream().map(text -> post(server.uri(), text)).toList();
            for (int i = 0; i < ASKED; i++) {
                HttpResponse<byte[]> answer = answers.get(i).get(30, TimeUnit.SECONDS);
                byte[] text = texts.get(i).getBytes(StandardCharsets.UTF_8);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(new ObjectMapper().readValue(answer.body(), float[].class))
                        .as(texts.get(i))
                        .containsExactly(
                                new ObjectMapper()
                                        .readValue(
                                                alone.answer(List.of(text)).get(0), float[].class));
            }
        }
    }

    /** A full batch does not wait for its delay, here longer than the test may take. */
    @Test
    void post_asManyAsABatch_areAnsweredAtOnce() throws Exception {
        try (HttpModelServer server = new HttpModelServer(engine, model, 1, 4, 10L * LONG_MILLIS)) {
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(post(server.uri(), IdentityModel.text(3, i)));
            }
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                assertThat(answer.get(LONG_MILLIS, TimeUnit.MILLISECONDS).statusCode())
                        .isEqualTo(200);
            }
        }
    }

    private static CompletableFuture<HttpResponse<byte[]>> post(URI server, String text) {
        return HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(server)
                                .POST(HttpRequest.BodyPublishers.ofString(text))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }
}
