package io.millrace.page;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of one request lie, 32 bytes a request.
 *
 * @param charge place of its charge
 * @param refusal place of its refusal
 * @param epoch that its charge is sealed in, 0 if in none yet
 */
record Places(Place charge, Place refusal, long epoch) {

    static final Places NONE = new Places(Place.NONE, Place.NONE, 0);

    /** Of a record in its topic. */
    record Place(int partition, long offset) {

        static final Place NONE = new Place(-1, -1);

        boolean known() {
            return offset >= 0;
        }
    }

    static Places of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return NONE;
        }
        ByteBuffer row = ByteBuffer.wrap(bytes);
        return new Places(
                new Place(row.getInt(), row.getLong()),
                new Place(row.getInt(), row.getLong()),
                row.getLong());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(32)
                .putInt(charge.partition())
                .putLong(charge.offset())
                .putInt(refusal.partition())
                .putLong(refusal.offset())
                .putLong(epoch)
                .array();
    }

    Places withCharge(Place place) {
        return new Places(place, refusal, epoch);
    }

    Places withRefusal(Place place) {
        return new Places(charge, place, epoch);
    }

    Places withEpoch(long number) {
        return new Places(charge, refusal, number);
    }
}
