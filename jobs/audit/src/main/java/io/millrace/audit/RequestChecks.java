package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.SignedRequest;
import java.math.BigInteger;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** Every request has one end, and who is charged has signed for it. */
final class RequestChecks {

    /** How far Kafka's clock may pass a request's deadline before its missing end is an error. */
    static final long GRACE_MILLIS = 120_000;

    private static final Pattern SIGNATURE = Pattern.compile("0x[0-9a-fA-F]{130}");
    private static final BigInteger HALF_ORDER = Sign.CURVE_PARAMS.getN().shiftRight(1);

    private final Evidence evidence;

    RequestChecks(Evidence evidence) {
        this.evidence = evidence;
    }

    List<Check> all() {
        return List.of(readable(), accounted(), signatures());
    }

    private Check readable() {
        Findings findings = new Findings();
        KafkaBooks kafka = evidence.kafka();
        kafka.defects().forEach(findings::add);
        return findings.check(
                "topics-readable",
                "%d requests, %d rejections, %d charges, %d results, %d epoch parts, %d receipts"
                        .formatted(
                                kafka.requests().size(),
                                kafka.rejections().size(),
                                kafka.charges().size(),
                                kafka.results().size(),
                                kafka.epochs().size(),
                                kafka.receipts().size()));
    }

    private Check accounted() {
        Findings findings = new Findings();
        Map<Position, Integer> rejected = new HashMap<>();
        Map<Position, Integer> charged = new HashMap<>();
        for (Rejection rejection : evidence.kafka().rejections()) {
            rejected.merge(rejection.at(), 1, Integer::sum);
        }
        for (Charge charge : evidence.kafka().charges()) {
            charged.merge(charge.at(), 1, Integer::sum);
        }
        int inFlight = 0;
        for (Request request : evidence.kafka().requests()) {
            int rejections = rejected.getOrDefault(request.at(), 0);
            int charges = charged.getOrDefault(request.at(), 0);
            rejected.remove(request.at());
            charged.remove(request.at());
            if (rejections + charges > 1) {
                findings.add(
                        "%s is charged %d times and rejected %d times"
                                .formatted(request.at(), charges, rejections));
            } else if (rejections + charges == 0 && mayBeInFlight(request)) {
                inFlight++;
            } else if (rejections + charges == 0) {
                findings.add(
                        "%s, appended at %d ms, is neither charged nor rejected"
                                .formatted(request.at(), request.appendMillis()));
            }
        }
        rejected.keySet().forEach(at -> findings.add("a rejection names " + at + ": no request"));
        charged.keySet().forEach(at -> findings.add("a charge names " + at + ": no request"));
        KafkaBooks kafka = evidence.kafka();
        return findings.check(
                "requests-accounted",
                "%d requests: %d charged, %d rejected, %d in flight"
                        .formatted(
                                kafka.requests().size(),
                                kafka.charges().size(),
                                kafka.rejections().size(),
                                inFlight));
    }

    private boolean mayBeInFlight(Request request) {
        SignedRequest signed = request.signed();
        BigInteger append = BigInteger.valueOf(request.appendMillis());
        BigInteger end = signed == null ? append : append.max(signed.deadlineMillis());
        BigInteger overdue = end.add(BigInteger.valueOf(GRACE_MILLIS));
        return !evidence.requireSettled()
                && BigInteger.valueOf(evidence.kafka().newestMillis()).compareTo(overdue) <= 0;
    }

    private Check signatures() {
        Findings findings = new Findings();
        TypedHashes hashes = evidence.hashes();
        Map<Position, Request> requests = evidence.requestsByPosition();
        evidence.kafka().charges().parallelStream()
                .map(charge -> offence(charge, requests.get(charge.at()), hashes))
                .filter(offence -> !offence.isEmpty())
                .toList()
                .forEach(findings::add);
        return findings.check(
                "request-signatures",
                "%d ids recomputed and signers recovered"
                        .formatted(evidence.kafka().charges().size()));
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
        String signer = signer(id, signed.signature());
        return signer.equals(charge.requesterAddress())
                ? ""
                : name + " is for " + charge.requesterAddress() + ", signed by " + signer;
    }

    /** Address that signed, or what is wrong with the signature. */
    static String signer(String id, String signature) {
        if (!SIGNATURE.matcher(signature).matches()) {
            return "nobody (not 65 bytes of hexadecimal)";
        }
        byte[] bytes = Numeric.hexStringToByteArray(signature);
        byte[] r = Arrays.copyOfRange(bytes, 0, 32);
        byte[] s = Arrays.copyOfRange(bytes, 32, 64);
        if (Numeric.toBigInt(s).compareTo(HALF_ORDER) > 0) {
            return "nobody (high s)";
        }
        try {
            BigInteger key =
                    Sign.signedMessageHashToKey(
                            Numeric.hexStringToByteArray(id),
                            new Sign.SignatureData(bytes[64], r, s));
            return "0x" + Keys.getAddress(key);
        } catch (SignatureException | RuntimeException e) {
            return "nobody (" + e.getMessage() + ")";
        }
    }
}
