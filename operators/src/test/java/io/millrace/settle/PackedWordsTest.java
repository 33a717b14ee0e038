package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.chain.SlotWords;
import io.millrace.chain.SlotWordsHash;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PackedWordsTest {

    @Test
    void packedWords_sharedVectors_wordsAndHashAgree() throws IOException {
        JsonNode file =
                new ObjectMapper()
                        .readTree(
                                Path.of("..", "contracts", "test", "vectors", "packed-words.json")
                                        .toFile());
        for (JsonNode vector : file.get("cases")) {
            List<AccountAmount> debits = amounts(vector.get("debits"));
            List<AccountAmount> credits = amounts(vector.get("credits"));
            List<String> releases = new ArrayList<>();
            for (JsonNode release : vector.get("releases")) {
                releases.add(
                        PackedWords.release(
                                Charges.release(
                                        release.get("account").asInt(),
                                        release.get("request").asInt(),
                                        release.get("amountNano").asLong())));
            }
            SlotWords expected =
                    new SlotWords(
                            texts(vector.get("debitSlots")),
                            texts(vector.get("debitWords")),
                            texts(vector.get("creditSlots")),
                            texts(vector.get("creditWords")));

            SlotWords words = PackedWords.pack(debits, credits);

            String name = vector.get("name").asText();
            assertThat(words).as(name).isEqualTo(expected);
            assertThat(releases).as(name).isEqualTo(texts(vector.get("releaseWords")));
            assertThat(SlotWordsHash.of(words, releases))
                    .as(name)
                    .isEqualTo(vector.get("wordsHash").asText());
            assertThat(PackedWords.unpack(words.debitSlots(), words.debits()))
                    .as(name)
                    .isEqualTo(debits);
        }
    }

    @Test
    void pack_randomAmounts_equalsTheNaiveLoopAndUnpacks() {
        long seed = 20261101;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<AccountAmount> amounts = randomAmounts(random);

            SlotWords words = PackedWords.pack(amounts, List.of());

            String note = "seed " + seed + ", round " + round;
            assertThat(words.debits()).as(note).isEqualTo(naiveWords(amounts));
            assertThat(PackedWords.unpack(words.debitSlots(), words.debits()))
                    .as(note)
                    .isEqualTo(amounts);
        }
    }

    @Test
    void pack_outOfOrderOrNothing_isRefused() {
        List<AccountAmount> descending = List.of(new AccountAmount(5, 1), new AccountAmount(4, 1));
        List<AccountAmount> zero = List.of(new AccountAmount(5, 0));

        assertThatThrownBy(() -> PackedWords.pack(descending, List.of()))
                .hasMessageContaining("account 4 after 5");
        assertThatThrownBy(() -> PackedWords.pack(List.of(), zero))
                .hasMessageContaining("0 nano-USD on account 5");
    }

    @Test
    void unpack_wordsTheVaultWouldRefuse_isRefused() {
        String word = Hex.encode(ByteBuffer.allocate(32).putLong(24, 7).array());
        String guard = Hex.encode(ByteBuffer.allocate(32).putLong(24, -1).array());

        assertThatThrownBy(() -> PackedWords.unpack(List.of(Hex.ZERO_32), List.of(word, word)))
                .as("slot 0 twice")
                .hasMessageContaining("slot 0 after slot 0");
        assertThatThrownBy(() -> PackedWords.unpack(List.of(Hex.ZERO_32), List.of(guard)))
                .as("guard bit")
                .hasMessageContaining("negative");
        assertThatThrownBy(() -> PackedWords.unpack(List.of(), List.of(word)))
                .as("no slot number")
                .hasMessageContaining("0 words of slot numbers for 1 words");
    }

    private static List<AccountAmount> randomAmounts(Random random) {
        Map<Integer, Long> byAccount = new TreeMap<>();
        int range = 1 + random.nextInt(200);
        for (int i = random.nextInt(100); i > 0; i--) {
            long amount = random.nextLong() >>> (1 + random.nextInt(60));
            byAccount.put(random.nextInt(range), Math.max(1, amount));
        }
        return Amounts.list(byAccount);
    }

    private static List<String> naiveWords(List<AccountAmount> amounts) {
        Map<Integer, BigInteger> words = new TreeMap<>();
        for (AccountAmount a : amounts) {
            BigInteger lane = BigInteger.valueOf(a.amountNano()).shiftLeft(64 * (a.account() % 4));
            words.merge(a.account() / 4, lane, BigInteger::or);
        }
        return words.values().stream()
                .map(word -> "0x" + "0".repeat(64 - word.toString(16).length()) + word.toString(16))
                .toList();
    }

    private static List<AccountAmount> amounts(JsonNode array) {
        List<AccountAmount> amounts = new ArrayList<>();
        array.forEach(
                n ->
                        amounts.add(
                                new AccountAmount(
                                        n.get("account").asInt(), n.get("amountNano").asLong())));
        return amounts;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(n -> texts.add(n.asText()));
        return texts;
    }
}
