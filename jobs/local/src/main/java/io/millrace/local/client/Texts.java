package io.millrace.local.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.StackException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Real text to embed. */
public final class Texts {

    /** About 180 tokens of English: below what the bundled model takes. */
    private static final int MAX_CHARS = 600;

    private static final int MIN_CHARS = 20;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Texts() {}

    /**
     * Passages of the book, whole sentences, in reading order.
     *
     * @param folder with a file chapter_N.json for each chapter
     */
    public static List<String> ofBook(Path folder) throws IOException {
        List<String> passages = new ArrayList<>();
        for (int chapter = 1; ; chapter++) {
            Path file = folder.resolve("chapter_" + chapter + ".json");
            if (!Files.exists(file)) {
                break;
            }
            String text = MAPPER.readTree(file.toFile()).path("text").asText();
            for (String paragraph : text.split("\n\n")) {
                passages.addAll(sentences(paragraph.replace('\n', ' ').strip()));
            }
        }
        if (passages.isEmpty()) {
            throw new StackException(folder + " holds no chapters; run npm ci in jobs");
        }
        return passages;
    }

    /** One text a line; blank lines are skipped. */
    public static List<String> ofFile(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new StackException(
                    "cannot read " + file + "; name a UTF-8 file with one text a line");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            throw new StackException(file + " is not UTF-8; convert it first", e);
        }
        List<String> texts = lines.stream().filter(line -> !line.isBlank()).toList();
        if (texts.isEmpty()) {
            throw new StackException(file + " holds no text; put one text on each line");
        }
        return texts;
    }

    private static List<String> sentences(String paragraph) {
        List<String> passages = new ArrayList<>();
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
        breaks.setText(paragraph);
        int start = 0;
        int end = 0;
        for (int next = breaks.next(); next != BreakIterator.DONE; next = breaks.next()) {
            if (next - start > MAX_CHARS && end > start) {
                add(passages, paragraph.substring(start, end));
                start = end;
            }
            end = next;
        }
        add(passages, paragraph.substring(start));
        return passages;
    }

    /** A single sentence may be longer than any passage should: Melville's are. */
    private static void add(List<String> passages, String passage) {
        String text = passage.strip();
        if (text.length() >= MIN_CHARS && text.length() <= MAX_CHARS) {
            passages.add(text);
        }
    }
}
