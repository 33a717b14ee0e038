package io.millrace.local.chaos.sign;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which alarms go off, look by look. Used by one thread. */
public final class Alarms {

    private static final long RECENT_NANOS = TimeUnit.MINUTES.toNanos(15);

    private final List<AlarmRule> rules;
    private final Map<AlarmRule, Above> above = new HashMap<>();

    /** None is on. */
    public Alarms(List<AlarmRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** A metric that is where it should not be. */
    private record Above(long sinceNanos, long roseNanos, long value, boolean told) {}

    /**
     * One that is on.
     *
     * @param metric as {@code admit.heldMillis}
     * @param sinceNanos as System.nanoTime() counts
     */
    public record Standing(String metric, long value, long sinceNanos) {}

    /**
     * Those that go off now. One that stays on goes off once, and again at a further rise if its
     * rule says so; a value that falls, as when a job starts anew, begins anew.
     *
     * @param values now by metric; one that nobody reports is as it was
     */
    public List<Sign> look(Map<String, Long> values, long nowNanos) {
        List<Sign> signs = new ArrayList<>();
        for (AlarmRule rule : rules) {
            Long value = values.get(rule.metric());
            if (value == null) {
                continue;
            }
            if (value <= rule.most()) {
                above.remove(rule);
                continue;
            }
            Above before = above.get(rule);
            long since = before == null ? nowNanos : before.sinceNanos();
            boolean rose = before == null || value > before.value();
            boolean known = before != null && before.told() && !(rule.rises() && rose);
            boolean told =
                    known || nowNanos - since >= TimeUnit.MILLISECONDS.toNanos(rule.heldMillis());
            long roseNanos = before == null || rose ? nowNanos : before.roseNanos();
            above.put(rule, new Above(since, roseNanos, value, told));
            if (told && !known) {
                signs.add(new Sign(Sign.Sort.ALARM, rule.metric(), Long.toString(value), nowNanos));
            }
        }
        return signs;
    }

    /** Those that are on. A counter stays where it is for ever, so one is on while it rises. */
    public List<Standing> standing(long nowNanos) {
        List<Standing> on = new ArrayList<>();
        above.forEach(
                (rule, is) -> {
                    if (is.told() && !(rule.rises() && nowNanos - is.roseNanos() > RECENT_NANOS)) {
                        on.add(new Standing(rule.metric(), is.value(), is.sinceNanos()));
                    }
                });
        return on;
    }
}
