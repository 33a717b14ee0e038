package io.millrace.watch;

import io.millrace.watch.act.TribunalChain.Terms;
import io.millrace.watch.judge.Finding;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * When an epoch is judged that does not show whole. Its receipts may be on their way, and two
 * rounds of challenges, a statement's and a leaf's, have to fit into what is left of its window.
 *
 * @param seconds after its settlement, from which on what is missing counts as withheld
 * @param statementSeconds the same, of accounts whose visible receipts come to less than their
 *     debits: until then the places that are dark are asked for, one challenge each
 * @param restSeconds the same, of accounts whose visible receipts come to enough, and whose epoch's
 *     do not give its root
 * @param blindSeconds the same, if the topics cannot be read at all
 * @param lastSeconds after which two rounds do not fit any more
 * @param windowSeconds after which nobody answers for it any more
 */
public record Patience(
        long seconds,
        long statementSeconds,
        long restSeconds,
        long blindSeconds,
        long lastSeconds,
        long windowSeconds) {

    private static final long BUCKETS_AT_LEAST = 6;
    private static final long BUCKETS_AT_MOST = 7;
    private static final long ROUNDS = 2;

    /**
     * By the tribunal's terms.
     *
     * @param wanted seconds, 0 for half of what two rounds leave of the window
     * @throws IllegalArgumentException if two rounds would not fit any more
     */
    public static Patience of(Terms terms, long wanted) {
        long left = BUCKETS_AT_LEAST * terms.bucketSeconds() - ROUNDS * terms.responseSeconds();
        if (wanted >= left) {
            throw new IllegalArgumentException(
                    ("--watch.patience.seconds is %d, and two rounds of challenges leave %d s of"
                                    + " the vault's window; give less")
                            .formatted(wanted, left));
        }
        long seconds = wanted == 0 ? left / 2 : wanted;
        long answered = Math.min(seconds + terms.responseSeconds(), left);
        long step = Math.min((left - answered) / 3, terms.responseSeconds());
        return new Patience(
                seconds,
                answered + step,
                answered + 2 * step,
                seconds + (left - seconds) / 2,
                left,
                BUCKETS_AT_MOST * terms.bucketSeconds());
    }

    /**
     * Whether what was not read counts as withheld. Never before the topics had their time: who is
     * started late finds old epochs before it could read a record. Who still reads what is older
     * waits as long as two rounds fit, or a settler that fills its topics faster than they are read
     * would go free.
     *
     * @param ageSeconds since its settlement
     * @param seenSeconds since it was first looked at
     * @param catchingUp the topics are read, and were never at their end
     */
    boolean isBlind(long ageSeconds, long seenSeconds, boolean catchingUp) {
        return seenSeconds >= seconds && ageSeconds >= (catchingUp ? lastSeconds : blindSeconds);
    }

    /** From which age on {@code finding} is held against the settler: proofs at once. */
    long secondsUntil(Finding finding) {
        if (finding instanceof Finding.Provable || finding instanceof Finding.Underpaid) {
            return Long.MIN_VALUE;
        }
        if (finding instanceof Finding.Unaccounted account && !account.whole()) {
            boolean lacks = account.shownNano().compareTo(account.demandedNano()) < 0;
            return lacks ? statementSeconds : restSeconds;
        }
        return seconds;
    }

    /** From which age on there is more to demand than at {@code ageSeconds}, or nothing. */
    OptionalLong nextAfter(long ageSeconds) {
        return LongStream.of(
                        seconds,
                        statementSeconds,
                        restSeconds,
                        blindSeconds,
                        lastSeconds,
                        windowSeconds)
                .filter(age -> age > ageSeconds)
                .min();
    }

    /** Whether nobody answers for it any more, whatever its bucket. */
    boolean isOver(long ageSeconds) {
        return ageSeconds > windowSeconds;
    }
}
