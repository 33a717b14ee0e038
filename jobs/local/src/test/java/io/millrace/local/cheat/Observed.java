package io.millrace.local.cheat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.RecordDecoder;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Terms;
import io.millrace.job.topic.JsonCodec;
import io.millrace.meter.EvidenceCodec;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.judge.Judge;
import io.millrace.watch.judge.Judgement;
import io.millrace.watch.judge.Place;
import io.millrace.watch.judge.Surroundings;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One false epoch in the watcher's eyes: read from the bytes of its records, judged by its code.
 */
final class Observed implements Surroundings {

    private final Cast cast;
    private final int shardDepth;
    private final TypedHashes hashes;
    private final List<EpochPart> parts = new ArrayList<>();
    private final List<Receipt> receipts = new ArrayList<>();
    private final Map<String, List<Evidence>> evidence = new HashMap<>();
    private final Map<String, Place> charged = new HashMap<>();

    Observed(FalseEpoch epoch, Cast cast, int shardDepth, TypedHashes hashes) throws IOException {
        this.cast = cast;
        this.shardDepth = shardDepth;
        this.hashes = hashes;
        for (var part : epoch.parts()) {
            parts.add(RecordDecoder.sealed(RecordDecoder.fields(JsonCodec.encode(part))).part());
        }
        for (var receipt : epoch.published()) {
            receipts.add(RecordDecoder.receipt(RecordDecoder.fields(JsonCodec.encode(receipt))));
        }
        receipts.sort(Comparator.comparingLong(Receipt::shard).thenComparingLong(Receipt::index));
        for (var one : epoch.evidence()) {
            evidence.computeIfAbsent(one.requestId(), id -> new ArrayList<>())
                    .add(
                            Evidence.of(
                                    one.requestId().getBytes(US_ASCII), EvidenceCodec.encode(one)));
        }
    }

    Judgement judgement() throws IOException {
        return new Judge(hashes, shardDepth, this, account -> true, account -> true)
                .judge(
                        parts,
                        visitor -> {
                            for (Receipt receipt : receipts) {
                                visitor.receipt(receipt);
                            }
                        });
    }

    List<EpochPart> parts() {
        return parts;
    }

    List<Receipt> receipts() {
        return receipts;
    }

    @Override
    public List<Terms> prices(String model) {
        return List.of(
                new Terms(
                        BigInteger.valueOf(CheatTest.PRICE.nanoPerMillion()),
                        CheatTest.PRICE.feeBasisPoints(),
                        BigInteger.ZERO));
    }

    @Override
    public long accountOf(String requester) {
        List<Party> all = new ArrayList<>(cast.victims());
        all.addAll(cast.others());
        return all.stream()
                .filter(party -> party.address().equals(requester))
                .mapToLong(Party::account)
                .findFirst()
                .orElse(0);
    }

    @Override
    public BigInteger signsUntil(long provider, String key) {
        Party party = provider == cast.provider().account() ? cast.provider() : cast.crony();
        return party.address().equals(key) ? BigInteger.valueOf(Long.MAX_VALUE) : BigInteger.ZERO;
    }

    @Override
    public List<Evidence> evidence(String requestId) {
        return evidence.getOrDefault(requestId, List.of());
    }

    @Override
    public Optional<Place> charges(String requestId, long account, Place at) {
        Place known = charged.putIfAbsent(requestId, at);
        return Optional.ofNullable(known).filter(place -> !place.equals(at));
    }

    @Override
    public Optional<EpochPart> paid(long epoch, long account) {
        return Optional.empty();
    }

    @Override
    public Optional<Place> lasts(long account, long firstSequence, Last last) {
        return Optional.empty();
    }

    @Override
    public Optional<Sealed> leaf(Place at) {
        EpochTree tree = EpochTree.of(receipts, hashes, shardDepth, parts.get(0).header().levels());
        return receipts.stream()
                .filter(one -> one.shard() == at.shard() && one.index() == at.index())
                .map((Receipt one) -> new Sealed(parts.get(0).header(), ProvenLeaf.of(one, tree)))
                .findFirst();
    }
}
