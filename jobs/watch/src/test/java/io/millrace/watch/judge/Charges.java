package io.millrace.watch.judge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.KafkaBooks.Charge;
import java.math.BigInteger;
import java.util.Map;

/** Charges with some fields changed. */
final class Charges {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Charges() {}

    static Charge with(Charge of, String requestId, String outcome, long sequence) {
        return changed(
                of, Map.of("requestId", requestId, "outcome", outcome, "sequence", sequence));
    }

    /** Run by another earning account. */
    static Charge by(Charge of, long providerAccount) {
        return changed(of, Map.of("providerAccount", providerAccount));
    }

    static Charge with(
            Charge of,
            BigInteger priceNanoPerMillion,
            long priceVersion,
            BigInteger debitNano,
            BigInteger creditNano,
            BigInteger feeNano) {
        return changed(
                of,
                Map.of(
                        "priceNanoPerMillion", priceNanoPerMillion,
                        "priceVersion", priceVersion,
                        "debitNano", debitNano,
                        "creditNano", creditNano,
                        "feeNano", feeNano));
    }

    /**
     * @throws IllegalArgumentException if a charge has no such field
     */
    private static Charge changed(Charge of, Map<String, Object> fields) {
        ObjectNode charge = MAPPER.valueToTree(of);
        fields.forEach(charge::putPOJO);
        return MAPPER.convertValue(charge, Charge.class);
    }
}
