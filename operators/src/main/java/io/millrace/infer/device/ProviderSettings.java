package io.millrace.infer.device;

import java.util.Map;
import java.util.TreeMap;

/**
 * What ONNX Runtime's execution providers are told, by their own option names: <a
 * href="https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html">CUDA</a>, <a
 * href="https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html">TensorRT</a>.
 */
final class ProviderSettings {

    private static final String[] INPUTS = {"input_ids", "attention_mask", "token_type_ids"};

    private ProviderSettings() {}

    /** Matrices of float32 stay float32: the manifest says so, and TF32 keeps 10 bits of 23. */
    static Map<String, String> cuda() {
        return new TreeMap<>(
                Map.of(
                        "use_tf32", "0",
                        // Else the arena doubles, and a model's neighbour has no memory left.
                        "arena_extend_strategy", "kSameAsRequested"));
    }

    /**
     * Engines for every shape that the scheduler may make: one outside would be built while rows
     * wait, for minutes.
     *
     * @param cache directory of the built engines
     * @param name of the model, in the engines' file names
     * @param maxRows of a batch
     * @param maxTokens of a row
     * @param usualTokens of a batch, padding included: what the engines are made best for
     */
    static Map<String, String> tensorrt(
            String cache, String name, int maxRows, int maxTokens, int usualTokens) {
        int usualLength = Math.min(maxTokens, Math.max(1, maxTokens / 4));
        int usualRows = Math.max(1, Math.min(maxRows, usualTokens / usualLength));
        Map<String, String> settings = new TreeMap<>();
        settings.put("trt_engine_cache_enable", "1");
        settings.put("trt_engine_cache_path", cache);
        settings.put("trt_engine_cache_prefix", name);
        settings.put("trt_timing_cache_enable", "1");
        settings.put("trt_timing_cache_path", cache);
        settings.put("trt_fp16_enable", "0"); // the manifest's precision, as for CUDA
        settings.put("trt_profile_min_shapes", shapes(1, 1));
        settings.put("trt_profile_opt_shapes", shapes(usualRows, usualLength));
        settings.put("trt_profile_max_shapes", shapes(maxRows, maxTokens));
        return settings;
    }

    private static String shapes(int rows, int tokens) {
        StringBuilder all = new StringBuilder();
        for (String input : INPUTS) {
            all.append(all.isEmpty() ? "" : ",")
                    .append(input)
                    .append(':')
                    .append(rows)
                    .append('x')
                    .append(tokens);
        }
        return all.toString();
    }
}
