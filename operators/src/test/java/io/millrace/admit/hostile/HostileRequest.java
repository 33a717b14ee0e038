package io.millrace.admit.hostile;

import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import org.jspecify.annotations.Nullable;

/**
 * One generated record and what must come of it.
 *
 * @param record as it lies in the topic
 * @param story what was done to it
 * @param expected why validation refuses it, null if it must not
 * @param certain false if bits were flipped anywhere: then it may be refused, or be taken as the
 *     very request it was made of
 * @param requestId of the request it was made of
 * @param requester who signed that
 * @param tokens of its input
 * @param maxFeeNano as signed
 * @param deadlineMillis as signed
 */
record HostileRequest(
        RequestRecord record,
        String story,
        @Nullable RejectReason expected,
        boolean certain,
        String requestId,
        String requester,
        int tokens,
        long maxFeeNano,
        long deadlineMillis) {

    /** What it costs when it is appended. */
    long feeNano() {
        return World.feeNano(tokens, record.appendMillis());
    }

    /** A faultless one's bytes, appended once more: by then it may be too late or too dear. */
    HostileRequest replayedAt(RequestPlace place, long appendMillis) {
        RejectReason late = null;
        if (appendMillis > deadlineMillis) {
            late = RejectReason.EXPIRED;
        } else if (deadlineMillis - appendMillis > World.HORIZON_MILLIS) {
            late = RejectReason.DEADLINE_TOO_FAR;
        } else if (Long.compareUnsigned(World.feeNano(tokens, appendMillis), maxFeeNano) > 0) {
            late = RejectReason.FEE_CAP_TOO_LOW;
        }
        return new HostileRequest(
                new RequestRecord(place, appendMillis, false, record.value()),
                "replay of " + this.record + ", " + story,
                late,
                true,
                requestId,
                requester,
                tokens,
                maxFeeNano,
                deadlineMillis);
    }

    /** As a report names it. */
    String describe() {
        return record + " (" + story + ")";
    }
}
