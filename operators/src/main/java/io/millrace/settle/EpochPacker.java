package io.millrace.settle;

import io.millrace.admit.Release;
import io.millrace.chain.SlotWords;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs an epoch into as few parts as the limits allow, each balanced in itself (M3, M4).
 *
 * <p>Think of all debits laid end to end on a line of length S, and of all credits on another. Cut
 * both at the same values 0 < V1 < V2 < ... < S: what lies between two cuts sums to the same on
 * both lines, and at most one debit and one credit are divided at each. So a part is filled until
 * it has no room for the next slot, and the rest of the two amounts at the cut goes to the next.
 * Releases have no counterpart and follow at the end.
 */
public final class EpochPacker {

    private final PartLimits limits;

    /** For parts within {@code limits}. */
    public EpochPacker(PartLimits limits) {
        this.limits = limits;
    }

    /**
     * One part.
     *
     * @param sumNano of its debits, and of its credits
     * @param accounts debited and credited
     */
    public record Part(SlotWords words, List<String> releases, long sumNano, int accounts) {}

    /**
     * What fits one epoch.
     *
     * @param parts at least one, in the order in which they are settled
     * @param postingsFit whether they settle all debits and credits
     * @param releasesLeft the last ones, which need an epoch of their own
     */
    public record Packed(List<Part> parts, boolean postingsFit, List<Release> releasesLeft) {}

    /**
     * All of it.
     *
     * @throws IllegalStateException if it takes more parts than the vault does
     */
    public List<Part> pack(
            List<AccountAmount> debits, List<AccountAmount> credits, List<Release> releases) {
        Packed packed = packUpToMost(debits, credits, releases);
        if (!packed.postingsFit() || !packed.releasesLeft().isEmpty()) {
            throw tooMany(debits.size(), credits.size(), releases.size());
        }
        return packed.parts();
    }

    /** Why these do not fit one epoch. */
    static IllegalStateException tooMany(int debits, int credits, int releases) {
        return new IllegalStateException(
                ("an epoch of %d debits, %d credits and %d releases takes more parts than the"
                     + " vault's %d; raise settle.part.max.gas and settle.part.max.bytes")
                        .formatted(debits, credits, releases, PartLimits.MAX_PARTS));
    }

    /**
     * As much as the vault takes of one epoch.
     *
     * @param debits and credits: ascending by account, positive, of equal sum
     */
    Packed packUpToMost(
            List<AccountAmount> debits, List<AccountAmount> credits, List<Release> releases) {
        requireBalanced(debits, credits);
        List<Part> parts = new ArrayList<>();
        Draft draft = new Draft(limits);
        Line debit = new Line(debits);
        Line credit = new Line(credits);
        while (debit.hasMore()) {
            if (!draft.hasRoomFor(debit.account(), credit.account())) {
                parts.add(draft.part());
                if (parts.size() == PartLimits.MAX_PARTS) {
                    return new Packed(parts, false, releases);
                }
                draft = new Draft(limits);
            }
            long amountNano = Math.min(debit.leftNano, credit.leftNano);
            draft.move(debit.account(), credit.account(), amountNano);
            debit.take(amountNano);
            credit.take(amountNano);
        }
        int released = 0;
        while (released < releases.size()) {
            if (!draft.hasRoomForRelease()) {
                if (parts.size() == PartLimits.MAX_PARTS - 1) {
                    break;
                }
                parts.add(draft.part());
                draft = new Draft(limits);
            }
            draft.release(releases.get(released));
            released++;
        }
        parts.add(draft.part());
        return new Packed(parts, true, List.copyOf(releases.subList(released, releases.size())));
    }

    private static void requireBalanced(List<AccountAmount> debits, List<AccountAmount> credits) {
        long debitsNano = sumNano(debits);
        long creditsNano = sumNano(credits);
        if (debitsNano != creditsNano) {
            throw new IllegalArgumentException(
                    "unbalanced epoch: debits " + debitsNano + ", credits " + creditsNano);
        }
    }

    private static long sumNano(List<AccountAmount> amounts) {
        long sum = 0;
        for (AccountAmount amount : amounts) {
            sum = Nano.add(sum, amount.amountNano());
        }
        return sum;
    }

    /** Amounts end to end, and how much of the current one is left. */
    private static final class Line {
        private final List<AccountAmount> amounts;
        private int at;
        private long leftNano;

        Line(List<AccountAmount> amounts) {
            this.amounts = amounts;
            this.leftNano = amounts.isEmpty() ? 0 : amounts.get(0).amountNano();
        }

        boolean hasMore() {
            return at < amounts.size();
        }

        int account() {
            return amounts.get(at).account();
        }

        void take(long amountNano) {
            leftNano -= amountNano;
            if (leftNano == 0) {
                at++;
                leftNano = hasMore() ? amounts.get(at).amountNano() : 0;
            }
        }
    }

    /** A part while it fills up. */
    private static final class Draft {
        private final PackedWords.Writer debits = new PackedWords.Writer();
        private final PackedWords.Writer credits = new PackedWords.Writer();
        private final List<String> releases = new ArrayList<>();
        private long sumNano;
        private long gasLeft;
        private int bytesLeft;

        Draft(PartLimits limits) {
            gasLeft = limits.maxGas() - PartLimits.PART_GAS;
            bytesLeft = limits.maxBytes() - PartLimits.PART_BYTES;
        }

        boolean hasRoomFor(int debitAccount, int creditAccount) {
            return gasLeft >= gas(debitAccount, creditAccount)
                    && bytesLeft >= bytes(debitAccount, creditAccount);
        }

        void move(int debitAccount, int creditAccount, long amountNano) {
            gasLeft -= gas(debitAccount, creditAccount);
            bytesLeft -= bytes(debitAccount, creditAccount);
            debits.add(debitAccount, amountNano);
            credits.add(creditAccount, amountNano);
            sumNano = Nano.add(sumNano, amountNano);
        }

        boolean hasRoomForRelease() {
            return gasLeft >= PartLimits.RELEASE_GAS && bytesLeft >= PartLimits.RELEASE_BYTES;
        }

        void release(Release release) {
            gasLeft -= PartLimits.RELEASE_GAS;
            bytesLeft -= PartLimits.RELEASE_BYTES;
            releases.add(PackedWords.release(release));
        }

        Part part() {
            return new Part(
                    PackedWords.words(debits, credits),
                    List.copyOf(releases),
                    sumNano,
                    debits.accounts() + credits.accounts());
        }

        private long gas(int debitAccount, int creditAccount) {
            return (debits.opensSlot(debitAccount) ? PartLimits.DEBIT_SLOT_GAS : 0)
                    + (credits.opensSlot(creditAccount) ? PartLimits.CREDIT_SLOT_GAS : 0);
        }

        private int bytes(int debitAccount, int creditAccount) {
            return (debits.opensSlot(debitAccount) ? PartLimits.SLOT_BYTES : 0)
                    + (credits.opensSlot(creditAccount) ? PartLimits.SLOT_BYTES : 0);
        }
    }
}
