package io.millrace.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.Prover;
import io.millrace.audit.hash.Signers;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.ProviderKeys;
import io.millrace.audit.read.TooEarlyException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Sign;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.http.HttpService;
import org.web3j.utils.Numeric;

/**
 * A requester: one key, its money in the vault, its requests. For any number of threads and
 * requests at a time.
 */
public final class MillraceClient implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String NONE = "0x" + "0".repeat(64);
    private static final int ANSWERED = 1;

    /** Beyond a deadline: the engine says then that it has passed. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** How far the clocks of this machine and of the brokers may be apart. */
    private static final Duration SKEW = Duration.ofMinutes(10);

    private final Deployment deployment;
    private final Credentials key;
    private final TypedData hashes;
    private final Web3j node;
    private final RequestStream stream;
    private final Vault vault;

    /** Requests whose ends were not handed over. */
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /**
     * A request.
     *
     * @param when it was asked
     * @param list of texts, or one
     */
    private record Asked(Instant when, boolean list) {}

    private MillraceClient(Deployment deployment, Credentials key) {
        this.deployment = deployment;
        this.key = key;
        hashes = new TypedData(deployment.chainId(), deployment.vault());
        stream = new RequestStream(deployment.kafka());
        node = Web3j.build(new HttpService(deployment.rpcUrl()));
        vault = new Vault(deployment.vault(), node, new Sender(node, deployment.chainId(), key));
    }

    /**
     * Connects to Kafka; the node is asked when money or proofs are.
     *
     * @param privateKey of the requester, 0x-hex; it signs and never leaves this process
     * @throws org.apache.kafka.common.KafkaException if no broker answers
     */
    public static MillraceClient connect(Deployment deployment, String privateKey) {
        return new MillraceClient(deployment, Credentials.create(privateKey.strip()));
    }

    /** Of the key: who asks and pays. */
    public String address() {
        return key.getAddress();
    }

    /** The vault that holds the money. */
    public Vault vault() {
        return vault;
    }

    /** {@link #ask(String, AskOptions)} for at most {@code maxFeeNano}. */
    public Answer ask(String input, long maxFeeNano) throws InterruptedException {
        return ask(input, AskOptions.upTo(maxFeeNano));
    }

    /** {@link #ask(List, AskOptions)} for at most {@code maxFeeNano}, for all of them. */
    public Answer ask(List<String> inputs, long maxFeeNano) throws InterruptedException {
        return ask(inputs, AskOptions.upTo(maxFeeNano));
    }

    /**
     * Signs a request, sends it and waits for its answer.
     *
     * @throws RequestRefusedException with the engine's code
     * @throws RequestUnansweredException if the deadline passed or the provider failed
     * @throws NoAnswerYetException if nothing was heard half a minute beyond the deadline, or Kafka
     *     did not confirm that it has the request
     */
    public Answer ask(String input, AskOptions options) throws InterruptedException {
        return await(askAsync(input, options));
    }

    /**
     * The same for a list of texts: one request, with one signature and one charge, answered whole
     * or not at all.
     *
     * @param inputs at most 128
     */
    public Answer ask(List<String> inputs, AskOptions options) throws InterruptedException {
        return await(askAsync(inputs, options));
    }

    /**
     * Ranks a list of texts by a query: asks a model whose task that is, which {@code options}
     * name, and waits. One request with one charge; each text is read together with the query,
     * whose tokens count with each.
     *
     * @param texts at most 128
     * @return {@link Answer#relevance()} in the order of the texts
     */
    public Answer rerank(String query, List<String> texts, AskOptions options)
            throws InterruptedException {
        return await(rerankAsync(query, texts, options));
    }

    /** As {@link #rerank}, which it fails with as its cause. */
    public CompletableFuture<Answer> rerankAsync(
            String query, List<String> texts, AskOptions options) {
        return askAsync(query, texts, true, options);
    }

    /** As {@link #ask(String, AskOptions)}, which it fails with as its cause. */
    public CompletableFuture<Answer> askAsync(String input, AskOptions options) {
        return askAsync(null, List.of(input), false, options);
    }

    /** As {@link #ask(List, AskOptions)}, which it fails with as its cause. */
    public CompletableFuture<Answer> askAsync(List<String> inputs, AskOptions options) {
        return askAsync(null, inputs, true, options);
    }

    private CompletableFuture<Answer> askAsync(
            @Nullable String query, List<String> texts, boolean list, AskOptions options) {
        Instant now = Instant.now();
        ObjectNode request =
                MAPPER.createObjectNode()
                        .put("requester", address())
                        .put("model", options.model().orElse(deployment.model()))
                        .put("maxFeeNano", Long.toString(options.maxFeeNano()))
                        .put("deadline", now.plus(options.deadline()).toEpochMilli())
                        .put("nonce", new BigInteger(64, RANDOM).toString());
        ObjectNode struct =
                request.deepCopy()
                        .put("inputHash", TypedData.inputHash(query, texts, list))
                        .put("optionsHash", NONE);
        String requestId = hashes.digest(TypedData.REQUEST, struct);
        if (list) {
            texts.forEach(request.putArray("input")::add);
        } else {
            request.put("input", texts.get(0));
        }
        if (query != null) {
            request.put("query", query);
        }
        request.put("signature", signature(requestId));
        asked.put(requestId, new Asked(now, list));
        CompletableFuture<JsonNode> end = stream.send(requestId, address(), request.toString());
        return answer(requestId, end, options.deadline().plus(GRACE));
    }

    /**
     * Waits on, after {@link NoAnswerYetException}, for a request that this client has sent.
     *
     * @throws IllegalArgumentException if it has not, or its end was handed over
     */
    public Answer answerTo(String requestId, Duration patience) throws InterruptedException {
        CompletableFuture<JsonNode> end = stream.endOf(requestId);
        if (end == null) {
            throw new IllegalArgumentException(
                    "no request %s waits for an end here".formatted(requestId));
        }
        return await(answer(requestId, end, patience));
    }

    /**
     * Whether the provider that the answer names has signed exactly these vectors and this charge
     * for it, with a key that signs, by the chain, for the earning account that is paid.
     *
     * @throws IOException if the node does not answer
     */
    public boolean isSignedByProvider(Answer answer) throws IOException {
        Answer.Provider provider = answer.provider();
        String signer = Signers.recover(outcome(answer), provider.signature());
        return signer.equals(provider.address())
                && ProviderKeys.answers(
                        vault.signsUntil(provider.account(), signer),
                        BigInteger.valueOf(answer.asked().toEpochMilli()));
    }

    /**
     * The proof of an answer's charge, rebuilt from the topics; empty as long as it is not sealed,
     * a minute or two with the defaults.
     *
     * @throws IOException if the node does not answer
     */
    public Optional<ReceiptProof> receipt(Answer answer) throws IOException {
        Prover prover =
                new Prover(
                        deployment.kafka(),
                        deployment.rpcUrl(),
                        deployment.vault(),
                        Progress.silent());
        try {
            Prover.Proof proof = prover.prove(answer.requestId(), answer.asked().minus(SKEW));
            return Optional.of(ReceiptProof.of(proof.json()));
        } catch (TooEarlyException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether the vault holds this charge, and it is the answer's. Everything is hashed here; the
     * only word that is taken for it is that of your own node about the header which the vault
     * keeps.
     */
    public boolean verify(Answer answer, ReceiptProof proof) throws IOException {
        ObjectNode receipt = proof.receipt();
        ObjectNode header = proof.header();
        boolean isTheAnswers =
                receipt.path("requestId").asText().equals(answer.requestId())
                        && receipt.path("debitNano").asLong() == answer.debitNano()
                        && receipt.path("outcome").asText().equals(outcome(answer));
        return isTheAnswers
                && proof.leadsToItsHeader(hashes, vault.shardDepth())
                && hashes.digest(TypedData.HEADER, header)
                        .equals(
                                vault.headerOf(
                                        header.path("epoch").asLong(),
                                        header.path("part").asLong()));
    }

    /** Ends the connections; requests that wait fail. */
    @Override
    public void close() {
        stream.close();
        node.shutdown();
    }

    private CompletableFuture<Answer> answer(
            String requestId, CompletableFuture<JsonNode> end, Duration patience) {
        return end.copy()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .handleAsync(
                        (record, failure) -> {
                            if (failure instanceof TimeoutException) {
                                throw new NoAnswerYetException(requestId, patience);
                            }
                            if (failure != null
                                    && failure.getCause() instanceof NoAnswerYetException unsure) {
                                throw unsure;
                            }
                            Asked request = asked.remove(requestId);
                            stream.forget(requestId);
                            if (failure != null) {
                                throw new CompletionException(failure);
                            }
                            return answer(requestId, record, request);
                        });
    }

    private static Answer answer(String requestId, JsonNode end, @Nullable Asked request) {
        if (!end.has("id")) {
            throw new RequestRefusedException(
                    requestId, end.path("code").asText(), end.path("message").asText());
        }
        String status = end.path("status").asText();
        if (!status.equals("answered")) {
            throw new RequestUnansweredException(
                    requestId, status, end.path("error").path("message").asText());
        }
        List<List<Float>> vectors = new ArrayList<>();
        end.path("data").forEach(text -> vectors.add(vector(text)));
        JsonNode provider = end.path("provider");
        return new Answer(
                requestId,
                request != null && request.list,
                end.path("data").path(0).path("scores").findValuesAsText("label"),
                vectors,
                end.path("usage").path("total_tokens").asLong(),
                end.path("charge").path("debitNano").asLong(),
                new Answer.Provider(
                        provider.path("account").asLong(),
                        provider.path("address").asText(),
                        provider.path("numericClass").asText(),
                        provider.path("signature").asText()),
                request == null ? Instant.EPOCH : request.when);
    }

    /** The numbers that its provider has signed, of whichever task. */
    private static List<Float> vector(JsonNode text) {
        List<JsonNode> numbers = new ArrayList<>();
        text.path("embedding").forEach(numbers::add);
        text.path("scores").forEach(score -> numbers.add(score.path("score")));
        if (text.has("relevance_score")) {
            numbers.add(text.path("relevance_score"));
        }
        return numbers.stream().map(number -> number.decimalValue().floatValue()).toList();
    }

    private static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(cause);
        }
    }

    private String outcome(Answer answer) {
        return hashes.digest(
                TypedData.OUTCOME,
                MAPPER.createObjectNode()
                        .put("requestId", answer.requestId())
                        .put("providerAccount", answer.provider().account())
                        .put("units", answer.units())
                        .put("status", ANSWERED)
                        .put("outputHash", TypedData.outputHash(answer.embeddings(), answer.list()))
                        .put("numericClass", answer.provider().numericClass()));
    }

    private String signature(String digest) {
        Sign.SignatureData signed =
                Sign.signMessage(Numeric.hexStringToByteArray(digest), key.getEcKeyPair(), false);
        return Numeric.toHexString(signed.getR())
                + Numeric.toHexStringNoPrefix(signed.getS())
                + Numeric.toHexStringNoPrefix(signed.getV());
    }
}
