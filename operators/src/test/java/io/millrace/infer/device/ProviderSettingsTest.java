package io.millrace.infer.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderSettingsTest {

    @Test
    void cuda_float32StaysFloat32() {
        assertThat(ProviderSettings.cuda())
                .containsEntry("use_tf32", "0")
                .containsEntry("arena_extend_strategy", "kSameAsRequested");
    }

    /** An engine is built for a shape outside the profile while rows wait, for minutes. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "128,256,8192", "1,512,512", "32,8,100000", "4,512,4"})
    void tensorrt_everyShapeOfABatch_isInTheProfile(int rows, int tokens, int usual) {
        Map<String, String> settings =
                ProviderSettings.tensorrt("/engines", "model", rows, tokens, usual);

        for (String input : new String[] {"input_ids", "attention_mask", "token_type_ids"}) {
            int[] least = shape(settings.getOrDefault("trt_profile_min_shapes", ""), input);
            int[] usually = shape(settings.getOrDefault("trt_profile_opt_shapes", ""), input);
            int[] most = shape(settings.getOrDefault("trt_profile_max_shapes", ""), input);
            assertThat(least).containsExactly(1, 1);
            assertThat(most).containsExactly(rows, tokens);
            assertThat(usually[0]).isBetween(1, rows);
            assertThat(usually[1]).isBetween(1, tokens);
        }
        assertThat(settings)
                .containsEntry("trt_fp16_enable", "0")
                .containsEntry("trt_engine_cache_enable", "1")
                .containsEntry("trt_engine_cache_path", "/engines")
                .containsEntry("trt_engine_cache_prefix", "model");
    }

    private static int[] shape(String shapes, String input) {
        return Arrays.stream(shapes.split(","))
                .filter(shape -> shape.startsWith(input + ":"))
                .map(shape -> shape.substring(input.length() + 1).split("x"))
                .map(parts -> new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])})
                .findFirst()
                .orElseThrow();
    }
}
