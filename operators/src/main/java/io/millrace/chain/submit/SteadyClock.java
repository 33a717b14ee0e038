package io.millrace.chain.submit;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The wall clock without its falls: time goes on from where it was when the clock was set back, so
 * that what is due after a while does not wait for the clock to come back. For durations; one
 * thread owns it.
 */
final class SteadyClock extends Clock {

    private final Clock wall;
    private long lastWallMillis;
    private long fallenMillis;

    SteadyClock(Clock wall) {
        this.wall = wall;
        this.lastWallMillis = wall.millis();
    }

    @Override
    public long millis() {
        long now = wall.millis();
        fallenMillis += Math.max(0, lastWallMillis - now);
        lastWallMillis = now;
        return now + fallenMillis;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return wall.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new SteadyClock(wall.withZone(zone));
    }
}
