package io.millrace.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
import io.millrace.watch.act.send.FinalBlock;
import io.millrace.watch.act.send.SendLimits;
import io.millrace.watch.follow.Finality;
import io.millrace.watch.follow.StoredStream;
import io.millrace.watch.follow.Topics;
import io.millrace.watch.store.WatchStore;
import io.millrace.watch.testing.Books;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Task;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A watcher before the real contracts, with one settler, its books and its topics. */
final class WatchedCourt implements AutoCloseable {

    static final int ACCOUNTS = 7;
    static final long VICTIM = 3;
    static final int ROUNDS = 60;
    private static final String DATA = "data";
    private static final String SENT = "sent";

    final List<Evidence> evidence = new ArrayList<>();
    final Reading topics = new Reading();
    final Court court;
    final Books books;
    private final List<Receipt> published = new ArrayList<>();
    private final Path folder;
    private final Path key;
    private @Nullable WatchStore store;
    private String nodeUrl;
    private Finality finality = new Finality("0");
    private long sequence;

    /** Of one transaction of the watchers that are opened from now on. */
    long mostGas = SendLimits.DEFAULT.maxGas();

    /** With folders of its own in {@code folder}. */
    WatchedCourt(Path folder) throws Exception {
        this.folder = folder;
        court = Court.open(ACCOUNTS);
        nodeUrl = court.node.url();
        books = new Books(court);
        court.pass(120); // the model's first price is in force
        key = folder.resolve("key");
        Files.writeString(
                key,
                "0x%064x".formatted(Court.CHALLENGER.credentials().getEcKeyPair().getPrivateKey()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    @Override
    public void close() {
        court.close();
    }

    /** Watchers that are opened from now on see the chain by this node, and count these blocks. */
    void through(String url, String blocks) {
        nodeUrl = url;
        finality = new Finality(blocks);
    }

    /** On the topics, receipts and evidence. */
    void publish(Settled settled) {
        published.addAll(settled.receipts());
        evidence.addAll(settled.evidence().values());
    }

    /** The same without the receipts of an account. */
    void publish(Settled settled, long withheld) {
        publish(settled);
        published.removeIf(
                one ->
                        one.epoch() == settled.header().epoch()
                                && one.charge().requesterAccount() == withheld);
    }

    /** Some charges of each account, one after the other. */
    List<Task> honest() throws Exception {
        long millis = court.chain().newest().seconds() * 1_000;
        List<Task> tasks = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            sequence++;
            for (long account = 1; account <= ACCOUNTS; account++) {
                Task task = new Task(account, sequence, millis);
                task.units = 10 + 7 * account + number;
                tasks.add(task.price());
            }
        }
        return tasks;
    }

    /** Of all accounts. */
    Watcher watcher() throws IOException {
        return watcher(Set.of());
    }

    /** Of these alone. */
    Watcher watcher(Set<Long> accounts) throws IOException {
        WatchSettings settings =
                new WatchSettings(
                        KafkaAccess.at("127.0.0.1:1"),
                        nodeUrl,
                        court.vault.getContractAddress(),
                        court.registry.getContractAddress(),
                        0,
                        finality,
                        folder.resolve(DATA),
                        accounts,
                        Set.of(),
                        0,
                        8,
                        true);
        return Watcher.open(
                settings,
                chain ->
                        KeyMessenger.open(
                                key,
                                folder.resolve(SENT),
                                new JsonRpc(nodeUrl),
                                chain,
                                FinalBlock.OF_NODE,
                                SendLimits.DEFAULT
                                        .needing(mostGas)
                                        .republishing(Duration.ZERO, Duration.ofSeconds(20))),
                (store, hashes, terms) -> {
                    this.store = store;
                    if (topics.all) {
                        put(store);
                    }
                    return topics;
                });
    }

    /** Transactions of the watcher's key that blocks have. */
    long sent() throws IOException {
        return JsonRpc.quantity(
                        court.rpc.call(
                                "eth_getTransactionCount", Court.CHALLENGER.address(), "latest"))
                .longValueExact();
    }

    /** The next watcher has nothing left of those before it but their key. */
    void forget() throws IOException {
        for (String lost : List.of(DATA, SENT)) {
            try (Stream<Path> files = Files.walk(folder.resolve(lost))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What was published, into the store that its watcher opened last. */
    void put() {
        put(requireNonNull(store, "no watcher was opened"));
    }

    private void put(WatchStore store) {
        try (WatchStore.Batch batch = store.batch()) {
            StoredStream.put(published, evidence, court.hashes(), batch);
            batch.write();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rounds, and the chain's time between them, until nothing is left to do. */
    void run(Watcher watcher) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            watcher.step();
            if (watcher.isIdle()) {
                return;
            }
            court.pass(round == 0 ? patience() : 60);
        }
        throw new AssertionError(
                "not idle after %d rounds: %s".formatted(ROUNDS, watcher.status()));
    }

    /** Seconds that what does not show is waited for. */
    static long patience() {
        return (6 * Court.BUCKET_SECONDS - 2 * Court.RESPONSE_SECONDS) / 2;
    }

    /** One case, the victim's, and compensated. */
    void assertCompensated(Watcher watcher, Action action) throws IOException {
        assertThat(watcher.docket().all())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.action()).isEqualTo(action);
                            assertThat(one.account()).isEqualTo(VICTIM);
                            assertThat(one.state()).isEqualTo(State.COMPENSATED);
                        });
    }

    /** The victim's released balance has risen by 120 % of what was debited of it. */
    void assertPaid(BigInteger before, Settled settled) throws Exception {
        BigInteger debited = settled.debit(0, VICTIM);
        assertThat(released().subtract(before))
                .isEqualTo(
                        debited.multiply(BigInteger.valueOf(120)).divide(BigInteger.valueOf(100)));
    }

    /** What of the victim's balance is released. */
    BigInteger released() throws Exception {
        return court.vault.spendingAccount(BigInteger.valueOf(VICTIM)).send().component4();
    }

    /** Topics as a test would have them: read to the end, unless it says otherwise. */
    static final class Reading implements Topics {

        volatile boolean all = true;
        volatile String failure = "";

        @Override
        public boolean hasReadSince(long nanos) {
            return all;
        }

        @Override
        public boolean isCatchingUp() {
            return !all && failure.isEmpty();
        }

        @Override
        public String failure() {
            return failure;
        }

        @Override
        public void close() {}
    }
}
