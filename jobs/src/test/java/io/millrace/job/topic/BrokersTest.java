package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokersTest {

    private static final String PASSWORD = "open sesame";
    private static final String LOGIN =
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"m\""
                    + " password=\""
                    + PASSWORD
                    + "\";";

    @TempDir private Path folder;

    @Test
    void settings_withoutAFile_areTheAddressesAlone() {
        assertThat(Brokers.at("a:1,b:2").settings())
                .isEqualTo(Map.of("bootstrap.servers", "a:1,b:2"));
        assertThat(Brokers.at("a:1").references()).isEmpty();
    }

    @Test
    void settings_ofAFile_areReadEachTime() throws IOException {
        Path file = file("security.protocol=SASL_SSL\nsasl.jaas.config=" + LOGIN);
        Brokers brokers = new Brokers("a:1", file.toString());

        assertThat(brokers.settings()).containsEntry("sasl.jaas.config", LOGIN);
        file("security.protocol=SSL");
        assertThat(brokers.settings())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("bootstrap.servers", "a:1")
                .hasSize(2);
    }

    /** As Flink's connector hands them to Kafka's clients, which resolve them. */
    @Test
    void references_holdNoSecret_andResolveToIt() throws IOException {
        Brokers brokers = new Brokers("a:1", file("sasl.jaas.config=" + LOGIN + "\n").toString());
        Properties references = brokers.references();
        assertThat(references.toString() + brokers).doesNotContain(PASSWORD);

        references.setProperty("bootstrap.servers", "a:1");
        references.put("key.deserializer", ByteArrayDeserializer.class);
        references.put("value.deserializer", ByteArrayDeserializer.class);
        assertThat(new ConsumerConfig(references).getPassword("sasl.jaas.config").value())
                .isEqualTo(LOGIN);
    }

    @Test
    void file_thatSaysWhatIsTheEngines_isRefusedByName() throws IOException {
        Path file = file("ssl.keystore.type=PEM\nacks=1\nisolation.level=read_uncommitted");

        assertThatThrownBy(() -> new Brokers("a:1", file.toString()).settings())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(file.toString(), "[acks, isolation.level]");
    }

    @Test
    void file_thatIsNotThere_isNamed_andWhatToDo() {
        assertThatThrownBy(() -> new Brokers("a:1", "/nowhere/client.properties").references())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("--kafka.client.file /nowhere/client.properties", "mount");
    }

    /** A password with a stray escape: the error names the file and does not quote it. */
    @Test
    void file_thatIsNoPropertiesFile_isNotQuoted() throws IOException {
        Path file = file("sasl.jaas.config=" + PASSWORD + "\\u00zz");

        assertThatThrownBy(() -> new Brokers("a:1", file.toString()).settings())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining(PASSWORD)
                .hasNoCause();
    }

    @Test
    void path_thatCannotBeReferredTo_isRefused() {
        assertThatThrownBy(() -> new Brokers("a:1", "/etc/a:b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/etc/a:b");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("client.properties"), content);
    }
}
