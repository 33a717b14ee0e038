package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.chain.submit.SubmissionHistory.Placed;
import io.millrace.chain.submit.fee.Fees;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a start must know is the same from the first needed entry on, and does not grow. */
class SubmissionHistoryTest {

    private static final Signer ONE = new SubmitterRig.TestSigner(Keccak.hashUtf8("one"));
    private static final Signer TWO = new SubmitterRig.TestSigner(Keccak.hashUtf8("two"));

    @Test
    void history_fromTheFirstNeededEntryOn_isThatOfAll() throws Exception {
        for (long seed = 1; seed <= 60; seed++) {
            List<SettlementRecord> entries = new Life(seed).entries(120);
            SubmissionHistory all = history(entries, 0);
            int from = (int) all.firstNeeded().map(Placed::position).orElse(0L).longValue();
            SubmissionHistory tail = history(entries, from);

            String as = "seed " + seed;
            assertThat(tail.needed()).as(as).isEqualTo(all.needed());
            assertThat(tail.finalBlock()).as(as).isEqualTo(all.finalBlock());
            assertThat(place(tail.newest())).as(as).isEqualTo(place(all.newest()));
            for (Signer signer : List.of(ONE, TWO)) {
                assertThat(tail.nonceFloor(signer.address()))
                        .as(as)
                        .isEqualTo(all.nonceFloor(signer.address()));
            }
            for (SettlementRecord entry : entries) {
                assertThat(tail.attempts(entry.header()))
                        .as(as)
                        .isEqualTo(all.attempts(entry.header()));
                assertThat(tail.settled(entry.header()))
                        .as(as)
                        .isEqualTo(all.settled(entry.header()));
                assertThat(tail.isLongFinal(entry)).as(as).isEqualTo(all.isLongFinal(entry));
            }
            assertThat(from).as(as).isGreaterThan(30);
            assertThat(all.needed())
                    .as(as + ": however long it lived")
                    .hasSizeLessThan(6 * (Life.MOST_OPEN + 1));
        }
    }

    @Test
    void history_emptyJournal_needsNothing() {
        assertThat(new SubmissionHistory().firstNeeded()).isEmpty();
        assertThat(new SubmissionHistory().isEmpty()).isTrue();
    }

    private static String place(@Nullable SettlementRecord entry) {
        return entry == null ? "none" : entry.epoch() + "/" + entry.part();
    }

    private static SubmissionHistory history(List<SettlementRecord> entries, int from) {
        SubmissionHistory history = new SubmissionHistory(3);
        for (int i = from; i < entries.size(); i++) {
            history.add(entries.get(i), i);
        }
        return history;
    }

    /** Parts are signed once or more, by one key and later another, and become final in order. */
    private static final class Life {

        static final int MOST_OPEN = 5;

        private final Random random;
        private final List<SettlementRecord> entries = new ArrayList<>();
        private final List<List<SettlementRecord>> open = new ArrayList<>();
        private int nonce;

        Life(long seed) {
            random = new Random(seed);
        }

        List<SettlementRecord> entries(int count) throws Exception {
            int part = 0;
            while (entries.size() < count) {
                Signer signer = entries.size() < count / 2 ? ONE : TWO;
                if (open.size() < MOST_OPEN && random.nextInt(3) > 0) {
                    open.add(new ArrayList<>());
                    sign(++part, open.get(open.size() - 1), signer, nonce++);
                } else if (!open.isEmpty() && random.nextInt(3) == 0) {
                    int at = random.nextInt(open.size());
                    List<SettlementRecord> attempts = open.get(at);
                    if (attempts.size() < 5) {
                        boolean bump = random.nextBoolean();
                        long old = attempts.get(0).nonce();
                        sign(attempts.get(0).epoch(), attempts, signer, bump ? old : nonce++);
                    }
                } else if (!open.isEmpty()) {
                    List<SettlementRecord> attempts = open.remove(0);
                    entries.add(settled(attempts.get(random.nextInt(attempts.size()))));
                }
            }
            return entries;
        }

        private void sign(long epoch, List<SettlementRecord> into, Signer signer, long nonce)
                throws Exception {
            Fees fees = new Fees(100 + entries.size(), 1 + entries.size());
            SignedTransaction signed =
                    SignedTransaction.sign(
                            new SignedTransaction.Unsigned(
                                    1, nonce, 1, "0x" + "ab".repeat(20), "0x01", fees),
                            signer);
            SettlementRecord entry =
                    new SettlementRecord(
                            State.SIGNED,
                            epoch,
                            0,
                            Hex.encode(Keccak.hashUtf8("header " + epoch)),
                            nonce,
                            signed.hash(),
                            signed.raw(),
                            fees.maxFeePerGasWei(),
                            fees.maxPriorityFeePerGasWei(),
                            0,
                            0,
                            0);
            into.add(entry);
            entries.add(entry);
        }

        /** Now and then by a transaction of a process whose journal entry is not ours. */
        private SettlementRecord settled(SettlementRecord mined) {
            boolean foreign = random.nextInt(8) == 0;
            return new SettlementRecord(
                    State.FINAL,
                    mined.epoch(),
                    0,
                    mined.header(),
                    foreign ? -1 : mined.nonce(),
                    foreign ? "0x" + "00".repeat(32) : mined.transaction(),
                    "",
                    0,
                    0,
                    100 + entries.size(),
                    1,
                    0);
        }
    }
}
