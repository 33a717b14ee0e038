package io.millrace.local.pages;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A table of a page, made from data. */
final class MarkdownTable {

    private final StringBuilder text = new StringBuilder();

    MarkdownTable(String... columns) {
        row(columns);
        row(Collections.nCopies(columns.length, "---"));
    }

    void row(String... cells) {
        row(Arrays.asList(cells));
    }

    private void row(List<String> cells) {
        text.append('|');
        for (String cell : cells) {
            text.append(' ').append(cell.replace("|", "\\|")).append(" |");
        }
        text.append('\n');
    }

    static String code(String literal) {
        return "`" + literal + "`";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
