package io.millrace.watch.follow;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.rules.ChargeRules;
import io.millrace.audit.rules.Terms;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.judge.Place;
import io.millrace.watch.judge.Surroundings;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.utils.Numeric;

/**
 * What was read of topics and chain, what the vault says of accounts, which never changes once it
 * is said, and what their owners say of their keys, which is asked anew for each epoch. Holds a few
 * thousand rows before it writes them, and one epoch's tree. One thread.
 */
public final class StoredSurroundings implements Surroundings {

    private static final Logger LOG = LoggerFactory.getLogger(StoredSurroundings.class);

    /** Of an account: as many epochs as may become void one after the other. */
    private static final int LASTS_KEPT = 8;

    private static final byte[] GONE = {};
    private static final int MOST_UNWRITTEN = 20_000;

    /** Keys that sign for nobody, of an epoch. */
    private static final int MOST_STRANGERS = 1_000;

    private final WatchStore store;
    private final Rows rows;
    private final Owners owners;
    private final Voids voids;
    private final TypedHashes hashes;
    private final int shardDepth;
    private final Map<String, List<Terms>> prices = new HashMap<>();
    private final Map<Signer, BigInteger> signers = new HashMap<>();
    private final Map<ByteBuffer, byte[]> unwritten = new HashMap<>();
    private final Set<Signer> familiar = new HashSet<>();
    private int strangers;
    private @Nullable Rebuilt rebuilt;
    private @Nullable Paying paying;

    private record Signer(long provider, String key) {}

    /** The tree of the epoch that was asked for last, null if it is not the header's. */
    private record Rebuilt(Header header, @Nullable EpochTree tree) {}

    /** Of the epoch that was asked for last, a part that debits each account. */
    private record Paying(long epoch, Map<Long, EpochPart> byAccount) {}

    /** Whose the vault's accounts are. */
    public interface Owners {

        /** The spending account of an address, 0 if it has none. */
        long accountOf(String requester) throws IOException;

        /** What {@link Surroundings#signsUntil} says, asked anew. */
        BigInteger signsUntil(long provider, String key) throws IOException;
    }

    /** What the tribunal has made void. */
    @FunctionalInterface
    public interface Voids {

        /** Whether what an epoch charged to an account is. */
        boolean isVoid(long epoch, long account) throws IOException;
    }

    /** Of one vault. */
    public StoredSurroundings(
            WatchStore store, Owners owners, Voids voids, TypedHashes hashes, int shardDepth) {
        this.store = store;
        this.owners = owners;
        this.voids = voids;
        this.hashes = hashes;
        this.shardDepth = shardDepth;
        rows = new Rows(store);
    }

    /** Before each epoch: prices may have been added, signers changed, and receipts come. */
    public void refresh() {
        prices.clear();
        signers.clear();
        strangers = 0;
        rebuilt = null;
        paying = null;
    }

    /** What was remembered lasts. */
    public void flush() throws IOException {
        try (WatchStore.Batch batch = store.batch()) {
            for (Map.Entry<ByteBuffer, byte[]> row : unwritten.entrySet()) {
                if (row.getValue().length == 0) {
                    batch.remove(row.getKey().array());
                } else {
                    batch.put(row.getKey().array(), row.getValue());
                }
            }
            batch.write();
        }
        unwritten.clear();
    }

    @Override
    public List<Terms> prices(String model) throws IOException {
        List<Terms> known = prices.get(model);
        if (known == null) {
            known = readPrices(model);
            prices.put(model, known);
        }
        return known;
    }

    private List<Terms> readPrices(String model) throws IOException {
        List<Terms> terms = new ArrayList<>();
        byte[] prefix = Kind.PRICE.key(Numeric.hexStringToByteArray(model));
        store.forEach(
                prefix,
                (key, value) -> {
                    long version = ByteBuffer.wrap(key).getLong(prefix.length);
                    if (version != terms.size() + 1) {
                        throw new IOException(
                                ("version %d of the price of model %s was set before the first"
                                                + " block that was read; give an earlier"
                                                + " --chain.start.block and a new --watch.data")
                                        .formatted(terms.size() + 1, model));
                    }
                    AbiWords words = new AbiWords(Numeric.toHexStringNoPrefix(value));
                    terms.add(new Terms(words.uint(0), words.count(1), words.uint(2)));
                    return true;
                });
        return terms;
    }

    @Override
    public long accountOf(String requester) throws IOException {
        return owners.accountOf(requester);
    }

    @Override
    public BigInteger signsUntil(long provider, String key) throws IOException {
        Signer signer = new Signer(provider, key);
        BigInteger known = signers.get(signer);
        if (known == null) {
            if (strangers >= MOST_STRANGERS && !familiar.contains(signer)) {
                return BigInteger.ZERO; // who signs with a million keys does not keep us asking
            }
            known = owners.signsUntil(provider, key);
            signers.put(signer, known);
            if (known.signum() == 0) {
                strangers++;
            } else {
                familiar.add(signer);
            }
        }
        return known;
    }

    @Override
    public List<Evidence> evidence(String requestId) throws IOException {
        return rows.evidence(requestId);
    }

    @Override
    public Optional<Place> charges(String requestId, long account, Place at) throws IOException {
        byte[] key = Kind.CHARGED.key(Numeric.hexStringToByteArray(requestId));
        byte[] known = get(key);
        if (known == null) {
            put(key, charged(at, account));
            return Optional.empty();
        }
        ByteBuffer row = ByteBuffer.wrap(known);
        Place other = new Place(row.getLong(), row.getLong(), row.getLong());
        if (other.equals(at)) {
            return Optional.empty();
        }
        if (other.epoch() > at.epoch()) {
            // The later one is accused, by this one.
            put(key, charged(at, account));
            put(Kind.WAITING.key(other.epoch()), number(0));
            return Optional.empty();
        }
        boolean counts =
                other.epoch() == at.epoch()
                        || (row.getLong() == account && contradicts(other, account));
        if (!counts) {
            put(key, charged(at, account));
            return Optional.empty();
        }
        return Optional.of(other);
    }

    /** Whether a leaf of an epoch before counts against later ones of its account. */
    private boolean contradicts(Place earlier, long account) throws IOException {
        byte[] receipt = store.get(Rows.receiptKey(earlier));
        return receipt != null
                && Rows.receipt(receipt).charge().debitNano().signum() > 0
                && paid(earlier.epoch(), account).isPresent()
                && !voids.isVoid(earlier.epoch(), account);
    }

    @Override
    public Optional<EpochPart> paid(long epoch, long account) throws IOException {
        Paying known = paying;
        if (known == null || known.epoch() != epoch) {
            Map<Long, EpochPart> byAccount = new HashMap<>();
            for (Rows.Settled settled : rows.parts(epoch)) {
                settled.part()
                        .debitsByAccount()
                        .keySet()
                        .forEach(one -> byAccount.putIfAbsent(one, settled.part()));
            }
            known = new Paying(epoch, byAccount);
            paying = known;
        }
        return Optional.ofNullable(known.byAccount().get(account));
    }

    @Override
    public boolean chargedBefore(String requestId, Place at) throws IOException {
        byte[] known = get(Kind.CHARGED.key(Numeric.hexStringToByteArray(requestId)));
        if (known == null) {
            return false;
        }
        ByteBuffer row = ByteBuffer.wrap(known);
        Place other = new Place(row.getLong(), row.getLong(), row.getLong());
        return other.epoch() < at.epoch() && contradicts(other, row.getLong());
    }

    @Override
    public Optional<Place> lasts(long account, long firstSequence, Last last) throws IOException {
        Place at = last.at();
        byte[] key = Kind.LAST.key(account, at.epoch());
        List<Place> contradicting = new ArrayList<>();
        int[] seen = {0};
        store.below(
                key,
                Kind.LAST.key(account),
                (found, value) -> {
                    if (++seen[0] > LASTS_KEPT) {
                        unwritten.put(ByteBuffer.wrap(found), GONE);
                        return true;
                    }
                    ByteBuffer row = ByteBuffer.wrap(value);
                    long epoch = ByteBuffer.wrap(found).getLong(1 + Long.BYTES);
                    Place place = new Place(epoch, row.getLong(), row.getLong());
                    long sequence = row.getLong();
                    if (sequence >= firstSequence
                            && ChargeRules.isReachable(sequence, epoch)
                            && contradicts(place, account)) {
                        contradicting.add(place);
                    }
                    return true;
                });
        put(
                key,
                ByteBuffer.allocate(3 * Long.BYTES)
                        .putLong(at.shard())
                        .putLong(at.index())
                        .putLong(last.sequence())
                        .array());
        return contradicting.stream().findFirst();
    }

    @Override
    public Optional<Sealed> leaf(Place at) throws IOException {
        Rebuilt known = rebuilt;
        if (known == null || known.header().epoch() != at.epoch()) {
            List<Rows.Settled> parts = rows.parts(at.epoch());
            if (parts.isEmpty()) {
                return Optional.empty();
            }
            known = rebuild(parts.get(0).part().header());
            rebuilt = known;
        }
        byte[] receipt = store.get(Rows.receiptKey(at));
        EpochTree tree = known.tree();
        return tree == null || receipt == null
                ? Optional.empty()
                : Optional.of(
                        new Sealed(known.header(), ProvenLeaf.of(Rows.receipt(receipt), tree)));
    }

    private Rebuilt rebuild(Header header) throws IOException {
        EpochTree.Builder builder = new EpochTree.Builder(hashes, shardDepth, header.levels());
        rows.receipts(header.epoch()).forEach((Receipt receipt) -> builder.add(receipt));
        EpochTree tree = builder.build();
        if (!tree.matches(header)) {
            LOG.warn("epoch {} cannot be rebuilt: nothing is proven by its leaves", header.epoch());
            return new Rebuilt(header, null);
        }
        return new Rebuilt(header, tree);
    }

    private byte @Nullable [] get(byte[] key) throws IOException {
        byte[] pending = unwritten.get(ByteBuffer.wrap(key));
        return pending == null ? store.get(key) : pending;
    }

    private void put(byte[] key, byte[] value) throws IOException {
        unwritten.put(ByteBuffer.wrap(key), value);
        if (unwritten.size() >= MOST_UNWRITTEN) {
            flush();
        }
    }

    private static byte[] charged(Place at, long account) {
        return ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(at.epoch())
                .putLong(at.shard())
                .putLong(at.index())
                .putLong(account)
                .array();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
