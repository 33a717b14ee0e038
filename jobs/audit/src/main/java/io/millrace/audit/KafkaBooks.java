package io.millrace.audit;

import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRange;
import java.math.BigInteger;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the topics hold: committed records only. Ids, hashes and addresses are lower-case 0x-hex,
 * amounts nano-USD.
 */
public final class KafkaBooks {

    public static final String ANSWERED = "ANSWERED";
    public static final String REQUESTS = "inference.requests";

    private KafkaBooks() {}

    /**
     * Takes the records, one kind after the other, those of a kind in no order that counts. One
     * thread.
     */
    interface Sink {

        /** What could not be read: a missing beginning, a record that is not what it should be. */
        void defect(String defect);

        /** An append time of the request topic, clock ticks included. */
        void appended(int partition, long millis);

        /** A record of the request topic that is no tick. */
        void request(Request request);

        void rejection(Rejection rejection);

        void charge(Charge charge);

        void result(Result result);

        void sealed(Sealed sealed);

        void receipt(Receipt receipt);

        /** How far back the evidence goes. Comes before the first of it. */
        void evidenceRange(EvidenceRange range);

        void evidence(Evidence evidence);
    }

    /** Where a request lies in the request topic. */
    public record Position(int partition, long offset) {
        @Override
        public String toString() {
            return "request " + partition + "@" + offset;
        }
    }

    /**
     * @param signed null if the record is not a readable request
     */
    public record Request(Position at, long appendMillis, @Nullable SignedRequest signed) {}

    /** The signed fields, the input as its hash, and the signature as it came. */
    public record SignedRequest(
            String requester,
            String model,
            String inputHash,
            BigInteger maxFeeNano,
            BigInteger deadlineMillis,
            BigInteger nonce,
            String signature) {}

    /** A refusal and the code that says why. */
    public record Rejection(Position at, String code) {}

    /** What an outcome costs, and who gets it. */
    public record Charge(
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
            long feeBasisPoints,
            BigInteger debitNano,
            BigInteger creditNano,
            BigInteger feeNano,
            String status,
            String outcome,
            long admittedMillis,
            Position at) {

        /** Whether there is an answer, which alone may cost something. */
        public boolean answered() {
            return status.equals(ANSWERED);
        }
    }

    /**
     * @param signature the provider's
     */
    public record Result(
            String requestId,
            String status,
            BigInteger debitNano,
            BigInteger units,
            String signature) {

        /** Whether there is an answer, which alone may cost something. */
        public boolean answered() {
            return status.equals(ANSWERED);
        }
    }

    /**
     * One record of the epoch log.
     *
     * @param positions how far each source had been read at the cut: "requests-0" the next offset,
     *     "vault" the next block
     */
    public record Sealed(EpochPart part, SortedMap<String, Long> positions) {}

    /**
     * A charge at its place in the epoch's tree.
     *
     * @param earnedBefore as it says itself
     */
    public record Receipt(
            long epoch, long shard, long index, EarnedBefore earnedBefore, Charge charge) {}

    /**
     * What the leaves before one, in its shard of its epoch, credit the accounts that it credits
     * too, in nano-USD.
     *
     * @param treasuryNano the leaf's own provider's line included if the treasury is the provider
     */
    public record EarnedBefore(BigInteger providerNano, BigInteger treasuryNano) {}
}
