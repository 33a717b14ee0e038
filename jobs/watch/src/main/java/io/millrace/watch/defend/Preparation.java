package io.millrace.watch.defend;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.follow.SettleCalls;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.web3j.utils.Numeric;

/**
 * Finds what answers the challenges of one epoch, all of them in one pass over its receipts and one
 * over their evidence. Searches begin shortly before the epoch was cut, and further back only if
 * that was not enough. Memory: about a hundred bytes a receipt of the epoch. One thread.
 */
final class Preparation {

    /** Between the clocks of the chain and of who wrote the record. */
    private static final long MARGIN_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** How much further back is searched, one after the other; the last is everything there is. */
    private static final List<Long> BACK_MILLIS =
            List.of(MARGIN_MILLIS, TimeUnit.HOURS.toMillis(6), Long.MAX_VALUE);

    private final JsonRpc rpc;
    private final TypedHashes hashes;
    private final int shardDepth;
    private final SettledParts parts;
    private final Records records;

    Preparation(
            JsonRpc rpc, TypedHashes hashes, int shardDepth, SettledParts parts, Records records) {
        this.rpc = rpc;
        this.hashes = hashes;
        this.shardDepth = shardDepth;
        this.parts = parts;
        this.records = records;
    }

    /**
     * With a connection of its own, for a thread of its own.
     *
     * @throws IOException if the node does not answer
     */
    static Preparation open(DefendSettings settings, Records records) throws IOException {
        JsonRpc rpc = new JsonRpc(settings.rpcUrl());
        TribunalChain chain = TribunalChain.of(rpc, settings.vault());
        TypedHashes hashes = new TypedHashes(chain.chainId(), chain.vault());
        return new Preparation(
                rpc,
                hashes,
                chain.terms().shardDepth(),
                new SettledParts(
                        rpc,
                        chain,
                        new SettleCalls(rpc, chain.vault(), hashes),
                        settings.startBlock()),
                records);
    }

    /**
     * Answers to {@code challenges}, or what is missing, by challenge.
     *
     * @param challenges of one epoch, at least one
     * @throws IOException if the node does not answer
     */
    Map<String, Prepared> of(List<Challenged> challenges) throws IOException {
        Map<Long, Header> headers = new HashMap<>();
        for (Challenged challenge : challenges) {
            if (!headers.containsKey(challenge.part())) {
                headers.put(challenge.part(), parts.header(challenge.epoch(), challenge.part()));
            }
        }
        Header header = headers.values().iterator().next();
        EpochReceipts receipts = receipts(header, challenges);
        Map<String, Prepared> prepared = new HashMap<>();
        if (!receipts.isWhole()) {
            Prepared lack =
                    Prepared.notYet(
                            "of epoch %d %d receipts are visible, and its header counts %d"
                                    .formatted(
                                            header.epoch(),
                                            receipts.count(),
                                            header.receiptsCount()));
            challenges.forEach(challenge -> prepared.put(challenge.challenge(), lack));
            return prepared;
        }
        Map<String, Evidence> evidence = evidence(receipts);
        for (Challenged challenge : challenges) {
            Header own = headers.getOrDefault(challenge.part(), header);
            prepared.put(challenge.challenge(), answer(challenge, own, receipts, evidence));
        }
        return prepared;
    }

    /** One that cannot be made must not keep the others back. */
    private static Prepared answer(
            Challenged challenge,
            Header header,
            EpochReceipts receipts,
            Map<String, Evidence> evidence) {
        try {
            return challenge.kind() == Kind.STATEMENT
                    ? statement(challenge, header, receipts)
                    : leaf(challenge, header, receipts, evidence);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Prepared.gone(String.valueOf(e.getMessage()));
        }
    }

    private static Prepared statement(Challenged challenge, Header header, EpochReceipts receipts) {
        EpochTree tree = receipts.tree();
        List<Receipt> ends = receipts.endsOf(challenge.account());
        if (ends.isEmpty() || !tree.rowOf(challenge.account()).orElseThrow().isUnbroken()) {
            return Prepared.gone(
                    "its epoch has no unbroken row of leaves of account %d; run the audit"
                            .formatted(challenge.account()));
        }
        return Prepared.of(
                TribunalCalls.answerStatement(
                        header,
                        challenge.account(),
                        BigInteger.valueOf(challenge.what()),
                        ProvenLeaf.of(ends.get(0), tree),
                        ProvenLeaf.of(ends.get(1), tree)));
    }

    private static Prepared leaf(
            Challenged challenge,
            Header header,
            EpochReceipts receipts,
            Map<String, Evidence> evidence) {
        long shard = Kind.shardOf(challenge.what());
        long index = Kind.indexOf(challenge.what());
        Receipt receipt = receipts.at(challenge.what());
        if (receipt == null) {
            return Prepared.of(
                    TribunalCalls.answerEmpty(
                            header,
                            challenge.account(),
                            shard,
                            index,
                            receipts.tree().path(shard, index)));
        }
        Evidence signed = evidence.get(receipt.charge().requestId());
        if (signed == null) {
            return Prepared.gone(
                    ("there is no evidence of request %s in the topic %s; restore the topic, or"
                                    + " answer by hand with what both parties have signed")
                            .formatted(receipt.charge().requestId(), Evidence.TOPIC));
        }
        return Prepared.of(
                TribunalCalls.answerLeaf(
                        header,
                        challenge.account(),
                        ProvenLeaf.of(receipt, receipts.tree()),
                        signed));
    }

    /** All of the epoch, or as many as there are. */
    private EpochReceipts receipts(Header header, List<Challenged> challenges) throws IOException {
        long cutMillis = millisOf(header.l2Block());
        EpochReceipts found = new EpochReceipts(header, hashes, shardDepth, challenges);
        for (long back : BACK_MILLIS) {
            found = new EpochReceipts(header, hashes, shardDepth, challenges);
            if (header.receiptsCount() > 0) {
                records.receipts(since(cutMillis, back), found::add);
            }
            if (found.isWhole()) {
                break;
            }
        }
        return found;
    }

    /** What was signed for the challenged leaves, by request, as far as it is there. */
    private Map<String, Evidence> evidence(EpochReceipts receipts) {
        Map<String, String> outcomes = new HashMap<>();
        long admittedMillis = Long.MAX_VALUE;
        for (Receipt receipt : receipts.shown()) {
            outcomes.put(receipt.charge().requestId(), receipt.charge().outcome());
            admittedMillis = Math.min(admittedMillis, receipt.charge().admittedMillis());
        }
        Map<String, Evidence> found = new HashMap<>();
        Set<String> missing = new HashSet<>(outcomes.keySet());
        for (long back : BACK_MILLIS) {
            if (!missing.isEmpty()) {
                records.evidence(
                        Set.copyOf(missing),
                        since(admittedMillis, back),
                        one -> {
                            String id = one.requestId();
                            boolean isIt =
                                    hashes.outcomeOf(one).equals(outcomes.get(id))
                                            && hashes.requestOf(one).equals(id);
                            if (isIt && missing.remove(id)) {
                                found.put(id, one);
                            }
                            return !missing.isEmpty();
                        });
            }
        }
        return found;
    }

    private static long since(long millis, long back) {
        return back >= millis ? 0 : millis - back;
    }

    /** The epoch was cut after this block, whose events it has seen. */
    private long millisOf(long block) throws IOException {
        JsonNode found =
                rpc.call(
                        "eth_getBlockByNumber",
                        Numeric.encodeQuantity(BigInteger.valueOf(block)),
                        false);
        return TimeUnit.SECONDS.toMillis(
                JsonRpc.quantity(found.path("timestamp")).longValueExact());
    }
}
