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
        for (Field field : JobOptions.class.getFields()) {
            if (field.get(null) instanceof ConfigOption<?> option) {
                constants.put(field.getName(), option);
            }
        }
        return constants;
    }
}
