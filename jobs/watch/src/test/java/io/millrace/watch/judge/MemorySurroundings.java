package io.millrace.watch.judge;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Terms;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.ProvenLeaf;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** What surrounds the epochs of a {@link SampleStream}. */
final class MemorySurroundings implements Surroundings {

    final Set<Long> voidEpochs = new HashSet<>();

    private final SampleStream stream;
    private final Map<String, Place> charged = new HashMap<>();
    private final Map<Long, NavigableMap<Long, Last>> lasts = new HashMap<>();

    MemorySurroundings(SampleStream stream) {
        this.stream = stream;
    }

    Judge judge(Refusals refusals) {
        return new Judge(
                stream.hashes,
                SampleStream.SHARD_DEPTH,
                this,
                account -> true,
                account -> true,
                refusals,
                new Random(1));
    }

    Judge judge() {
        return new Judge(
                stream.hashes, SampleStream.SHARD_DEPTH, this, account -> true, account -> true);
    }

    @Override
    public List<Terms> prices(String model) {
        return SampleStream.MODELS.contains(model)
                ? List.of(
                        new Terms(
                                BigInteger.valueOf(20_000_000),
                                SampleStream.FIRST_FEE,
                                BigInteger.ZERO),
                        new Terms(
                                BigInteger.valueOf(30_000_001),
                                SampleStream.CHANGED_FEE,
                                BigInteger.valueOf(SampleStream.SECOND_PRICE_SECONDS)))
                : List.of();
    }

    @Override
    public long accountOf(String requester) {
        return stream.accountOf(requester);
    }

    @Override
    public BigInteger signsUntil(long provider, String key) {
        return stream.signsUntil(provider, key);
    }

    @Override
    public List<Evidence> evidence(String requestId) {
        return stream.evidence.getOrDefault(requestId, List.of());
    }

    @Override
    public Optional<Place> charges(String requestId, long account, Place at) {
        Place known = charged.putIfAbsent(requestId, at);
        if (known == null || known.equals(at)) {
            return Optional.empty();
        }
        if (known.epoch() != at.epoch() && !contradicts(known, account)) {
            charged.put(requestId, at);
            return Optional.empty();
        }
        return Optional.of(known);
    }

    private boolean contradicts(Place earlier, long account) {
        return !voidEpochs.contains(earlier.epoch())
                && paid(earlier.epoch(), account).isPresent()
                && stream.epochs.get((int) earlier.epoch() - 1).receipts.stream()
                        .filter(one -> one.shard() == earlier.shard())
                        .filter(one -> one.index() == earlier.index())
                        .map(Receipt::charge)
                        .anyMatch(
                                one ->
                                        one.requesterAccount() == account
                                                && one.debitNano().signum() > 0);
    }

    @Override
    public Optional<EpochPart> paid(long epoch, long account) {
        return stream.seal(stream.epochs.get((int) epoch - 1)).stream()
                .filter(part -> part.debitsByAccount().containsKey(account))
                .findFirst();
    }

    @Override
    public boolean chargedBefore(String requestId, Place at) {
        Place known = charged.get(requestId);
        return known != null && known.epoch() < at.epoch();
    }

    @Override
    public Optional<Place> lasts(long account, long firstSequence, Last last) {
        NavigableMap<Long, Last> own = lasts.computeIfAbsent(account, a -> new TreeMap<>());
        own.put(last.at().epoch(), last);
        return own.headMap(last.at().epoch(), false).values().stream()
                .filter(one -> one.sequence() >= firstSequence)
                .filter(one -> contradicts(one.at(), account))
                .map(Last::at)
                .findFirst();
    }

    @Override
    public Optional<Sealed> leaf(Place at) {
        SampleStream.Epoch epoch = stream.epochs.get((int) at.epoch() - 1);
        EpochPart part = stream.seal(epoch).get(0);
        EpochTree tree =
                EpochTree.of(
                        epoch.receipts,
                        stream.hashes,
                        SampleStream.SHARD_DEPTH,
                        part.header().levels());
        return epoch.receipts.stream()
                .filter(one -> one.shard() == at.shard() && one.index() == at.index())
                .map((Receipt one) -> new Sealed(part.header(), ProvenLeaf.of(one, tree)))
                .findFirst();
    }
}
