package io.millrace.local.bench.job;

import io.millrace.infer.RowTokenizer;
import io.millrace.local.bench.sim.Scenario;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Texts with what a model makes of them.
 *
 * @param label of their lengths, for people
 * @param texts to be sent
 * @param rows token ids of each, special tokens included
 */
public record Corpus(String label, List<String> texts, List<long[]> rows) {

    private static final int WORDS = 500;
    private static final int FEWEST = 3; // one word between the two special tokens

    /** Copies. */
    public Corpus {
        texts = List.copyOf(texts);
        rows = List.copyOf(rows);
    }

    /**
     * Passages of {@code book} in their order, from the first, until they have {@code tokens}.
     *
     * @param longest tokens of a text; longer ones are left out
     */
    public static Corpus ofBook(
            List<String> book, int tokens, int longest, RowTokenizer tokenizer) {
        List<String> texts = new ArrayList<>();
        List<long[]> rows = new ArrayList<>();
        long sum = 0;
        for (int i = 0; sum < tokens; i++) {
            String text = book.get(i % book.size());
            long[] row = tokenizer.tokens(text);
            if (row.length <= longest) {
                texts.add(text);
                rows.add(row);
                sum += row.length;
            } else if (i >= book.size() && texts.isEmpty()) {
                throw new IllegalArgumentException(
                        "no passage of the book has at most %d tokens; take another model"
                                .formatted(longest));
            }
        }
        return new Corpus("book", texts, rows);
    }

    /**
     * Words of {@code book} in no order, as long as {@code mix} has it, until they have {@code
     * tokens}: what a row costs hangs on its length alone.
     */
    public static Corpus of(
            Scenario.Mix mix,
            List<String> book,
            int tokens,
            int longest,
            long seed,
            RowTokenizer tokenizer) {
        List<String> words = words(book, tokenizer);
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        List<long[]> rows = new ArrayList<>();
        int[] lengths = Scenario.lengths(mix, tokens / FEWEST, longest, seed);
        long sum = 0;
        for (int i = 0; sum < tokens; i++) {
            int length = Math.max(FEWEST, lengths[i]);
            StringBuilder text = new StringBuilder();
            for (int word = FEWEST - 1; word < length; word++) {
                text.append(text.isEmpty() ? "" : " ");
                text.append(words.get(random.nextInt(words.size())));
            }
            long[] row = tokenizer.tokens(text.toString());
            texts.add(text.toString());
            rows.add(row);
            sum += row.length;
        }
        return new Corpus(mix.label(), texts, rows);
    }

    /** Of all texts. */
    public long tokens() {
        return rows.stream().mapToLong(row -> row.length).sum();
    }

    /** Those that are one token. */
    private static List<String> words(List<String> book, RowTokenizer tokenizer) {
        Set<String> words = new LinkedHashSet<>();
        for (String passage : book) {
            for (String word : passage.toLowerCase(Locale.ENGLISH).split("[^a-z]+")) {
                if (!word.isEmpty() && tokenizer.tokens(word).length == FEWEST) {
                    words.add(word);
                }
            }
            if (words.size() >= WORDS) {
                break;
            }
        }
        if (words.isEmpty()) {
            throw new IllegalArgumentException(
                    "no word of the book is one token of this model; take another text");
        }
        return List.copyOf(words);
    }
}
