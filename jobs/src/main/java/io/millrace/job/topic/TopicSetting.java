package io.millrace.job.topic;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One setting that a topic's role needs.
 *
 * @param key as Kafka names it
 * @param value what the local stack sets, and what the job asks for
 * @param rule how the job compares at its start
 * @param why what would be lost with another value; a clause
 * @param instead what does as well on brokers that do not know {@code key}, null if nothing
 */
public record TopicSetting(
        String key, String value, Rule rule, String why, @Nullable TopicSetting instead) {

    /** How a topic's setting is compared. */
    public enum Rule {
        /** The job does not start with another value. */
        EXACTLY,
        /** A number of bytes: the job does not start with a greater one. */
        AT_MOST,
        /** A number: the job does not start with a smaller one; -1 is without limit. */
        AT_LEAST
    }

    public TopicSetting {
        requireNonNull(key, "key is null");
        requireNonNull(value, "value is null");
        requireNonNull(rule, "rule is null");
        requireNonNull(why, "why is null");
    }

    static TopicSetting exactly(String key, String value, String why) {
        return new TopicSetting(key, value, Rule.EXACTLY, why, null);
    }

    static TopicSetting atMost(String key, long value, String why) {
        return new TopicSetting(key, Long.toString(value), Rule.AT_MOST, why, null);
    }

    static TopicSetting atLeast(String key, long value, String why) {
        return new TopicSetting(key, Long.toString(value), Rule.AT_LEAST, why, null);
    }

    TopicSetting or(TopicSetting other) {
        return new TopicSetting(key, value, rule, why, other);
    }

    /** Whether a topic with this value does its role; empty if the broker does not know the key. */
    boolean accepts(String actual) {
        return switch (rule) {
            case EXACTLY -> actual.equals(value);
            case AT_MOST -> !actual.isEmpty() && Long.parseLong(actual) <= Long.parseLong(value);
            case AT_LEAST -> actual.equals("-1") || !(actual.isEmpty() || isLess(actual));
        };
    }

    private boolean isLess(String actual) {
        return Long.parseLong(actual) < Long.parseLong(value);
    }

    /** As in "set it to at most 10". */
    public String wanted() {
        return switch (rule) {
            case EXACTLY -> value;
            case AT_MOST -> "at most " + value;
            case AT_LEAST -> "at least " + value;
        };
    }
}
