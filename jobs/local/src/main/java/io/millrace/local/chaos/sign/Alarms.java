package io.millrace.local.chaos.sign;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which alarms go off, look by look. Used by one thread. */
final class Alarms {

    private final List<AlarmRule> rules;
    private final Map<AlarmRule, Above> above = new HashMap<>();

    Alarms(List<AlarmRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** A metric that is where it should not be. */
    private record Above(long sinceNanos, long value, boolean told) {}

    /**
     * Those that go off now. One that stays on goes off once, and again at a further rise if its
     * rule says so; a value that falls, as when a job starts anew, begins anew.
     *
     * @param values now by metric; one that nobody reports is as it was
     */
    List<Sign> look(Map<String, Long> values, long nowNanos) {
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
            boolean known =
                    before != null && before.told() && !(rule.rises() && value > before.value());
            boolean told =
                    known || nowNanos - since >= TimeUnit.MILLISECONDS.toNanos(rule.heldMillis());
            above.put(rule, new Above(since, value, told));
            if (told && !known) {
                signs.add(new Sign(Sign.Sort.ALARM, rule.metric(), Long.toString(value), nowNanos));
            }
        }
        return signs;
    }
}
