package io.millrace.settle;

import io.millrace.admit.Release;
import io.millrace.chain.SlotWords;
import io.millrace.unit.Hex;
import io.millrace.unit.Nano;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Amounts of accounts packed as the vault's ledgers hold them: account = 4 x slot + lane, lane 0 in
 * the lowest 64 bits of its slot's word; slot numbers eight to a word from the lowest bits up.
 */
public final class PackedWords {

    private static final int LANES = 4;
    private static final int SLOTS_A_WORD = 8;

    private PackedWords() {}

    /** Packs both sides, each ascending by account with positive amounts. */
    public static SlotWords pack(List<AccountAmount> debits, List<AccountAmount> credits) {
        Writer debit = new Writer();
        debits.forEach(line -> debit.add(line.account(), line.amountNano()));
        Writer credit = new Writer();
        credits.forEach(line -> credit.add(line.account(), line.amountNano()));
        return words(debit, credit);
    }

    /** A withdrawal release as {@code settle} takes it: account, request and amount in one word. */
    public static String release(Release release) {
        return Hex.encode(
                ByteBuffer.allocate(32)
                        .putInt(16, release.requesterAccount())
                        .putInt(20, release.request())
                        .putLong(24, release.amountNano())
                        .array());
    }

    /** The release in {@code word}; {@code ownerOf} knows the owners of spending accounts. */
    public static Release release(String word, IntFunction<String> ownerOf) {
        ByteBuffer bytes = ByteBuffer.wrap(Hex.decode(word, 32));
        int account = bytes.getInt(16);
        return new Release(account, ownerOf.apply(account), bytes.getInt(20), bytes.getLong(24));
    }

    /**
     * The amounts that {@code slots} and {@code words} say, ascending by account, zeros left out.
     *
     * @throws IllegalArgumentException if they are not packed as the vault demands it
     */
    public static List<AccountAmount> unpack(List<String> slots, List<String> words) {
        if (slots.size() != slotWordsOf(words.size())) {
            throw new IllegalArgumentException(
                    slots.size() + " words of slot numbers for " + words.size() + " words");
        }
        List<AccountAmount> amounts = new ArrayList<>();
        int previous = -1;
        for (int i = 0; i < words.size(); i++) {
            ByteBuffer slotWord = ByteBuffer.wrap(Hex.decode(slots.get(i / SLOTS_A_WORD), 32));
            int slot = slotWord.getInt(28 - 4 * (i % SLOTS_A_WORD));
            if (slot <= previous || slot > Integer.MAX_VALUE / LANES) {
                throw new IllegalArgumentException("slot " + slot + " after slot " + previous);
            }
            previous = slot;
            ByteBuffer word = ByteBuffer.wrap(Hex.decode(words.get(i), 32));
            for (int lane = 0; lane < LANES; lane++) {
                long amount = word.getLong(24 - 8 * lane);
                Nano.requireNotNegative(amount, "lane " + lane + " of slot " + slot);
                if (amount > 0) {
                    amounts.add(new AccountAmount(slot * LANES + lane, amount));
                }
            }
        }
        return amounts;
    }

    static SlotWords words(Writer debits, Writer credits) {
        return new SlotWords(
                debits.slotWords(),
                debits.amountWords(),
                credits.slotWords(),
                credits.amountWords());
    }

    private static int slotWordsOf(int slots) {
        return (slots + SLOTS_A_WORD - 1) / SLOTS_A_WORD;
    }

    /** One side of a part while it fills up, account by account upwards. */
    static final class Writer {
        private final List<long[]> lanes = new ArrayList<>();
        private final List<Integer> slots = new ArrayList<>();
        private int accounts;
        private int lastAccount = -1;

        /** Whether {@code account} lies in a slot that has no word yet. */
        boolean opensSlot(int account) {
            return lastAccount < 0 || account / LANES != lastAccount / LANES;
        }

        /** Adds to the last account or to one above it. */
        void add(int account, long amountNano) {
            if (account < lastAccount || account < 0 || amountNano <= 0) {
                throw new IllegalArgumentException(
                        amountNano + " nano-USD on account " + account + " after " + lastAccount);
            }
            if (opensSlot(account)) {
                slots.add(account / LANES);
                lanes.add(new long[LANES]);
            }
            accounts += account == lastAccount ? 0 : 1;
            lastAccount = account;
            long[] word = lanes.get(lanes.size() - 1);
            word[account % LANES] = Nano.add(word[account % LANES], amountNano);
        }

        int accounts() {
            return accounts;
        }

        private List<String> slotWords() {
            List<String> words = new ArrayList<>(slotWordsOf(slots.size()));
            for (int first = 0; first < slots.size(); first += SLOTS_A_WORD) {
                ByteBuffer word = ByteBuffer.allocate(32);
                for (int i = first; i < Math.min(first + SLOTS_A_WORD, slots.size()); i++) {
                    word.putInt(28 - 4 * (i - first), slots.get(i));
                }
                words.add(Hex.encode(word.array()));
            }
            return words;
        }

        private List<String> amountWords() {
            List<String> words = new ArrayList<>(lanes.size());
            for (long[] amounts : lanes) {
                ByteBuffer word = ByteBuffer.allocate(32);
                for (int lane = 0; lane < LANES; lane++) {
                    word.putLong(24 - 8 * lane, amounts[lane]);
                }
                words.add(Hex.encode(word.array()));
            }
            return words;
        }
    }
}
