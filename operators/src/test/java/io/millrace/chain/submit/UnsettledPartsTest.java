package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.UnsettledParts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts come, are read again and become final in any order of events. What a user would have seen:
 * after an outage of the chain the job idles, and the epochs from some point on are never settled.
 */
class UnsettledPartsTest {

    private static final int PARTS = 60;
    private static final int ROUNDS = 400;

    @ParameterizedTest(name = "bound {0}")
    @ValueSource(ints = {1, 2, 3, 10})
    void parts_readWhileOthersSettleAndCome_eachIsUnderWayOnceInOrder(int bound) {
        List<LoggedPart> log =
                SubmitterRig.chainOf(PARTS).stream().map(part -> new LoggedPart(part, 0)).toList();
        for (int seed = 0; seed < ROUNDS; seed++) {
            assertThat(run(bound, log, new Random(seed)))
                    .as("seed %d", seed)
                    .isEqualTo(log.stream().map(LoggedPart::part).toList());
        }
    }

    /** In which order the parts were under way. */
    private static List<SealedPart> run(int bound, List<LoggedPart> log, Random random) {
        UnsettledParts unsettled = new UnsettledParts(bound, null);
        List<SealedPart> all = new ArrayList<>();
        Deque<SealedPart> underWay = new ArrayDeque<>();
        Optional<UnsettledParts.Reading> reading = Optional.empty();
        int come = 0;
        while (come < log.size() || !unsettled.isEmpty()) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (come < log.size() && unsettled.add(log.get(come++))) {
                        all.add(log.get(come - 1).part());
                        underWay.add(log.get(come - 1).part());
                    }
                }
                case 1 -> {
                    if (!underWay.isEmpty()) {
                        unsettled.settled(underWay.remove().hash());
                    }
                }
                case 2 -> {
                    if (reading.isEmpty()) {
                        reading = unsettled.startReading();
                    }
                }
                default -> {
                    if (reading.isPresent()) {
                        for (LoggedPart part : unsettled.read(stored(log, reading.get(), come))) {
                            all.add(part.part());
                            underWay.add(part.part());
                        }
                        reading = Optional.empty();
                    }
                }
            }
        }
        return all;
    }

    /** The log holds what has come, and may hold more. */
    private static List<LoggedPart> stored(
            List<LoggedPart> log, UnsettledParts.Reading reading, int come) {
        int from = 0;
        while (!reading.first().isOf(log.get(from))) {
            from++;
        }
        int end = Math.min(log.size(), Math.min(come + 1, from + reading.most()));
        return log.subList(from, end);
    }
}
