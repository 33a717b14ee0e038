package io.millrace.infer.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cuda", "cuda:0", "tensorrt", "tensorrt:11"})
    void parse_itsOwnText_same(String text) {
        assertThat(Device.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "gpu", "CUDA", "cpu:0", "cuda:", "cuda:-1", "cuda:99999", "cuda:0 "})
    void parse_other_refusedNamingIt(String text) {
        assertThatThrownBy(() -> Device.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void placed_gpusOfTheNode_sharedOutBySubtask() {
        Device any = Device.parse("cuda");

        assertThat(List.of(0, 1, 2, 3, 4))
                .extracting(subtask -> any.placed(subtask, List.of(2, 5)).toString())
                .containsExactly("cuda:2", "cuda:5", "cuda:2", "cuda:5", "cuda:2");
        assertThat(Device.parse("cuda:1").placed(0, List.of(2, 5))).hasToString("cuda:1");
        assertThat(Device.CPU.placed(3, List.of())).isEqualTo(Device.CPU);
    }

    /** Never on the CPU instead: a provider would be paid for a GPU that it does not have. */
    @Test
    void placed_noGpu_refused() {
        assertThatThrownBy(() -> Device.parse("tensorrt").placed(0, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("infer.device is tensorrt")
                .hasMessageContaining("external-resources: gpu");
    }

    @Test
    void options_tensorrtWithoutCache_refused() {
        assertThatThrownBy(() -> new DeviceOptions(Device.parse("tensorrt:0"), 1, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("infer.tensorrt.cache.dir");
        assertThat(new DeviceOptions(Device.parse("tensorrt"), 1, "/engines").placed(0, List.of(3)))
                .isEqualTo(new DeviceOptions(Device.parse("tensorrt:3"), 1, "/engines"));
    }
}
