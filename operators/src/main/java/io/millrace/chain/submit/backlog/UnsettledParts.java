package io.millrace.chain.submit.backlog;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of the epoch log are not final. The oldest are under way, up to a bound; of those
 * beyond only the ends are known, and they are read from the log again when there is room. So
 * neither memory nor state grows with an outage of the chain. In: the parts, in the order of the
 * log, and what became final. One thread.
 */
public final class UnsettledParts {

    /**
     * A part of the log to be read again.
     *
     * @param first where to begin
     * @param last is there for certain
     * @param most parts, at least two
     */
    public record Reading(PartPlace first, PartPlace last, int most) {}

    private final int mostUnderWay;
    private final Map<String, PartRange> underWay = new LinkedHashMap<>();

    /** Beyond what is under way. */
    private @Nullable PartRange beyond;

    /** Behind that, what came while it is being read. */
    private @Nullable PartRange later;

    private boolean reading;

    /**
     * @param mostUnderWay at least 1
     * @param restored what was not final at the checkpoint, if anything
     */
    public UnsettledParts(int mostUnderWay, @Nullable PartRange restored) {
        this.mostUnderWay = mostUnderWay;
        this.beyond = restored;
    }

    /** Takes the next part of the log. Returns whether it is under way from now on. */
    public boolean add(LoggedPart logged) {
        String hash = logged.part().hash();
        if (underWay.containsKey(hash)) {
            return false;
        }
        PartRange one = PartRange.of(logged);
        if (beyond == null && underWay.size() < mostUnderWay) {
            underWay.put(hash, one);
            return true;
        }
        if (reading) {
            later = PartRange.join(later, one);
        } else {
            beyond = PartRange.join(beyond, one);
        }
        return false;
    }

    /** What to read now, if half of the room is free and something waits for it. */
    public Optional<Reading> startReading() {
        PartRange waiting = beyond;
        if (reading || waiting == null || underWay.size() > mostUnderWay / 2) {
            return Optional.empty();
        }
        reading = true;
        // One more than there is room for: from it the next reading goes on.
        int most = mostUnderWay - underWay.size() + 1;
        return Optional.of(new Reading(waiting.first(), waiting.last(), most));
    }

    /**
     * Takes what was read, from the first to the last or as many as asked for.
     *
     * @return what is under way from now on. There may be more room than when the reading began;
     *     still the last that was read stays beyond if others follow it, which only it leads to.
     */
    public List<LoggedPart> read(List<LoggedPart> parts) {
        PartRange waiting = requireNonNull(beyond, "nothing was to be read");
        int last = indexOf(waiting.last(), parts);
        int most = last < 0 ? parts.size() - 1 : last + 1;
        int room = Math.min(most, mostUnderWay - underWay.size());
        long takenNano = 0;
        List<LoggedPart> taken = parts.subList(0, room);
        for (LoggedPart logged : taken) {
            underWay.put(logged.part().hash(), PartRange.of(logged));
            takenNano = Nano.add(takenNano, logged.part().header().partSumNano());
        }
        PartRange left =
                last >= 0 && room == last + 1
                        ? null
                        : waiting.from(parts.get(room), room, takenNano);
        beyond = PartRange.join(left, later);
        later = null;
        reading = false;
        return taken;
    }

    /** What was read may go on behind what waits: that comes, or has come, by itself. */
    private static int indexOf(PartPlace place, List<LoggedPart> parts) {
        for (int i = 0; i < parts.size(); i++) {
            if (place.isOf(parts.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** A part is final. */
    public void settled(String hash) {
        underWay.remove(hash);
    }

    /** Whether all are final. */
    public boolean isEmpty() {
        return underWay.isEmpty() && beyond == null;
    }

    /** Those beyond what is under way. */
    public Optional<PartRange> waiting() {
        return Optional.ofNullable(PartRange.join(beyond, later));
    }

    /** All of them, for a checkpoint. */
    public Optional<PartRange> all() {
        PartRange all = null;
        for (PartRange one : underWay.values()) {
            all = PartRange.join(all, one);
        }
        return Optional.ofNullable(PartRange.join(all, PartRange.join(beyond, later)));
    }
}
