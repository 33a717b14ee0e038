package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DefendFiguresTest {

    @Test
    void text_figures_areThoseOfThePage() throws IOException {
        String text = new DefendFigures(1, 1, 9, 3, 0, 0, BigInteger.TWO, BigInteger.TEN, 1).text();
        String page = Files.readString(Path.of("README.md"));
        int start = page.indexOf("<!-- table defend figures -->");
        String table = page.substring(start, page.indexOf("<!-- end -->", start));

        assertThat(names("(?m)^\\| `(\\w+)`", table))
                .isEqualTo(names("(?m)^# TYPE (\\w+) \\w+$", text));
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }
}
