package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobArgumentsTest {

    @TempDir Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void parse_keysAlone_areTaken() {
        assertThat(JobArguments.parse("--chain.id", "5", "--models.dir", "/m"))
                .containsOnly(entry("chain.id", "5"), entry("models.dir", "/m"));
    }

    @Test
    void parse_nestedAndWholeKeys_areTheSame() throws IOException {
        String file =
                file(
                        "a.yaml",
                        """
                        chain:
                          id: 5
                          rpc.urls: http://a:1;http://b:2
                        chain.poll:
                          interval: 2 s
                        """);
        assertThat(JobArguments.parse("--config", file))
                .containsOnly(
                        entry("chain.id", "5"),
                        entry("chain.rpc.urls", "http://a:1;http://b:2"),
                        entry("chain.poll.interval", "2 s"));
    }

    @Test
    void parse_valuesThatYamlWouldConvert_stayAsWritten() throws IOException {
        String file =
                file(
                        "a.yaml",
                        """
                        vault.address: 0x00000000000000000000000000000000000000e1
                        a: 010
                        b: 1_000
                        c: 1e3
                        d: yes
                        e: "12"
                        f: 1:30
                        """);
        assertThat(JobArguments.parse("--config", file))
                .containsOnly(
                        entry("vault.address", "0x00000000000000000000000000000000000000e1"),
                        entry("a", "010"),
                        entry("b", "1_000"),
                        entry("c", "1e3"),
                        entry("d", "yes"),
                        entry("e", "12"),
                        entry("f", "1:30"));
    }

    @Test
    void parse_laterFilesAndArguments_standOverEarlier() throws IOException {
        String first = file("a.yaml", "a: 1\nb: 1\nc: 1\n");
        String second = file("b.yaml", "b: 2\nc: 2\n");
        assertThat(JobArguments.parse("--c", "3", "--config", first + "," + second))
                .containsOnly(entry("a", "1"), entry("b", "2"), entry("c", "3"));
    }

    @Test
    void parse_fileOfComments_isEmpty() throws IOException {
        assertThat(JobArguments.parse("--config", file("a.yaml", "# nothing yet\n"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a: 1\\nb:|line 2: 'b' has no value",
                "a: 1\\na: 2|line 2: 'a' is there twice",
                "x.y: 1\\nx:\\n  y: 2|line 3: 'x.y' is there twice",
                "a: [1, 2]|line 1: 'a' is a list; write its values as one text",
                "a: &x 1\\nb: *x|line 1: 'a' has an anchor",
                "just text|line 1: no options are here; write 'key: value' lines",
                "- a: 1|line 1: no options are here",
                "? [a]\\n: 1|line 1: has a key that is no text",
                "a: 1\\n---\\nb: 2|is no YAML",
                "a: {|is no YAML",
                "a: \"x|is no YAML",
            })
    void parse_fileThatIsNoOptions_isRefusedWithItsPlace(String text, String message)
            throws IOException {
        String file = file("bad.yaml", text.replace("\\n", "\n"));
        assertThatThrownBy(() -> JobArguments.parse("--config", file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file)
                .hasMessageContaining(message);
    }

    @Test
    void parse_missingFile_isNamed() {
        assertThatThrownBy(() -> JobArguments.parse("--config", "/nowhere/options.yaml"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no file '/nowhere/options.yaml'");
    }

    @Test
    void parse_folder_isRefused() {
        assertThatThrownBy(() -> JobArguments.parse("--config", folder.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot read " + folder);
    }

    @Test
    void parse_otherEncoding_isRefused() throws IOException {
        Path file = folder.resolve("latin.yaml");
        Files.write(file, "a: \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> JobArguments.parse("--config", file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not UTF-8");
    }
}
