package io.millrace.local.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextsTest {

    @TempDir private Path folder;

    @Test
    void book_chapters_passagesOfWholeSentencesInOrder() throws Exception {
        String sentence = "The sea was calm that day and nobody said a word. ";
        Files.writeString(
                folder.resolve("chapter_1.json"),
                "{\"text\":\"Call me Ishmael, some years ago.\\n\\n" + sentence.repeat(20) + "\"}");
        Files.writeString(
                folder.resolve("chapter_2.json"), "{\"text\":\"I stuffed a shirt or two.\"}");

        List<String> passages = Texts.ofBook(folder);

        assertThat(passages.get(0)).isEqualTo("Call me Ishmael, some years ago.");
        assertThat(passages.get(passages.size() - 1)).isEqualTo("I stuffed a shirt or two.");
        assertThat(passages.subList(1, passages.size() - 1))
                .hasSize(2)
                .allSatisfy(passage -> assertThat(passage).hasSizeLessThan(601).endsWith("word."));
    }

    @Test
    void file_blankLines_skipped() throws Exception {
        Path file = Files.writeString(folder.resolve("texts"), "one\n\n  \ntwo\n");
        assertThat(Texts.ofFile(file)).containsExactly("one", "two");
    }

    @Test
    void file_missingEmptyOrNotUtf8_refusedWithTheRemedy() throws Exception {
        assertThatThrownBy(() -> Texts.ofFile(folder.resolve("none")))
                .hasMessageContaining("name a UTF-8 file");
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        assertThatThrownBy(() -> Texts.ofFile(empty)).hasMessageContaining("put one text on each");
        Path latin =
                Files.write(folder.resolve("latin"), "Süd".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Texts.ofFile(latin)).hasMessageContaining("is not UTF-8");
    }
}
