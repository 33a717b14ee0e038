package io.millrace.local.bench.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.ModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A model with its tokenizer, as a server that knows nothing of money holds it: texts to JSON. */
final class Worker implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final RowTokenizer tokenizer;
    private final ModelRunner runner;

    /** To be used and closed by the thread that opens it. */
    Worker(ModelEngine engine, String model) throws IOException {
        this.tokenizer = engine.tokenizer(model);
        this.runner = engine.runner(model);
    }

    /** UTF-8 texts as one batch; of each its embedding, an array of numbers. */
    List<byte[]> answer(List<byte[]> texts) throws Exception {
        long[][] rows = new long[texts.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = tokenizer.tokens(new String(texts.get(i), StandardCharsets.UTF_8));
        }
        List<byte[]> answers = new ArrayList<>(rows.length);
        for (float[] embedding : runner.run(rows)) {
            answers.add(json(embedding));
        }
        return answers;
    }

    @Override
    public void close() {
        runner.close();
        tokenizer.close();
    }

    private static byte[] json(float[] embedding) throws JsonProcessingException {
        return MAPPER.writeValueAsBytes(embedding);
    }
}
