package io.millrace.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaAccessTest {

    @TempDir private Path folder;

    @Test
    void settings_ofAFile_areTheClients() throws IOException {
        Path file = Files.writeString(folder.resolve("c"), "security.protocol=SSL\n");

        assertThat(KafkaAccess.of("a:1", file.toString()).settings())
                .isEqualTo(Map.of("security.protocol", "SSL", "bootstrap.servers", "a:1"));
        assertThat(KafkaAccess.of("a:1", "").settings())
                .isEqualTo(Map.of("bootstrap.servers", "a:1"));
    }

    @Test
    void words_ofOne_holdNoLogin() {
        assertThat(new KafkaAccess("a:1", Map.of("sasl.jaas.config", "secret")).toString())
                .isEqualTo("a:1");
    }

    @Test
    void settings_thatAreNoLogin_areRefusedByName() {
        assertThatThrownBy(() -> new KafkaAccess("a:1", Map.of("group.id", "x", "ssl.a", "y")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[group.id]");
    }

    @Test
    void file_thatCannotBeRead_isNamed() {
        assertThatThrownBy(() -> KafkaAccess.of("a:1", "/nowhere"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--kafka.client.file /nowhere");
    }
}
