package io.millrace.audit;

import java.math.BigInteger;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the topics said when the audit looked: committed records only, from the first to the end
 * offsets of that moment. Ids, hashes and addresses are lower-case 0x-hex, amounts nano-USD.
 *
 * @param defects what could not be read: missing beginnings of topics, records that are not what
 *     their topic holds
 * @param newestMillis newest append time seen on the request topic, clock ticks included
 * @param requests all records but ticks
 */
record KafkaBooks(
        List<String> defects,
        long newestMillis,
        List<Request> requests,
        List<Rejection> rejections,
        List<Charge> charges,
        List<Result> results,
        List<Sealed> epochs,
        List<Receipt> receipts) {

    static final String ANSWERED = "ANSWERED";

    KafkaBooks {
        defects = List.copyOf(defects);
        requests = List.copyOf(requests);
        rejections = List.copyOf(rejections);
        charges = List.copyOf(charges);
        results = List.copyOf(results);
        epochs = List.copyOf(epochs);
        receipts = List.copyOf(receipts);
    }

    /** Where a request lies in the request topic. */
    record Position(int partition, long offset) {
        @Override
        public String toString() {
            return "request " + partition + "@" + offset;
        }
    }

    /**
     * @param signed null if the record is not a readable request
     */
    record Request(Position at, long appendMillis, @Nullable SignedRequest signed) {}

    /** The signed fields, the input as its hash, and the signature as it came. */
    record SignedRequest(
            String requester,
            String model,
            String inputHash,
            BigInteger maxFeeNano,
            BigInteger deadlineMillis,
            BigInteger nonce,
            String signature) {}

    record Rejection(Position at, String code) {}

    record Charge(
            String requestId,
            String requesterAddress,
            long requesterAccount,
            long sequence,
            String providerAddress,
            long providerAccount,
            String model,
            BigInteger units,
            BigInteger priceNanoPerMillion,
            long priceVersion,
            BigInteger debitNano,
            BigInteger creditNano,
            BigInteger feeNano,
            String status,
            Position at) {

        boolean answered() {
            return status.equals(ANSWERED);
        }
    }

    record Result(String requestId, String status, BigInteger debitNano, BigInteger units) {

        boolean answered() {
            return status.equals(ANSWERED);
        }
    }

    /**
     * One record of the epoch log.
     *
     * @param positions how far each source had been read at the cut: "requests-0" the next offset,
     *     "vault" the next block
     */
    record Sealed(EpochPart part, SortedMap<String, Long> positions) {}

    record Receipt(long epoch, long shard, long index, Charge charge) {}
}
