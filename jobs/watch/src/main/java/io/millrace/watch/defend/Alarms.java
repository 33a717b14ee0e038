package io.millrace.watch.defend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that time runs out: at half of the response time, at a quarter of it, and when it is over.
 * One line a round for all that have come so far together, as there may be a thousand. One thread.
 */
final class Alarms {

    private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

    private final long responseSeconds;
    private final Map<String, Level> said = new HashMap<>();

    /** Of a tribunal that gives so long for an answer. */
    Alarms(long responseSeconds) {
        this.responseSeconds = responseSeconds;
    }

    /** How little time is left. */
    enum Level {
        CALM,
        HALF,
        QUARTER,
        OVER
    }

    /**
     * Looks at what is open.
     *
     * @param open the first to end first
     * @param why each is not answered yet, in words
     */
    void step(List<Demand> open, long nowSeconds, Function<Demand, String> why) {
        said.keySet().retainAll(open.stream().map(Demand::id).collect(Collectors.toSet()));
        for (Level level : List.of(Level.HALF, Level.QUARTER, Level.OVER)) {
            List<Demand> risen =
                    open.stream()
                            .filter(demand -> levelOf(demand, nowSeconds) == level)
                            .filter(
                                    demand ->
                                            said.getOrDefault(demand.id(), Level.CALM)
                                                            .compareTo(level)
                                                    < 0)
                            .toList();
            if (!risen.isEmpty()) {
                risen.forEach(demand -> said.put(demand.id(), level));
                say(level, risen, nowSeconds, why.apply(risen.get(0)));
            }
        }
    }

    private static void say(Level level, List<Demand> risen, long nowSeconds, String why) {
        Demand first = risen.get(0);
        String name = first.challenge().name();
        long left = first.secondsLeft(nowSeconds);
        if (level == Level.HALF) {
            LOG.warn(
                    "{} challenges have less than half of their time left; the first is {}, {} s"
                            + " left: {}",
                    risen.size(),
                    name,
                    left,
                    why);
        } else if (level == Level.QUARTER) {
            LOG.error(
                    "{} challenges have less than a quarter of their time left; the first is {},"
                            + " {} s left: {}",
                    risen.size(),
                    name,
                    left,
                    why);
        } else {
            LOG.error(
                    "{} challenges were not answered in time, and are still answered unless"
                            + " somebody concludes them; the first is {}, {} s over: {}",
                    risen.size(),
                    name,
                    -left,
                    why);
        }
    }

    private Level levelOf(Demand demand, long nowSeconds) {
        long left = demand.secondsLeft(nowSeconds);
        if (left < 0) {
            return Level.OVER;
        }
        if (left * 4 < responseSeconds) {
            return Level.QUARTER;
        }
        return left * 2 < responseSeconds ? Level.HALF : Level.CALM;
    }
}
