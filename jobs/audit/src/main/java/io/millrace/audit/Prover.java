package io.millrace.audit;

import static io.millrace.audit.read.AbiWords.number;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.AuditException;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.TooEarlyException;
import io.millrace.audit.read.TopicReader;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Proves one charge: rebuilds the way from its receipt to the header of its epoch out of the topics
 * alone, and has the vault verify it. Holds the leaves of one shard of one epoch.
 */
public final class Prover {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String RECEIPTS = KafkaBooksReader.RECEIPTS;
    private static final String EPOCHS = KafkaBooksReader.EPOCHS;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final String HEADER_OF =
            Hash.sha3String("headerOf(uint64,uint32)").substring(0, 10);
    static final String VERIFY =
            Hash.sha3String(
                            "verifyReceipt(uint64,(bytes32,uint32,uint64,uint32,bytes32,uint64,"
                                    + "uint64,uint32,uint64,uint256[],bytes32,bytes32,uint64,"
                                    + "uint32,uint32),((bytes32,uint64,uint32,uint32,bytes32,"
                                    + "uint64,uint64,uint8,uint64,bytes32,bytes32,uint64),"
                                    + "bytes32[],uint64[]))")
                    .substring(0, 10);

    /** Of the vault's struct Receipt, its credits being one: they stand behind it. */
    private static final int RECEIPT_WORDS = 15;

    private final KafkaAccess kafka;
    private final String vault;
    private final JsonRpc rpc;
    private final Progress progress;

    /** Says nothing while it works. */
    public Prover(AuditConfig config) {
        this(config, Progress.silent());
    }

    /** Asks the node and the brokers of {@code config}. */
    public Prover(AuditConfig config, Progress progress) {
        this(config.kafka(), config.rpcUrl(), config.vault(), progress);
    }

    /** The same; {@code vault} is in lower case. */
    public Prover(KafkaAccess kafka, String rpcUrl, String vault, Progress progress) {
        this.kafka = kafka;
        this.vault = vault;
        this.progress = progress;
        rpc = new JsonRpc(rpcUrl);
    }

    /**
     * A receipt with its way to the root.
     *
     * @param verified whether the vault confirms it
     * @param siblings on the way to the root
     * @param json {@code {"requestId","epoch","receipt","proof","call","verified"}}: epoch, receipt
     *     and proof are the arguments of the vault's {@code verifyReceipt}, by its names, uint64 as
     *     decimal strings; call is the same for {@code eth_call}
     */
    public record Proof(
            String requestId,
            long epoch,
            BigInteger debitNano,
            boolean verified,
            int siblings,
            ObjectNode json) {

        /** One line for people. */
        public String verdict() {
            return "%s: in epoch %d, %s nano-USD for request %s"
                    .formatted(
                            verified ? "The vault confirms" : "THE VAULT DENIES",
                            epoch,
                            debitNano,
                            requestId);
        }
    }

    /** The records of the receipt's epoch, as they were read. */
    private static final class Found {
        private Optional<Receipt> receipt = Optional.empty();
        private final Map<Long, Node> leaves = new TreeMap<>();
        private Optional<JsonFields> part = Optional.empty();
    }

    /**
     * Finds, rebuilds and verifies.
     *
     * @param requestId 0x and 64 hexadecimal digits
     * @param since before the request was sent: older records are not read
     * @throws IOException if the node does not answer
     * @throws TooEarlyException if the request has no receipt yet, or its epoch is not in the vault
     */
    public Proof prove(String requestId, Instant since) throws IOException {
        try (TopicReader reader = new TopicReader(kafka, List.of(RECEIPTS, EPOCHS))) {
            return prove(canonical(requestId), reader, reader.startsSince(since.toEpochMilli()));
        }
    }

    /** The same, reading only from {@code starts} to {@code ends}, by {@code topic-partition}. */
    public Proof prove(String requestId, Map<String, Long> starts, Map<String, Long> ends)
            throws IOException {
        try (TopicReader reader = TopicReader.upTo(kafka, ends)) {
            return prove(canonical(requestId), reader, starts);
        }
    }

    private Proof prove(String id, TopicReader reader, Map<String, Long> starts)
            throws IOException {
        long chainId = Numeric.decodeQuantity(rpc.call("eth_chainId").asText()).longValueExact();
        TypedHashes hashes = new TypedHashes(chainId, vault);
        Found found = new Found();
        reader.forEach(RECEIPTS, starts, progress, record -> find(record, id, found));
        Receipt receipt =
                found.receipt.orElseThrow(
                        () ->
                                new TooEarlyException(
                                        ("request %s has no receipt; if it was answered, wait for"
                                             + " the next epoch (--wait), else look for it in"
                                             + " inference.rejections")
                                                .formatted(id)));
        reader.forEach(RECEIPTS, starts, progress, record -> leaf(record, receipt, hashes, found));
        reader.forEach(EPOCHS, starts, progress, record -> part(record, receipt, found));
        progress.end();
        return proof(receipt, found);
    }

    /**
     * As {@link #prove(String, Instant)} of all records, but while it is too early looks again, for
     * as long as {@code patience}.
     */
    public Proof prove(String requestId, Duration patience)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try {
                return prove(requestId, Instant.EPOCH);
            } catch (TooEarlyException e) {
                if (System.nanoTime() - start >= patience.toNanos()) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    /**
     * A request id in lower case.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String canonical(String requestId) {
        String id = requestId.toLowerCase(Locale.ROOT);
        if (!id.matches("0x[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "request id \"%s\" is not 32 bytes; give 0x and 64 hexadecimal digits"
                            .formatted(requestId));
        }
        return id;
    }

    private static void find(ConsumerRecord<byte[], byte[]> record, String id, Found found) {
        Receipt receipt = RecordDecoder.receipt(fields(record));
        if (receipt.charge().requestId().equals(id)) {
            found.receipt = Optional.of(receipt);
        }
    }

    private static void leaf(
            ConsumerRecord<byte[], byte[]> record, Receipt of, TypedHashes hashes, Found found) {
        Receipt receipt = RecordDecoder.receipt(fields(record));
        if (receipt.epoch() == of.epoch() && receipt.shard() == of.shard()) {
            found.leaves.put(
                    receipt.index(),
                    new Node(hashes.receipt(receipt), receipt.charge().debitNano()));
        }
    }

    private static void part(ConsumerRecord<byte[], byte[]> record, Receipt of, Found found) {
        JsonFields part = fields(record);
        if (part.object("header").count("epoch") == of.epoch()) {
            found.part = Optional.of(part);
        }
    }

    private static JsonFields fields(ConsumerRecord<byte[], byte[]> record) {
        try {
            return RecordDecoder.fields(record.value());
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "%s-%d@%d is not readable: %s; run the audit"
                            .formatted(
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    e.getMessage()),
                    e);
        }
    }

    private Proof proof(Receipt receipt, Found found) throws IOException {
        JsonFields part =
                found.part.orElseThrow(
                        () ->
                                new AuditException(
                                        "epoch %d is not in the topic %s; restore the topic"
                                                .formatted(receipt.epoch(), EPOCHS)));
        EpochChecks.requireWhole(receipt, found.leaves.size(), part.objects("sources"));
        int depth = (int) call(Hash.sha3String("SHARD_DEPTH()").substring(0, 10)).count(0);
        Header header = RecordDecoder.header(part.object("header"));
        List<Node> siblings = siblings(receipt, found, header, part.objects("sources"), depth);
        String data = VERIFY + arguments(receipt, header, siblings);
        boolean verified = call(data).uint(0).signum() != 0;
        if (!verified && isUnsettled(header)) {
            throw new TooEarlyException(
                    ("request %s is in epoch %d, which is not in the vault yet; wait for its"
                                    + " transaction (--wait)")
                            .formatted(receipt.charge().requestId(), receipt.epoch()));
        }
        ObjectNode json =
                MAPPER.createObjectNode()
                        .put("requestId", receipt.charge().requestId())
                        .put("epoch", Long.toString(receipt.epoch()));
        json.set("receipt", json(receipt));
        ObjectNode proof = json.putObject("proof");
        proof.set("header", json(header));
        ArrayNode hashes = proof.putArray("siblings");
        ArrayNode sums = proof.putArray("sumsNano");
        for (Node sibling : siblings) {
            hashes.add(sibling.hash());
            sums.add(sibling.sumNano().toString());
        }
        json.putObject("call").put("to", vault).put("data", data);
        json.put("verified", verified);
        return new Proof(
                receipt.charge().requestId(),
                receipt.epoch(),
                receipt.charge().debitNano(),
                verified,
                siblings.size(),
                json);
    }

    /** Of the receipt in its shard, of the empty levels above it, and of the shard. */
    private static List<Node> siblings(
            Receipt receipt, Found found, Header header, List<JsonFields> sources, int shardDepth) {
        int levels = (int) header.levels() - shardDepth;
        List<Node> roots = new ArrayList<>(Collections.nCopies(1 << shardDepth, MerkleSum.EMPTY));
        for (JsonFields source : sources) {
            Node root = new Node(source.hash("root"), source.amount("sumNano"));
            for (int level = MerkleSum.height(source.count("receipts")); level < levels; level++) {
                root = MerkleSum.parent(root, MerkleSum.EMPTY);
            }
            roots.set((int) source.count("shard"), root);
        }
        List<Node> leaves = List.copyOf(found.leaves.values());
        List<Node> siblings = new ArrayList<>(MerkleSum.siblings(leaves, receipt.index()));
        while (siblings.size() < levels) {
            siblings.add(MerkleSum.EMPTY);
        }
        siblings.addAll(MerkleSum.siblings(roots, receipt.shard()));
        return siblings;
    }

    private boolean isUnsettled(Header header) throws IOException {
        StringBuilder words = new StringBuilder(HEADER_OF);
        number(words, header.epoch());
        number(words, header.part());
        return call(words.toString()).uint(0).signum() == 0;
    }

    /** The vault's struct, member by member. */
    private static ObjectNode json(Receipt receipt) {
        Charge charge = receipt.charge();
        ObjectNode json =
                MAPPER.createObjectNode()
                        .put("requestId", charge.requestId())
                        .put("requesterAccount", charge.requesterAccount())
                        .put("sequence", Long.toString(charge.sequence()))
                        .put("providerAccount", charge.providerAccount())
                        .put("model", charge.model())
                        .put("units", charge.units().toString())
                        .put("priceNanoPerMillion", charge.priceNanoPerMillion().toString())
                        .put("priceVersion", charge.priceVersion())
                        .put("debitNano", charge.debitNano().toString());
        ArrayNode credits = json.putArray("credits");
        TypedHashes.credits(receipt).forEach(line -> credits.add(line.toString()));
        return json.put("outcome", charge.outcome())
                .put("allocation", MerkleSum.EMPTY.hash())
                .put("admittedMillis", Long.toString(charge.admittedMillis()))
                .put("shard", receipt.shard())
                .put("index", receipt.index());
    }

    private static ObjectNode json(Header header) {
        return MAPPER.createObjectNode()
                .put("previousHeader", header.previousHeader())
                .put("epoch", Long.toString(header.epoch()))
                .put("part", header.part())
                .put("parts", header.parts())
                .put("receiptsRoot", header.receiptsRoot())
                .put("receiptsSumNano", header.receiptsSumNano().toString())
                .put("receiptsCount", Long.toString(header.receiptsCount()))
                .put("levels", header.levels())
                .put("partSumNano", header.partSumNano().toString())
                .put("wordsHash", header.wordsHash())
                .put("cutDigest", header.cutDigest())
                .put("l2Block", Long.toString(header.l2Block()));
    }

    private AbiWords call(String data) throws IOException {
        Map<String, String> call = Map.of("to", vault, "data", data);
        return AbiWords.of(rpc.call("eth_call", call, "latest").asText());
    }

    /**
     * Of the receipt the credits stand behind it, of the proof its two arrays behind the header.
     */
    static String arguments(Receipt receipt, Header header, List<Node> siblings) {
        Charge charge = receipt.charge();
        List<BigInteger> credits = TypedHashes.credits(receipt);
        StringBuilder words = new StringBuilder();
        number(words, receipt.epoch());
        number(words, 3 * 32L);
        number(words, (3 + RECEIPT_WORDS + 1L + credits.size()) * 32);
        words.append(charge.requestId().substring(2));
        number(words, charge.requesterAccount());
        number(words, charge.sequence());
        number(words, charge.providerAccount());
        words.append(charge.model().substring(2));
        number(words, charge.units());
        number(words, charge.priceNanoPerMillion());
        number(words, charge.priceVersion());
        number(words, charge.debitNano());
        number(words, RECEIPT_WORDS * 32L);
        words.append(charge.outcome().substring(2));
        words.append(MerkleSum.EMPTY.hash().substring(2));
        number(words, charge.admittedMillis());
        number(words, receipt.shard());
        number(words, receipt.index());
        number(words, credits.size());
        credits.forEach(line -> number(words, line));
        words.append(header.previousHeader().substring(2));
        number(words, header.epoch());
        number(words, header.part());
        number(words, header.parts());
        words.append(header.receiptsRoot().substring(2));
        number(words, header.receiptsSumNano());
        number(words, header.receiptsCount());
        number(words, header.levels());
        number(words, header.partSumNano());
        words.append(header.wordsHash().substring(2));
        words.append(header.cutDigest().substring(2));
        number(words, header.l2Block());
        number(words, 14 * 32L);
        number(words, (15L + siblings.size()) * 32L);
        number(words, siblings.size());
        siblings.forEach(sibling -> words.append(sibling.hash().substring(2)));
        number(words, siblings.size());
        siblings.forEach(sibling -> number(words, sibling.sumNano()));
        return words.toString();
    }
}
