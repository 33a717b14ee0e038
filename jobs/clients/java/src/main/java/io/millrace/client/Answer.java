package io.millrace.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer, signed by its provider.
 *
 * @param list whether a list of texts was asked, and be it of one
 * @param labels of the scores, if the model is a classifier; else none
 * @param embeddings float32, one vector a text, in their order: of another model than one of
 *     embeddings its scores, as {@link #scores} and {@link #relevance} tell them
 * @param units that are charged: tokens
 * @param debitNano what it costs, nano-USD
 * @param asked when, by this machine's clock: older records need not be read for its receipt
 */
public record Answer(
        String requestId,
        boolean list,
        List<String> labels,
        List<List<Float>> embeddings,
        long units,
        long debitNano,
        Provider provider,
        Instant asked) {

    /** Copies. */
    public Answer {
        labels = List.copyOf(labels);
        embeddings = embeddings.stream().map(List::copyOf).toList();
    }

    /** Of the text that was asked; of a list the first one's. */
    public List<Float> embedding() {
        return embeddings.get(0);
    }

    /** Of a classifier: the score of each label, for every text, in their order. */
    public List<Map<String, Float>> scores() {
        return embeddings.stream().map(this::byLabel).toList();
    }

    private Map<String, Float> byLabel(List<Float> scores) {
        Map<String, Float> byLabel = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            byLabel.put(labels.get(i), scores.get(i));
        }
        return byLabel;
    }

    /** Of a re-ranker: how well each text answers the query, in the order of the texts. */
    public List<Float> relevance() {
        return embeddings.stream().map(scores -> scores.get(0)).toList();
    }

    /**
     * Who answered.
     *
     * @param account its earning account
     * @param address whose key has signed
     * @param numericClass in which of the ways of computing the vector is exact
     * @param signature of the EIP-712 struct Outcome: 65 bytes
     */
    public record Provider(long account, String address, String numericClass, String signature) {}
}
