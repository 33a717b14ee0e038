package io.millrace.meter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeStatus;
import io.millrace.infer.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * The wire form of results: the shape users of embedding APIs know, plus charge, provider and
 * request id. {@code data} has what the model gave for every text, with its place in the list that
 * was sent, from 0: an embedding, scores by label in the order of the manifest, or how relevant it
 * is; it is empty and {@code error} an object unless {@code status} is answered. Floats are written
 * in the fewest digits that read back as the same float32, so whoever parses them can check the
 * provider's signature. For any thread.
 */
public final class ResultCodec {

    // JDK 17's Float.toString is not always shortest (JDK-4511638); Jackson's fast writer is.
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

    private ResultCodec() {}

    /** UTF-8 JSON of {@code result}. */
    public static byte[] encode(Result result) {
        Outcome outcome = result.outcome();
        Terms terms = outcome.terms();
        boolean answered = outcome.status() == OutcomeStatus.ANSWERED;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(sizeOf(outcome.output()));
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("id", terms.requestId());
            json.writeStringField("object", "list");
            json.writeStringField("model", terms.model());
            json.writeStringField("status", outcome.status().name().toLowerCase(Locale.ROOT));
            json.writeArrayFieldStart("data");
            writeOutput(json, outcome.output());
            json.writeEndArray();
            int tokens = answered ? terms.units() : 0;
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", tokens);
            json.writeNumberField("total_tokens", tokens);
            json.writeEndObject();
            writeCharge(json, terms, result.debitNano());
            writeProvider(json, outcome);
            if (answered) {
                json.writeNullField("error");
            } else {
                json.writeObjectFieldStart("error");
                json.writeStringField("code", outcome.status().name());
                json.writeStringField("message", outcome.detail());
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a result does not encode", e);
        }
        return bytes.toByteArray();
    }

    /** About as many bytes, so that the buffer need not grow. */
    private static int sizeOf(Output output) {
        int perText = 64;
        for (String label : output.labels()) {
            perText += 24 + label.length();
        }
        int size = 512;
        for (float[] vector : output.vectors()) {
            size += perText + 14 * vector.length;
        }
        return size;
    }

    private static void writeOutput(JsonGenerator json, Output output) throws IOException {
        for (int i = 0; i < output.vectors().size(); i++) {
            float[] vector = output.vectors().get(i);
            json.writeStartObject();
            json.writeStringField("object", output.task().wireName());
            json.writeNumberField("index", i);
            switch (output.task()) {
                case EMBEDDING -> {
                    json.writeArrayFieldStart("embedding");
                    for (float component : vector) {
                        json.writeNumber(component);
                    }
                    json.writeEndArray();
                }
                case CLASSIFICATION -> writeScores(json, output.labels(), vector);
                case RERANKING -> json.writeNumberField("relevance_score", vector[0]);
            }
            json.writeEndObject();
        }
    }

    private static void writeScores(JsonGenerator json, List<String> labels, float[] scores)
            throws IOException {
        json.writeArrayFieldStart("scores");
        for (int i = 0; i < scores.length; i++) {
            json.writeStartObject();
            json.writeStringField("label", labels.get(i));
            json.writeNumberField("score", scores[i]);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeCharge(JsonGenerator json, Terms terms, long debitNano)
            throws IOException {
        json.writeObjectFieldStart("charge");
        json.writeNumberField("debitNano", debitNano);
        json.writeNumberField("priceNanoPerMillion", terms.price().nanoPerMillion());
        json.writeNumberField("priceVersion", terms.price().version());
        json.writeStringField("requesterAddress", terms.requesterAddress());
        json.writeNumberField("requesterAccount", terms.requesterAccount());
        json.writeEndObject();
    }

    private static void writeProvider(JsonGenerator json, Outcome outcome) throws IOException {
        json.writeObjectFieldStart("provider");
        json.writeNumberField("account", outcome.providerAccount());
        json.writeStringField("address", outcome.providerAddress());
        json.writeStringField("numericClass", outcome.numericClass());
        json.writeStringField("signature", outcome.providerSignature());
        json.writeEndObject();
    }
}
