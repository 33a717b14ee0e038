package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

class JobOptionsTest {

    /** Where the constants stand, and what their keys have before what they are called there. */
    private static final Map<Class<?>, String> HOLDERS =
            Map.of(JobOptions.class, "", InferenceOptions.class, "INFER_");

    @Test
    void constants_ofOptions_mirrorTheirKeys() throws IllegalAccessException {
        assertThat(constants())
                .allSatisfy(
                        (name, option) ->
                                assertThat(name)
                                        .isEqualTo(
                                                option.key()
                                                        .replace('.', '_')
                                                        .replace('-', '_')
                                                        .toUpperCase(Locale.ROOT)));
    }

    @Test
    void all_optionsOfTheClass_areListed() throws IllegalAccessException {
        assertThat(JobOptions.ALL).hasSameElementsAs(List.copyOf(constants().values()));
    }

    private static Map<String, ConfigOption<?>> constants() throws IllegalAccessException {
        Map<String, ConfigOption<?>> constants = new LinkedHashMap<>();
        for (Map.Entry<Class<?>, String> holder : HOLDERS.entrySet()) {
            for (Field field : holder.getKey().getDeclaredFields()) {
                if (ConfigOption.class.isAssignableFrom(field.getType())) {
                    constants.put(
                            holder.getValue() + field.getName(), (ConfigOption<?>) field.get(null));
                }
            }
        }
        return constants;
    }
}
