package io.millrace.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.read.JsonFields;
import java.io.IOException;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of the topics' records, member by member. Each method throws {@link
 * IllegalArgumentException} with the member that is missing or of another kind.
 */
public final class RecordDecoder {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** An answer's vectors are most of its bytes, and the books do not ask for them. */
    private static final TokenFilter WITHOUT_VECTORS =
            new TokenFilter() {
                @Override
                public @Nullable TokenFilter includeProperty(String name) {
                    return name.equals("data") ? null : TokenFilter.INCLUDE_ALL;
                }
            };

    private RecordDecoder() {}

    /**
     * The JSON object that {@code value} is.
     *
     * @throws IOException if it is no JSON
     */
    public static JsonFields fields(byte @Nullable [] value) throws IOException {
        if (value == null) {
            throw new IOException("it has no value");
        }
        try (JsonParser parser =
                new FilteringParserDelegate(
                        MAPPER.createParser(value),
                        WITHOUT_VECTORS,
                        TokenFilter.Inclusion.INCLUDE_ALL_AND_PATH,
                        true)) {
            JsonNode read = MAPPER.readTree(parser);
            if (read == null) {
                throw new IOException("it is empty");
            }
            return new JsonFields(read);
        }
    }

    /** Options would be signed too, and none is known: no charge may follow such a request. */
    public static SignedRequest signed(JsonFields request) {
        if (!request.isEmpty("options")) {
            throw new IllegalArgumentException("it has options, and none is known");
        }
        return new SignedRequest(
                request.address("requester"),
                request.hash("model"),
                TypedHashes.input(request.optionalText("query"), request.texts("input")),
                request.amount("maxFeeNano"),
                request.amount("deadline"),
                request.amount("nonce"),
                request.text("signature"));
    }

    public static Rejection rejection(JsonFields rejection) {
        return new Rejection(
                new Position(
                        Math.toIntExact(rejection.count("partition")), rejection.count("offset")),
                rejection.text("code"));
    }

    public static Charge charge(JsonFields charge) {
        JsonFields price = charge.object("price");
        JsonFields place = charge.object("place");
        return new Charge(
                charge.hash("requestId"),
                charge.address("requesterAddress"),
                charge.count("requesterAccount"),
                charge.count("sequence"),
                charge.address("providerAddress"),
                charge.count("providerAccount"),
                charge.hash("model"),
                charge.amount("units"),
                price.amount("nanoPerMillion"),
                price.count("version"),
                price.count("feeBasisPoints"),
                charge.amount("debitNano"),
                charge.amount("creditNano"),
                charge.amount("feeNano"),
                charge.text("status"),
                charge.hash("outcome"),
                charge.count("admittedMillis"),
                new Position(
                        Math.toIntExact(place.count("topicPartition")), place.count("offset")));
    }

    public static Result result(JsonFields result) {
        return new Result(
                result.hash("id"),
                result.text("status").toUpperCase(Locale.ROOT),
                result.object("charge").amount("debitNano"),
                result.object("usage").amount("prompt_tokens"),
                result.object("provider").text("signature"));
    }

    public static Header header(JsonFields header) {
        return new Header(
                header.hash("previousHeader"),
                header.count("epoch"),
                header.count("part"),
                header.count("parts"),
                header.hash("receiptsRoot"),
                header.amount("receiptsSumNano"),
                header.count("receiptsCount"),
                header.count("levels"),
                header.amount("partSumNano"),
                header.hash("wordsHash"),
                header.hash("cutDigest"),
                header.count("l2Block"));
    }

    public static Sealed sealed(JsonFields sealed) {
        JsonFields words = sealed.object("words");
        EpochPart part =
                new EpochPart(
                        header(sealed.object("header")),
                        words.words("debitSlots"),
                        words.words("debits"),
                        words.words("creditSlots"),
                        words.words("credits"),
                        sealed.words("releases"));
        SortedMap<String, Long> positions = new TreeMap<>();
        for (JsonFields position : sealed.objects("positions")) {
            positions.put(position.text("source"), position.count("next"));
        }
        return new Sealed(part, positions);
    }

    private static EarnedBefore earnedBefore(JsonFields before) {
        return new EarnedBefore(before.amount("providerNano"), before.amount("treasuryNano"));
    }

    public static Receipt receipt(JsonFields receipt) {
        return new Receipt(
                receipt.count("epoch"),
                receipt.count("shard"),
                receipt.count("index"),
                earnedBefore(receipt.object("earnedBefore")),
                charge(receipt.object("charge")));
    }
}
