package io.millrace.settle.marks;

import io.millrace.settle.marks.MarkLog.Look;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges what each look at the log shows of the marks that completed checkpoints promise. Plain
 * Java, one thread.
 *
 * <p>A mark is lost if it is stored behind no open transaction and yet not visible: its transaction
 * was aborted. That is so whatever comes after it, and is not so of one whose transaction is still
 * open, however late. One that is not even stored is lost once it is too old to come, unless a
 * later one of its sink is there: then compaction may have taken it, which keeps the last of each
 * sink. So the marks of a checkpoint that failed are awaited too, with the next that completes, and
 * those of a sink that commits slowly are not missed too soon.
 */
final class AwaitedMarks {

    private final List<String> sinks;
    private final long boundMillis;

    /**
     * Of checkpoints under way or failed: where the log ended for certain before they were sent.
     */
    private final TreeMap<Long, Long> sent = new TreeMap<>();

    /** Of completed ones, too. */
    private final TreeMap<Long, Long> starts = new TreeMap<>();

    private final Map<SinkMark, Long> awaitedSince = new HashMap<>();
    private final Set<SinkMark> early = new HashSet<>();
    private final Map<String, Long> lastVisible = new HashMap<>();
    private final List<SinkMark> unproven = new ArrayList<>();
    private long end;

    /**
     * @param sinks subtasks, each of which writes every mark
     * @param boundMillis after which what is not stored will never be
     * @param end of the log, before this run has written anything
     */
    AwaitedMarks(List<String> sinks, long boundMillis, long end) {
        this.sinks = List.copyOf(sinks);
        this.boundMillis = boundMillis;
        this.end = end;
    }

    /** The marks of a checkpoint are about to leave. */
    void sent(long checkpoint) {
        sent.put(checkpoint, end);
    }

    /** That checkpoint is complete, so its marks and those before it are promised. */
    void completed(long checkpoint, long nowMillis) {
        Map<Long, Long> promised = sent.headMap(checkpoint, true);
        for (long each : promised.keySet()) {
            for (String sink : sinks) {
                SinkMark mark = new SinkMark(sink, each);
                if (!early.remove(mark)) {
                    awaitedSince.put(mark, nowMillis);
                }
            }
        }
        starts.putAll(promised);
        promised.clear();
        forgetStarts();
    }

    /** Those promised and not seen. */
    Set<SinkMark> awaited() {
        return awaitedSince.keySet();
    }

    /** Where the first of them may be stored. */
    long from() {
        return starts.isEmpty() ? end : starts.firstEntry().getValue();
    }

    /** When the oldest of them was promised, {@code nowMillis} if there is none. */
    long oldestMillis(long nowMillis) {
        return awaitedSince.values().stream().mapToLong(Long::longValue).min().orElse(nowMillis);
    }

    /** Those that nobody can judge any more, since the last call: they were compacted away. */
    List<SinkMark> takeUnproven() {
        List<SinkMark> taken = List.copyOf(unproven);
        unproven.clear();
        return taken;
    }

    /**
     * Takes what a look has shown.
     *
     * @param awaited those that it looked for
     * @param nowMillis when it began
     * @throws LostMarkException naming the first one lost
     */
    void update(Look look, Set<SinkMark> awaited, long nowMillis) throws LostMarkException {
        for (SinkMark mark : look.visible()) {
            lastVisible.merge(mark.sink(), mark.checkpoint(), Math::max);
            if (awaitedSince.remove(mark) == null && sent.containsKey(mark.checkpoint())) {
                early.add(mark); // visible before the notice of its checkpoint has come
            }
        }
        end = Math.max(end, look.end());
        List<SinkMark> missing =
                awaited.stream()
                        .filter(awaitedSince::containsKey)
                        .sorted(
                                Comparator.comparingLong(SinkMark::checkpoint)
                                        .thenComparing(SinkMark::sink))
                        .toList();
        for (SinkMark mark : missing) {
            judge(mark, look, nowMillis);
        }
        forgetStarts();
    }

    private void judge(SinkMark mark, Look look, long nowMillis) throws LostMarkException {
        Long offset = look.written().get(mark);
        if (offset != null) {
            if (offset < look.end()) {
                throw new LostMarkException(
                        mark, "its transaction was aborted, its mark is at offset " + offset);
            }
            return;
        }
        if (lastVisible.getOrDefault(mark.sink(), 0L) > mark.checkpoint()) {
            awaitedSince.remove(mark);
            unproven.add(mark);
            return;
        }
        long since = awaitedSince.getOrDefault(mark, nowMillis);
        if (nowMillis - since > boundMillis) {
            throw new LostMarkException(
                    mark,
                    "its mark is not in the log %d s later, visible or not"
                            .formatted((nowMillis - since) / 1000));
        }
    }

    private void forgetStarts() {
        long oldest =
                awaitedSince.keySet().stream()
                        .mapToLong(SinkMark::checkpoint)
                        .min()
                        .orElse(Long.MAX_VALUE);
        Iterator<Long> known = starts.keySet().iterator();
        while (known.hasNext() && known.next() < oldest) {
            known.remove();
        }
    }
}
