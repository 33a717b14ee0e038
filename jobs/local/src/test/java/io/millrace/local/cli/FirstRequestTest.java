package io.millrace.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FirstRequestTest {

    @Test
    void line_foldersWithSpacesAndQuotes_areOneWordOfTheShell() throws Exception {
        Path odd = Path.of("/tmp/one's own stack");
        for (FirstRequest first : FirstRequest.all(Path.of("/a b"), odd)) {
            Process echo =
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "cd() { printf '%s|' \"$1\"; }; npm() { :; }; java() { show"
                                        + " \"$@\"; }; node() { show \"$@\"; }; show() { for word;"
                                        + " do printf '%s|' \"$word\"; done; }; "
                                            + first.line().replace("tools/python", "show"))
                            .start();
            String words = new String(echo.getInputStream().readAllBytes(), UTF_8);
            assertThat(words).startsWith(first.folder() + "|").endsWith(odd + "|Call me Ishmael.|");
        }
    }
}
