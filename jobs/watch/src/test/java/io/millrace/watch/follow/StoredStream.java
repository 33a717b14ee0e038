package io.millrace.watch.follow;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.AbiWords;
import io.millrace.watch.judge.SampleStream;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import org.web3j.utils.Numeric;

/** Writes a stream as the followers would have. */
public final class StoredStream {

    private static final int HEADER_WORDS = 12;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StoredStream() {}

    static void put(SampleStream stream, WatchStore store) throws IOException {
        try (WatchStore.Batch batch = store.batch()) {
            for (String model : SampleStream.MODELS) {
                price(batch, model, 1, 20_000_000, SampleStream.FIRST_FEE, 0);
                price(
                        batch,
                        model,
                        2,
                        30_000_001,
                        SampleStream.CHANGED_FEE,
                        SampleStream.SECOND_PRICE_SECONDS);
            }
            for (SampleStream.Epoch epoch : stream.epochs()) {
                for (EpochPart part : stream.seal(epoch)) {
                    batch.put(
                            Kind.PART.key(epoch.number(), part.header().part()),
                            Rows.settled(call(part), 1));
                }
                batch.put(Kind.WAITING.key(epoch.number()), 1);
                put(epoch.receipts(), List.of(), stream.hashes(), batch);
            }
            put(List.of(), stream.allEvidence(), stream.hashes(), batch);
            batch.write();
        }
    }

    /** What the topics hold. */
    public static void put(
            List<Receipt> receipts,
            List<Evidence> evidence,
            TypedHashes hashes,
            WatchStore.Batch batch)
            throws IOException {
        for (Receipt receipt : receipts) {
            batch.put(Rows.receiptKey(receipt), json(receipt).toString().getBytes(UTF_8));
        }
        for (Evidence one : evidence) {
            batch.put(Rows.evidenceKey(one, hashes.outcomeOf(one)), bytes(one));
        }
    }

    private static void price(
            WatchStore.Batch batch, String model, long version, long nano, long fee, long from)
            throws IOException {
        StringBuilder words = new StringBuilder();
        AbiWords.number(words, nano);
        AbiWords.number(words, fee);
        AbiWords.number(words, from);
        batch.put(
                Kind.PRICE.key(
                        Numeric.hexStringToByteArray(model),
                        ByteBuffer.allocate(Long.BYTES).putLong(version).array()),
                Numeric.hexStringToByteArray(words.toString()));
    }

    /** The arguments of settle. */
    private static String call(EpochPart part) {
        Header header = part.header();
        StringBuilder words = new StringBuilder();
        words.append(header.previousHeader().substring(2));
        AbiWords.number(words, header.epoch());
        AbiWords.number(words, header.part());
        AbiWords.number(words, header.parts());
        words.append(header.receiptsRoot().substring(2));
        AbiWords.number(words, header.receiptsSumNano());
        AbiWords.number(words, header.receiptsCount());
        AbiWords.number(words, header.levels());
        AbiWords.number(words, header.partSumNano());
        words.append(header.wordsHash().substring(2));
        words.append(header.cutDigest().substring(2));
        AbiWords.number(words, header.l2Block());
        List<List<BigInteger>> arrays =
                List.of(part.debitSlots(), part.debits(), part.creditSlots(), part.credits());
        long tuple = 4 + arrays.stream().mapToLong(array -> 1 + array.size()).sum();
        AbiWords.number(words, (HEADER_WORDS + 2) * 32L);
        AbiWords.number(words, (HEADER_WORDS + 2 + tuple) * 32L);
        long at = 4;
        for (List<BigInteger> array : arrays) {
            AbiWords.number(words, at * 32);
            at += 1 + array.size();
        }
        arrays.forEach(array -> append(words, array));
        append(words, part.releases());
        return words.toString();
    }

    private static void append(StringBuilder words, List<BigInteger> array) {
        AbiWords.number(words, array.size());
        array.forEach(word -> AbiWords.number(words, word));
    }

    private static ObjectNode json(Receipt receipt) {
        Charge charge = receipt.charge();
        ObjectNode json =
                MAPPER.createObjectNode()
                        .put("epoch", receipt.epoch())
                        .put("shard", receipt.shard())
                        .put("index", receipt.index());
        json.putObject("earnedBefore")
                .put("providerNano", receipt.earnedBefore().providerNano())
                .put("treasuryNano", receipt.earnedBefore().treasuryNano());
        ObjectNode own =
                json.putObject("charge")
                        .put("requestId", charge.requestId())
                        .put("requesterAddress", charge.requesterAddress())
                        .put("requesterAccount", charge.requesterAccount())
                        .put("sequence", charge.sequence())
                        .put("providerAddress", charge.providerAddress())
                        .put("providerAccount", charge.providerAccount())
                        .put("model", charge.model())
                        .put("units", charge.units())
                        .put("debitNano", charge.debitNano())
                        .put("creditNano", charge.creditNano())
                        .put("feeNano", charge.feeNano())
                        .put("status", charge.status())
                        .put("outcome", charge.outcome())
                        .put("admittedMillis", charge.admittedMillis());
        own.putObject("price")
                .put("nanoPerMillion", charge.priceNanoPerMillion())
                .put("version", charge.priceVersion())
                .put("feeBasisPoints", charge.feeBasisPoints());
        own.putObject("place").put("topicPartition", 0).put("offset", 0);
        return json;
    }

    /** A record of the topic of evidence. */
    private static byte[] bytes(Evidence of) {
        return ByteBuffer.allocate(348)
                .put((byte) 1)
                .put(Numeric.hexStringToByteArray(of.requester()))
                .put(Numeric.hexStringToByteArray(of.model()))
                .put(Numeric.hexStringToByteArray(of.inputHash()))
                .put(Numeric.hexStringToByteArray(of.optionsHash()))
                .putLong(of.maxFeeNano().longValue())
                .putLong(of.deadlineMillis().longValue())
                .putLong(of.nonce().longValue())
                .put(Numeric.hexStringToByteArray(of.requestSignature()))
                .putInt((int) of.providerAccount())
                .putLong(of.units().longValue())
                .put((byte) of.status())
                .put(Numeric.hexStringToByteArray(of.outputHash()))
                .put(Numeric.hexStringToByteArray(of.numericClass()))
                .put(Numeric.hexStringToByteArray(of.outcomeSignature()))
                .array();
    }
}
