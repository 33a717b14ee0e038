package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.TokenCounter;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.Models;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DjlTokenCounterTest {

    private static final DjlTokenCounterFactory FACTORY =
            new DjlTokenCounterFactory(Models.DIRECTORY.toString());

    private static TokenCounter counter;

    @BeforeAll
    static void open() {
        counter = FACTORY.open(Models.MINILM.id());
    }

    @AfterAll
    static void close() {
        counter.close();
    }

    @Test
    void count_shortText_countsSpecialTokensAndNoPadding() {
        // [CLS] hello world [SEP]
        assertThat(counter.count("hello world")).isEqualTo(4);
        assertThat(counter.count("")).isEqualTo(2);
    }

    @Test
    void count_textBeyondModel_isNotTruncated() {
        // The tokenizer's file truncates at 128: a requester would pay 128 for a thousand words.
        assertThat(counter.count("word ".repeat(1_000))).isEqualTo(1_002);
        assertThat(counter.maxTokens()).isEqualTo(256);
    }

    @Test
    void count_hostileText_countsWithoutFailing() {
        // NUL is dropped by the model's normaliser; a character beyond the basic plane is one
        // token.
        assertThat(counter.count("\u0000")).isEqualTo(2);
        assertThat(counter.count("\uD83D\uDE80")).isEqualTo(3);
        assertThat(counter.count("\uD83D")).isBetween(2, 5);
        assertThat(counter.count("a".repeat(100_000))).isEqualTo(3);
    }

    /** As operators/README.md warns: such texts share their tokens, and so their vector. */
    @Test
    void tokens_whatTheVocabularyDoesNotKnow_areOneUnknown() throws Exception {
        Path file = Models.minilm().resolve(ModelManifest.TOKENIZER_FILE);
        try (DjlTokenizer tokenizer = DjlTokenizer.open(file)) {
            long[] longWord = tokenizer.tokens("a".repeat(101));
            assertThat(longWord).as("[CLS] [UNK] [SEP]").hasSize(3);
            assertThat(tokenizer.tokens("b".repeat(5_000))).isEqualTo(longWord);
            assertThat(tokenizer.tokens("\u1200\u1201")).as("Ethiopic").isEqualTo(longWord);
            assertThat(tokenizer.tokens("a".repeat(100))).as("100 letters").isNotEqualTo(longWord);
        }
    }

    @Test
    void factory_unknownModel_namesIt() {
        FACTORY.look();
        assertThat(FACTORY.serves(Models.MINILM.id())).isTrue();
        assertThat(FACTORY.serves("0x77")).isFalse();
        assertThatThrownBy(() -> FACTORY.open("0x77"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x77");
    }
}
