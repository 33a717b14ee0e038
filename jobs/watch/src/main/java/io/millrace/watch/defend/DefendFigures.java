package io.millrace.watch.defend;

import static java.util.Objects.requireNonNull;

import io.millrace.watch.figures.FigureText;
import java.math.BigInteger;

/**
 * How a defender does, as of its last round.
 *
 * @param open challenges without an answer in any block
 * @param unprepared of them, those whose answer was not found
 * @param secondsLeft of the one that ends first; all of the response time if none is open
 * @param answered in time by this process, in final blocks
 * @param byOthers in time by another key
 * @param missed answered late, concluded, or past their deadline
 * @param spentWei gas of a day, the worst case of what is in no block counted
 * @param budgetWei most of it
 * @param roundAgeSeconds since a round succeeded
 */
public record DefendFigures(
        long open,
        long unprepared,
        long secondsLeft,
        long answered,
        long byOthers,
        long missed,
        BigInteger spentWei,
        BigInteger budgetWei,
        long roundAgeSeconds) {

    /** None is absent. */
    public DefendFigures {
        requireNonNull(spentWei, "spentWei is null");
        requireNonNull(budgetWei, "budgetWei is null");
    }

    DefendFigures aged(long seconds) {
        return new DefendFigures(
                open,
                unprepared,
                secondsLeft,
                answered,
                byOthers,
                missed,
                spentWei,
                budgetWei,
                seconds);
    }

    /** As Prometheus reads them. */
    public String text() {
        return new FigureText("millrace_defend_")
                .gauge("open", "challenges without an answer in any block", open)
                .gauge("unprepared", "of them, those whose answer was not found", unprepared)
                .gauge(
                        "seconds_left",
                        "of the open challenge that ends first; all of the response time if none"
                                + " is open",
                        secondsLeft)
                .counter("answered_total", "answered in time by this process", answered)
                .counter("answered_by_others_total", "answered in time by another key", byOthers)
                .counter("missed_total", "answered late, concluded or past their time", missed)
                .gauge("spent_wei", "gas money of a day, at worst", spentWei)
                .gauge("budget_wei", "most of it", budgetWei)
                .gauge("round_age_seconds", "since a round succeeded", roundAgeSeconds)
                .toString();
    }
}
