package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What became of a cheat.
 *
 * @param holds whether it was found, and the victim got what it is due
 * @param debitedNano of the victim by the false epoch, or earned by it there, nano-USD
 * @param paidNano to the victim, nano-USD
 * @param seconds from before the false epoch was settled to the end, by this machine's clock
 * @param gas of all that the victim's side sent
 * @param story in lines, for people
 */
public record Verdict(
        Cheat cheat,
        boolean holds,
        long debitedNano,
        long paidNano,
        double seconds,
        long gas,
        List<String> story) {

    /** Copies. */
    public Verdict {
        requireNonNull(cheat, "cheat is null");
        story = List.copyOf(story);
    }
}
