package io.millrace.local.chaos.sign;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.pages.EngineMetrics;
import io.millrace.metrics.Metric;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlarmsTest {

    private static final String HELD = "submit.waiting";
    private static final String RISING = "chain.rpcFailures";
    private static final String LEVEL = "admit.heldMillis";

    private final Alarms alarms =
            new Alarms(
                    List.of(
                            new AlarmRule(HELD, 0, 60_000, false),
                            new AlarmRule(RISING, 0, 0, true),
                            new AlarmRule(LEVEL, 10_000, 0, false)));

    @Test
    void level_aboveItsMost_goesOffOnceUntilItHasFallen() {
        assertThat(look(0, LEVEL, 10_000)).isEmpty();
        assertThat(look(1, LEVEL, 10_001)).extracting(Sign::source).containsExactly(LEVEL);
        assertThat(look(2, LEVEL, 15_000)).as("it is still on").isEmpty();
        assertThat(look(3, LEVEL, 0)).isEmpty();
        assertThat(look(4, LEVEL, 11_000)).hasSize(1);
    }

    @Test
    void rising_eachRise_goesOff() {
        assertThat(look(0, RISING, 0)).isEmpty();
        assertThat(look(1, RISING, 1)).hasSize(1);
        assertThat(look(2, RISING, 1)).isEmpty();
        assertThat(look(3, RISING, 4)).hasSize(1);
    }

    /** A job that starts anew counts from 0: its first failure is one more, not the old one. */
    @Test
    void rising_afterAStartAnew_goesOffAgain() {
        look(0, RISING, 5);
        look(1, RISING, 0);

        assertThat(look(2, RISING, 2)).hasSize(1);
    }

    @Test
    void held_shorterThanItsTime_isNoAlarm() {
        assertThat(look(0, HELD, 1)).isEmpty();
        assertThat(look(59, HELD, 1)).isEmpty();
        assertThat(look(60, HELD, 0)).isEmpty();
        assertThat(look(61, HELD, 1)).as("begins anew").isEmpty();
        assertThat(look(120, HELD, 1)).isEmpty();
        assertThat(look(121, HELD, 1)).hasSize(1);
        assertThat(look(122, HELD, 1)).isEmpty();
    }

    @Test
    void metric_thatNobodyReports_isAsItWas() {
        look(0, HELD, 1);
        assertThat(alarms.look(Map.of(), nanos(30))).isEmpty();

        assertThat(look(61, HELD, 1)).hasSize(1);
    }

    /** An alarm that no run could hear would be one that cries wolf unnoticed. */
    @Test
    void rules_everyAlarmOfTheEngine_hasOneOrAReason() throws Exception {
        Set<String> ruled = new TreeSet<>(AlarmRule.WITHOUT.keySet());
        AlarmRule.ALL.forEach(rule -> ruled.add(rule.metric()));

        assertThat(ruled).isEqualTo(new TreeSet<>(alarmsOfTheEngine()));
    }

    private List<Sign> look(int second, String metric, long value) {
        return alarms.look(Map.of(metric, value), nanos(second));
    }

    private static long nanos(int second) {
        return TimeUnit.SECONDS.toNanos(second);
    }

    private static Set<String> alarmsOfTheEngine() throws IllegalAccessException {
        return EngineMetrics.all().stream()
                .filter(Metric::alarm)
                .map(Metric::label)
                .collect(toSet());
    }
}
