package io.millrace.local.pages;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the runbook quotes is what the engine says. */
class RunbookTest {

    private static final Page RUNBOOK = new Page("jobs/RUNBOOK.md");

    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"|`([A-Z_]+)`");

    /** Where a message has a value: an ellipsis, or a capital letter of its own. */
    private static final String VALUE = "…|\\b[A-Z]\\b";

    @Test
    void errors_quoted_areThoseOfTheSources() throws IOException {
        String said = messages();
        List<String> unsaid = new ArrayList<>();
        for (String cell : RUNBOOK.firstCells("Errors that end the job")) {
            QUOTED.matcher(cell)
                    .results()
                    .map(quote -> quote.group(1) != null ? quote.group(1) : quote.group(2))
                    .flatMap(quote -> List.of(quote.split(VALUE)).stream())
                    .map(String::strip)
                    .filter(part -> part.length() > 1 && !said.contains(part))
                    .forEach(unsaid::add);
        }
        assertThat(unsaid).as("quoted by " + RUNBOOK.path() + " and in no message").isEmpty();
    }

    /** The sources with their split texts joined, so that a quotation can be found. */
    private static String messages() throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path file : Page.files(".java")) {
            if (file.toString().contains("/src/main/")) {
                sources.add(Files.readString(file));
            }
        }
        return sources.stream().collect(joining("\n")).replaceAll("\"\\s*\\+\\s*\"|\\\\\n\\s*", "");
    }
}
