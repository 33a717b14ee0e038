package io.millrace.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/** Options of the kinds that {@link JobOptions} has several of. */
final class OptionKinds {

    private OptionKinds() {}

    static ConfigOption<String> required(String key, String meaning) {
        return key(key).stringType().noDefaultValue().withDescription(meaning);
    }

    static ConfigOption<Integer> integer(String key, int preset, String meaning) {
        return key(key).intType().defaultValue(preset).withDescription(meaning);
    }

    static ConfigOption<Long> number(String key, long preset, String meaning) {
        return key(key).longType().defaultValue(preset).withDescription(meaning);
    }

    static ConfigOption<Duration> duration(String key, Duration preset, String meaning) {
        return key(key).durationType().defaultValue(preset).withDescription(meaning);
    }

    /** Empty by default. */
    static ConfigOption<Map<String, String>> map(String key, String meaning) {
        return key(key).mapType().defaultValue(Map.of()).withDescription(meaning);
    }
}
