package io.millrace.admit.hostile;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.RequestSignature;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Generates the records of a topic with three partitions, the last of which lags half a minute
 * behind: faultless requests and replays of them, requests with one planted defect, some with two,
 * clock ticks, and requests with bits flipped anywhere. Equal seeds give equal records.
 */
final class HostileRequests {

    private static final int LAG_MILLIS = 30_000;
    private static final int MAX_PAUSE_MILLIS = 80;
    private static final int HUGE_EVERY = 400;
    private static final RequestSignature TYPED = new RequestSignature(World.DOMAIN);
    private static final List<Defect> FORMS =
            Stream.concat(WireDefects.ALL.stream(), MemberDefects.ALL.stream()).toList();

    private final Random random;
    private final long[] clocks = {
        World.START_MILLIS, World.START_MILLIS, World.START_MILLIS - LAG_MILLIS
    };
    private final long[] offsets = new long[clocks.length];
    private final List<HostileRequest> faultless = new ArrayList<>();

    HostileRequests(long seed) {
        random = new Random(seed);
    }

    /** The next record of some partition. */
    HostileRequest next() {
        int partition = random.nextInt(clocks.length);
        clocks[partition] += random.nextInt(MAX_PAUSE_MILLIS);
        long appendMillis = clocks[partition];
        RequestPlace place = new RequestPlace(partition, offsets[partition]++);
        int dice = random.nextInt(100);
        if (dice < 2) {
            RequestRecord tick = new RequestRecord(place, appendMillis, true, null);
            return new HostileRequest(tick, "tick", null, true, "", "", 0, 0, 0);
        }
        if (dice < 12 && !faultless.isEmpty()) {
            HostileRequest first = faultless.get(random.nextInt(faultless.size()));
            return first.replayedAt(place, appendMillis);
        }
        Draft draft = draft(appendMillis);
        if (dice < 42) {
            HostileRequest request = faultless(draft, place);
            faultless.add(request);
            return request;
        }
        if (dice < 46) {
            draft.value = this::withFlippedBit;
            return built(draft, "a bit flipped anywhere", null, false, place);
        }
        if (dice < 52) {
            return built(draft, List.of(any(FORMS), any(ClaimDefects.ALL)), place);
        }
        if (dice < 58) {
            return built(draft, List.of(any(ClaimDefects.ALL), any(ClaimDefects.ALL)), place);
        }
        if (random.nextInt(HUGE_EVERY) == 0) {
            return built(draft, List.of(any(WireDefects.HUGE)), place);
        }
        Defect one =
                any(dice < 64 ? WireDefects.ALL : dice < 80 ? MemberDefects.ALL : ClaimDefects.ALL);
        return built(draft, List.of(one), place);
    }

    private Draft draft(long appendMillis) {
        List<byte[]> keys = random.nextInt(20) == 0 ? World.STRANGERS : World.FUNDED;
        Draft draft = new Draft(random, any(keys), appendMillis);
        draft.words(1 + random.nextInt(12));
        draft.nonce = random.nextBoolean() ? random.nextInt(9) : random.nextLong() >>> 11;
        return draft;
    }

    private HostileRequest faultless(Draft draft, RequestPlace place) {
        for (int odd = random.nextInt(3); odd > 0; odd--) {
            any(HarmlessForms.ALL).apply(draft);
        }
        if (random.nextInt(HUGE_EVERY) == 0) {
            HarmlessForms.AS_LARGE_AS_CAN_BE.apply(draft);
        }
        return built(draft, "faultless", null, true, place);
    }

    /**
     * The defect that a later check would find is planted first, so that it hides no other. Two
     * that the same check finds might cancel each other: then only the first is planted.
     */
    private HostileRequest built(Draft draft, List<Defect> defects, RequestPlace place) {
        if (defects.size() > 1 && defects.get(0).check() == defects.get(1).check()) {
            return built(draft, defects.subList(0, 1), place);
        }
        List<Defect> lastFirst =
                defects.stream().sorted(Comparator.comparing(Defect::check).reversed()).toList();
        lastFirst.forEach(defect -> defect.plant().apply(draft));
        Defect decisive = lastFirst.get(lastFirst.size() - 1);
        String story = String.join(", and ", defects.stream().map(Defect::name).toList());
        return built(draft, story, decisive, true, place);
    }

    private HostileRequest built(
            Draft draft,
            String story,
            @Nullable Defect defect,
            boolean certain,
            RequestPlace place) {
        boolean signed = defect == null || defect.check().compareTo(Defect.Check.SIGNATURE) >= 0;
        InferenceRequest request = draft.request(signed);
        RejectReason expected = defect == null ? null : defect.code();
        return new HostileRequest(
                new RequestRecord(place, draft.appendMillis, false, draft.spelled(request)),
                story,
                expected,
                certain,
                signed ? Hex.encode(TYPED.digest(request)) : "",
                request.requester(),
                draft.tokens,
                request.maxFeeNano(),
                request.deadlineMillis());
    }

    private byte[] withFlippedBit(byte[] text) {
        int bit = random.nextInt(text.length * 8);
        text[bit / 8] ^= (byte) (1 << bit % 8);
        return text;
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
