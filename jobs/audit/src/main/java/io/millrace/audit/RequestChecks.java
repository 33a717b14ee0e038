package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.hash.Signers;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every request has one end, and who is charged has signed for it. */
final class RequestChecks {

    /** How far Kafka's clock may pass a request's deadline before its missing end is an error. */
    static final long GRACE_MILLIS = 120_000;

    /** Signatures are recovered by all cores, so many at a time. */
    private static final int BATCH = 4_096;

    private final boolean requireSettled;
    private final long newestMillis;
    private final TypedHashes hashes;
    private final Totals totals;
    private final Findings ofEnds = new Findings();
    private final Findings ofSignatures = new Findings();
    private final List<Signed> unchecked = new ArrayList<>();
    private long inFlight;

    private record Signed(Charge charge, @Nullable Request request) {}

    /**
     * @param newestMillis newest append time of the request topic
     */
    RequestChecks(boolean requireSettled, long newestMillis, TypedHashes hashes, Totals totals) {
        this.requireSettled = requireSettled;
        this.newestMillis = newestMillis;
        this.hashes = hashes;
        this.totals = totals;
    }

    void request(RequestRows rows) {
        int rejections = rows.rejections();
        int charges = rows.charges().size();
        Request request = rows.request();
        if (request == null) {
            if (rejections > 0) {
                ofEnds.add("a rejection names " + rows.at() + ": no request");
            }
            if (charges > 0) {
                ofEnds.add("a charge names " + rows.at() + ": no request");
            }
        } else if (rejections + charges > 1) {
            ofEnds.add(
                    "%s is charged %d times and rejected %d times"
                            .formatted(rows.at(), charges, rejections));
        } else if (rejections + charges == 0 && mayBeInFlight(request)) {
            inFlight++;
        } else if (rejections + charges == 0) {
            ofEnds.add(
                    "%s, appended at %d ms, is neither charged nor rejected"
                            .formatted(rows.at(), request.appendMillis()));
        }
        for (Charge charge : rows.charges()) {
            unchecked.add(new Signed(charge, request));
        }
        if (unchecked.size() >= BATCH) {
            recover();
        }
    }

    List<Check> all() {
        recover();
        return List.of(
                ofEnds.check(
                        "requests-accounted",
                        "%d requests: %d charged, %d rejected, %d in flight"
                                .formatted(
                                        totals.of(Total.REQUESTS),
                                        totals.of(Total.CHARGES),
                                        totals.of(Total.REJECTIONS),
                                        inFlight)),
                ofSignatures.check(
                        "request-signatures",
                        "%d ids recomputed and signers recovered"
                                .formatted(totals.of(Total.CHARGES))));
    }

    private boolean mayBeInFlight(Request request) {
        SignedRequest signed = request.signed();
        BigInteger append = BigInteger.valueOf(request.appendMillis());
        BigInteger end = signed == null ? append : append.max(signed.deadlineMillis());
        BigInteger overdue = end.add(BigInteger.valueOf(GRACE_MILLIS));
        return !requireSettled && BigInteger.valueOf(newestMillis).compareTo(overdue) <= 0;
    }

    private void recover() {
        unchecked.parallelStream()
                .map(signed -> offence(signed.charge(), signed.request(), hashes))
                .filter(offence -> !offence.isEmpty())
                .toList()
                .forEach(ofSignatures::add);
        unchecked.clear();
    }

    private static String offence(Charge charge, @Nullable Request request, TypedHashes hashes) {
        String name = "charge of " + charge.requestId();
        if (request == null || request.signed() == null) {
            return name + " names " + charge.at() + ", which holds no readable request";
        }
        SignedRequest signed = request.signed();
        String id = hashes.request(signed);
        if (!id.equals(charge.requestId())) {
            return name + " names " + charge.at() + ", whose id is " + id;
        }
        if (!signed.requester().equals(charge.requesterAddress())) {
            return name
                    + " names "
                    + charge.requesterAddress()
                    + ", the request "
                    + signed.requester();
        }
        if (!signed.model().equals(charge.model())) {
            return name + " names model " + charge.model() + ", the request " + signed.model();
        }
        String signer = Signers.recover(id, signed.signature());
        return signer.equals(charge.requesterAddress())
                ? ""
                : name + " is for " + charge.requesterAddress() + ", signed by " + signer;
    }
}
