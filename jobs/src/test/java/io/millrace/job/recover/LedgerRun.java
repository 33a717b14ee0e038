package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.Release;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.RequestSignature;
import io.millrace.chain.CutPosition;
import io.millrace.chain.EventPlace;
import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.OutcomeStatus;
import io.millrace.job.topic.JsonCodec;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.CutReceipt;
import io.millrace.settle.EpochAssignment;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PartLimits;
import io.millrace.settle.PendingRequester;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutter;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A ledger in memory that is run at random by the engine's own arithmetic, and then forgotten but
 * for what it published.
 */
final class LedgerRun {

    static final Eip712Domain DOMAIN = new Eip712Domain(31337, "0x" + "00".repeat(19) + "aa");
    static final SettleOptions OPTIONS =
            new SettleOptions(2, 1, 300, 3, 1_000, 0, PartLimits.DEFAULT);

    static final LedgerHistory.Rules RULES =
            new LedgerHistory.Rules(DOMAIN, OPTIONS.shards(), line -> {});

    private static final RequestCodec CODEC = new RequestCodec(100_000);
    private static final RequestSignature SIGNATURE = new RequestSignature(DOMAIN);
    private static final String MODEL = Hex.encode(Keccak.hashUtf8("model"));
    private static final int REQUESTERS = 6;
    private static final int PARTITIONS = 3;

    private final Random random;
    private final EpochSealer sealer = new EpochSealer(OPTIONS, DOMAIN);
    private final ShardCutter cutter = new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN));

    final List<RequestRecord> records = new ArrayList<>();
    final Map<RequestPlace, Integer> open = new HashMap<>();
    final Set<RequestPlace> rejected = new HashSet<>();
    final List<Charge> charges = new ArrayList<>();
    final List<SealedPart> parts = new ArrayList<>();
    final List<Receipt> receipts = new ArrayList<>();
    final List<VaultEvent> events = new ArrayList<>();
    final Map<Integer, Long> balances = new TreeMap<>();
    final Map<Integer, Long> sequences = new TreeMap<>();
    final Map<Integer, List<Charge>> unsealed = new TreeMap<>();
    final Map<Integer, List<Release>> releases = new TreeMap<>();
    final Map<Integer, Long> openNano = new TreeMap<>();

    /** Account and number of requests. */
    private final Set<List<Integer>> cancelled = new HashSet<>();

    final Map<String, Long> deadlines = new HashMap<>();
    CheckpointMark mark = CheckpointMark.NONE;

    private final Map<String, Integer> accountOf = new HashMap<>();
    private final Map<Integer, Integer> cutsCarried = new HashMap<>();
    private final Map<Integer, Long> ends = new HashMap<>();
    private long clockMillis = 1_000_000;
    private final Map<Integer, Integer> requests = new HashMap<>();
    private long barrier;

    LedgerRun(Random random) {
        this.random = random;
        for (int account = 1; account <= REQUESTERS; account++) {
            accountOf.put(owner(account), account);
            events.add(new VaultEvent.SpendingAccountOpened(place(), account, owner(account)));
            deposit(account, 50_000);
        }
    }

    /** Many steps of all kinds. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(12)) {
                case 0 -> checkpoint();
                case 1 -> deposit(1 + random.nextInt(REQUESTERS), 700);
                case 2 -> withdraw();
                case 3, 4, 5, 6 -> append();
                default -> answer();
            }
        }
    }

    /** Many steps within one checkpoint. */
    void runWithoutCheckpoint(int steps) {
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(2) == 0) {
                append();
            } else {
                answer();
            }
        }
    }

    /** What Kafka and the chain have of it, its rows in a new folder below {@code folder}. */
    LedgerHistory history(Path folder) {
        return history(folder, mark, mark, charges, rejected, parts, receipts);
    }

    /** What they would have if only these records were committed. */
    LedgerHistory history(
            Path folder,
            CheckpointMark mark,
            CheckpointMark logMark,
            List<Charge> charges,
            Set<RequestPlace> rejected,
            List<SealedPart> parts,
            List<Receipt> receipts) {
        ChainBooks chain = new ChainBooks();
        events.forEach(chain::add);
        try {
            LedgerRows rows = LedgerRows.below(folder, DOMAIN);
            long offset = 0;
            for (Charge charge : charges) {
                rows.charge(
                        charge,
                        JsonCodec.encode(charge),
                        new RecordPlace(0, offset++),
                        clockMillis);
            }
            for (Receipt receipt : receipts) {
                rows.receipt(receipt, new RecordPlace(0, offset++));
            }
            for (SealedPart part : parts) {
                rows.part(part, JsonCodec.encode(part), new RecordPlace(0, offset++));
            }
            rejected.forEach(rows::rejection);
            return LedgerHistory.of(
                    rows,
                    new LedgerHistory.Marks(mark, logMark),
                    requests(rows),
                    chain,
                    1_000_000,
                    RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RequestScan.Result requests(LedgerRows rows) {
        try (RequestScan scan = new RequestScan(rows, CODEC, SIGNATURE, 3_600_000)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                scan.partition(partition, ends.getOrDefault(partition, 0L));
            }
            records.forEach(scan::add);
            return scan.result();
        }
    }

    static String owner(int account) {
        return "0x" + String.format("%040x", account);
    }

    boolean isCancelled(Release release) {
        return cancelled.contains(List.of(release.requesterAccount(), release.request()));
    }

    private void append() {
        int account = 1 + random.nextInt(REQUESTERS);
        int partition = random.nextInt(PARTITIONS);
        clockMillis += random.nextInt(20);
        long offset = ends.merge(partition, 1L + random.nextInt(2), Math::addExact) - 1;
        RequestPlace place = new RequestPlace(partition, offset);
        boolean tick = random.nextInt(5) == 0;
        InferenceRequest request =
                new InferenceRequest(
                        owner(account),
                        MODEL,
                        "text",
                        1_000,
                        clockMillis + random.nextInt(600),
                        records.size(),
                        "0x" + "11".repeat(65));
        records.add(
                new RequestRecord(place, clockMillis, tick, tick ? null : CODEC.encode(request)));
        if (!tick) {
            open.put(place, records.size() - 1);
        }
    }

    /** One of the open requests comes to its end, whichever: tasks complete out of order. */
    private void answer() {
        if (open.isEmpty()) {
            return;
        }
        List<RequestPlace> places = new ArrayList<>(open.keySet());
        places.sort(
                Comparator.comparingInt(RequestPlace::topicPartition)
                        .thenComparingLong(RequestPlace::offset));
        RequestPlace place = places.get(random.nextInt(Math.min(8, places.size())));
        RequestRecord record = records.get(requireNonNull(open.remove(place)));
        if (random.nextInt(6) == 0) {
            rejected.add(place);
            return;
        }
        InferenceRequest request = CODEC.read(record.value()).orElseThrow();
        int account = accountOf.getOrDefault(request.requester(), 0);
        long debitNano =
                Math.min(
                        random.nextInt(4) == 0 ? 0 : random.nextInt(200),
                        balances.getOrDefault(account, 0L));
        Charge charge =
                ChargeBuilder.charge()
                        .id(Hex.encode(SIGNATURE.digest(request)))
                        .requester(account, request.requester())
                        .sequence(sequences.merge(account, 1L, Math::addExact))
                        .provider(1 + account % 2, owner(90))
                        .model(MODEL)
                        .units(debitNano)
                        .amounts(debitNano, debitNano / 20)
                        .status(debitNano == 0 ? OutcomeStatus.FAILED : OutcomeStatus.ANSWERED)
                        .at(place.topicPartition(), place.offset())
                        .build();
        charges.add(charge);
        deadlines.put(charge.requestId(), request.deadlineMillis());
        move(account, -debitNano);
        unsealed.computeIfAbsent(account, a -> new ArrayList<>()).add(charge);
    }

    private void withdraw() {
        int account = 1 + random.nextInt(REQUESTERS);
        long openBefore = openNano.getOrDefault(account, 0L);
        if (openBefore > 0) {
            events.add(
                    new VaultEvent.WithdrawalCancelled(
                            place(),
                            account,
                            owner(account),
                            requests.getOrDefault(account, 0),
                            openBefore));
            openNano.remove(account);
            cancelled.add(List.of(account, requests.getOrDefault(account, 0)));
            return;
        }
        int request = requests.merge(account, 1, Math::addExact);
        long askedNano = 1L + random.nextInt(120_000);
        openNano.put(account, askedNano);
        events.add(
                new VaultEvent.WithdrawalRequested(
                        place(), account, owner(account), request, askedNano));
        release(account, true);
    }

    /** Cuts and seals what there is. */
    void checkpoint() {
        barrier++;
        sealer.add(new CutPosition(barrier, CutPosition.VAULT, events.size() + 1L));
        List<CutReceipt> cut = new ArrayList<>();
        for (int shard = 0; shard < OPTIONS.shards(); shard++) {
            cut.addAll(cut(shard));
        }
        Map<String, Long> epochs = new HashMap<>();
        for (EpochSealer.Sealed sealed : sealer.seal(barrier)) {
            parts.addAll(sealed.parts());
            for (EpochAssignment assignment : sealed.assignments()) {
                epochs.put(assignment.cut() + "/" + assignment.shard(), assignment.epoch());
            }
        }
        for (CutReceipt receipt : cut) {
            long epoch = requireNonNull(epochs.get(receipt.cut() + "/" + receipt.shard()));
            receipts.add(receipt.numbered(epoch));
        }
        mark =
                new CheckpointMark(
                        barrier, sealer.head().epoch(), sealer.head().header(), "this run");
    }

    private List<CutReceipt> cut(int shard) {
        List<PendingRequester> pending = new ArrayList<>();
        List<Release> released = new ArrayList<>();
        unsealed.forEach(
                (account, list) -> {
                    if (OPTIONS.shardOf(account) == shard) {
                        pending.add(
                                new PendingRequester(
                                        account,
                                        list.stream().mapToLong(Charge::debitNano).sum(),
                                        list.size(),
                                        cutsCarried.getOrDefault(account, 0)));
                    }
                });
        releases.forEach(
                (account, list) -> {
                    if (OPTIONS.shardOf(account) == shard) {
                        released.addAll(list);
                    }
                });
        releases.keySet().removeIf(account -> OPTIONS.shardOf(account) == shard);
        Set<Integer> chosen = cutter.choose(pending, released, false).keySet();
        List<Charge> taken = new ArrayList<>();
        for (PendingRequester requester : pending) {
            if (chosen.contains(requester.account())) {
                taken.addAll(unsealed.remove(requester.account()));
                cutsCarried.remove(requester.account());
            } else {
                cutsCarried.merge(requester.account(), 1, Math::addExact);
            }
        }
        if (taken.isEmpty() && released.isEmpty()) {
            return List.of();
        }
        ShardCutter.Cut cut = cutter.cut(barrier, shard, taken, released);
        sealer.add(cut.root());
        return cut.receipts();
    }

    private void deposit(int account, long amountNano) {
        events.add(new VaultEvent.Deposited(place(), account, owner(account), amountNano));
        move(account, amountNano);
    }

    /** What comes in goes to an open withdrawal first. */
    private void move(int account, long amountNano) {
        balances.merge(account, amountNano, Math::addExact);
        if (amountNano > 0) {
            release(account, false);
        }
    }

    private void release(int account, boolean isFirst) {
        long amountNano =
                Math.min(
                        openNano.getOrDefault(account, 0L),
                        Math.max(0, balances.getOrDefault(account, 0L)));
        if (isFirst || amountNano > 0) {
            openNano.merge(account, -amountNano, Math::addExact);
            balances.merge(account, -amountNano, Math::addExact);
            releases.computeIfAbsent(account, a -> new ArrayList<>())
                    .add(
                            new Release(
                                    account,
                                    owner(account),
                                    requests.getOrDefault(account, 0),
                                    amountNano));
        }
    }

    private EventPlace place() {
        long block = events.size() + 1L;
        return new EventPlace(block, block * 1_000L, 0, Hex.ZERO_32);
    }
}
