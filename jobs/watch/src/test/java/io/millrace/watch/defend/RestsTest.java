package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.act.Kind;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.TribunalEvent.Place;
import java.math.BigInteger;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RestsTest {

    private static final long DEADLINE = 100_000;

    private final long[] nanos = {0};
    private final Rests rests = new Rests(() -> nanos[0]);

    private static Demand demand(String id, long deadline, long debitNano) {
        return new Demand(
                new Challenged(
                        new Place(1, "0x1", 0), 1, 1, id, "0x2", 0, Kind.STATEMENT, 5, deadline),
                BigInteger.valueOf(debitNano));
    }

    /** Seconds until it is tried again. */
    private long rest(Demand demand, long nowSeconds) {
        rests.rest(demand, nowSeconds);
        long from = nanos[0];
        while (rests.isResting(demand)) {
            nanos[0] += TimeUnit.SECONDS.toNanos(1);
        }
        return TimeUnit.NANOSECONDS.toSeconds(nanos[0] - from);
    }

    @Test
    void rests_becomeLonger_andNeverLongerThanMinutes() {
        Demand demand = demand("0xa", DEADLINE, 1);
        assertThat(rest(demand, 0)).isEqualTo(1);
        assertThat(rest(demand, 0)).isEqualTo(2);
        assertThat(rest(demand, 0)).isEqualTo(4);
        for (int i = 0; i < 10; i++) {
            rest(demand, 0);
        }
        assertThat(rest(demand, 0)).isEqualTo(300);
    }

    @Test
    void rests_whenTimeRunsOut_leaveRoomForMoreTries() {
        Demand demand = demand("0xa", DEADLINE, 1);
        for (int i = 0; i < 10; i++) {
            rest(demand, 0);
        }
        assertThat(rest(demand, DEADLINE - 80)).isEqualTo(10);
        assertThat(rest(demand, DEADLINE - 3)).isEqualTo(1);
        assertThat(rest(demand, DEADLINE + 1)).as("late").isBetween(1L, 30L);
    }

    @Test
    void rest_ofOneThatIsForgotten_beginsAnew() {
        Demand demand = demand("0xa", DEADLINE, 1);
        rest(demand, 0);
        rest(demand, 0);
        rests.retain(Set.of());
        assertThat(rest(demand, 0)).isEqualTo(1);
    }

    @Test
    void demands_areAnsweredByDeadlineThenTheDearest() {
        Demand cheap = demand("0xa", 10, 1);
        Demand dear = demand("0xb", 10, 9);
        Demand later = demand("0xc", 11, 99);
        assertThat(Stream.of(later, cheap, dear).sorted(Demand.ORDER))
                .containsExactly(dear, cheap, later);
    }
}
