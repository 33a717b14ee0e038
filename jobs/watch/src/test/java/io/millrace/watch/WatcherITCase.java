package io.millrace.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A watcher of settlers of every kind, before the real contracts. */
class WatcherITCase {

    private static final int ACCOUNTS = 7;
    private static final long VICTIM = 3;
    private static final int ROUNDS = 60;

    @TempDir private Path folder;

    private final List<Receipt> published = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();
    private Court court;
    private Books books;
    private Path key;
    private long sequence;

    @BeforeEach
    void open() throws Exception {
        court = Court.open(ACCOUNTS);
        books = new Books(court);
        court.pass(120); // the model's first price is in force
        key = folder.resolve("key");
        Files.writeString(
                key,
                "0x%064x".formatted(Court.CHALLENGER.credentials().getEcKeyPair().getPrivateKey()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void close() {
        court.close();
    }

    @Test
    void watch_honestEpochsInParts_nothingIsHeldAgainstThem() throws Exception {
        publish(books.settle(honest(), Map.of(), 2));
        publish(books.settle(honest()));
        publish(books.settle(honest(), Map.of(), 3));

        try (Watcher watcher = watcher()) {
            run(watcher);

            assertThat(watcher.judged()).isEqualTo(3);
            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    static Stream<Arguments> cheats() {
        return Stream.of(
                cheat("overcharge", Action.PROVE_REQUEST, t -> t.maxFeeNano = t.debitNano - 1),
                cheat("late", Action.PROVE_REQUEST, t -> t.deadlineMillis = t.admittedMillis - 1),
                cheat(
                        "wrong account",
                        Action.PROVE_REQUEST,
                        t -> {
                            t.signer = VICTIM + 1;
                            t.nonce += 1_000;
                        }),
                cheat("arithmetic", Action.PROVE_LEAF, t -> t.debitNano++),
                cheat(
                        "wrong price",
                        Action.PROVE_LEAF,
                        t -> {
                            t.priceNano *= 2;
                            t.price();
                        }),
                cheat("treasury skim", Action.PROVE_LEAF, t -> t.feeNano += 5),
                cheat("double", Action.PROVE_PAIR, t -> t.nonce--));
    }

    private static Arguments cheat(String name, Action action, Consumer<Task> change) {
        return Arguments.of(name, action, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cheats")
    void watch_oneFalseCharge_provenAtOnceAndTheVictimIsPaid(
            String name, Action action, Consumer<Task> change) throws Exception {
        publish(books.settle(honest()));
        List<Task> tasks = honest();
        change.accept(tasks.get(tasks.size() - ACCOUNTS + (int) VICTIM - 1));
        Settled settled = books.settle(tasks);
        publish(settled);
        BigInteger before = released();

        try (Watcher watcher = watcher()) {
            run(watcher);

            assertCompensated(watcher, action);
        }
        assertPaid(before, settled);
    }

    @Test
    void watch_nobodySignedTheRequest_leafIsChallengedAndConcluded() throws Exception {
        Settled settled = books.settle(honest());
        publish(settled);
        Receipt accused = settled.receipt(VICTIM, 0);
        evidence.removeIf(one -> one.requestId().equals(accused.charge().requestId()));
        BigInteger before = released();

        try (Watcher watcher = watcher()) {
            run(watcher);

            assertCompensated(watcher, Action.CHALLENGE_LEAF);
        }
        assertPaid(before, settled);
    }

    @Test
    void watch_debitWithoutReceipts_statementIsChallengedAndConcluded() throws Exception {
        Settled settled = books.settle(honest(), Map.of(VICTIM, 9L, VICTIM + 1, -9L), 1);
        publish(settled);
        BigInteger before = released();

        try (Watcher watcher = watcher()) {
            run(watcher);

            assertCompensated(watcher, Action.CHALLENGE_STATEMENT);
        }
        assertPaid(before, settled);
    }

    @Test
    void watch_killedAfterEveryRound_oneChallengeAndOneConclusion() throws Exception {
        Settled settled = books.settle(honest(), Map.of(VICTIM, 9L, VICTIM + 1, -9L), 1);
        publish(settled);
        BigInteger before = released();

        List<Case> cases = List.of();
        for (int round = 0; round < ROUNDS && !ended(cases); round++) {
            try (Watcher watcher = watcher()) {
                watcher.step();
                cases = watcher.docket().all();
            }
            court.pass(round == 0 ? patience() : 30);
        }

        assertThat(cases)
                .singleElement()
                .satisfies(one -> assertThat(one.state()).isEqualTo(State.COMPENSATED));
        assertThat(
                        court.chain().events(0, court.chain().newest().number()).stream()
                                .map(event -> event.getClass().getSimpleName()))
                .containsExactlyInAnyOrder("Challenged", "Concluded", "FaultProven");
        assertPaid(before, settled);
    }

    @Test
    void watch_othersAccountsAlone_falseChargeOfTheVictimIsNotItsBusiness() throws Exception {
        List<Task> tasks = honest();
        tasks.get((int) VICTIM - 1).debitNano++;
        publish(books.settle(tasks));

        try (Watcher watcher = watcher(Set.of(VICTIM + 1))) {
            run(watcher);

            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    private static boolean ended(List<Case> cases) {
        return !cases.isEmpty() && cases.stream().allMatch(one -> one.state().isEnd());
    }

    private void publish(Settled settled) {
        published.addAll(settled.receipts());
        evidence.addAll(settled.evidence().values());
    }

    /** Some charges of each account, one after the other. */
    private List<Task> honest() throws Exception {
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

    private Watcher watcher() throws IOException {
        return watcher(Set.of());
    }

    private Watcher watcher(Set<Long> accounts) throws IOException {
        WatchSettings settings =
                new WatchSettings(
                        KafkaAccess.at("127.0.0.1:1"),
                        court.node.url(),
                        court.vault.getContractAddress(),
                        court.registry.getContractAddress(),
                        0,
                        new Finality("0"),
                        folder.resolve("data"),
                        accounts,
                        0,
                        8,
                        true);
        return Watcher.open(
                settings,
                chain ->
                        KeyMessenger.open(
                                key,
                                folder.resolve("sent"),
                                new JsonRpc(court.node.url()),
                                chain,
                                SendLimits.DEFAULT),
                (store, hashes) -> {
                    put(store);
                    return new AllRead();
                });
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
    private void run(Watcher watcher) throws Exception {
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

    private static long patience() {
        return (6 * Court.BUCKET_SECONDS - 2 * Court.RESPONSE_SECONDS) / 2;
    }

    private void assertCompensated(Watcher watcher, Action action) throws IOException {
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
    private void assertPaid(BigInteger before, Settled settled) throws Exception {
        BigInteger debited = settled.debit(0, VICTIM);
        assertThat(released().subtract(before))
                .isEqualTo(
                        debited.multiply(BigInteger.valueOf(120)).divide(BigInteger.valueOf(100)));
    }

    private BigInteger released() throws Exception {
        return court.vault.spendingAccount(BigInteger.valueOf(VICTIM)).send().component4();
    }

    /** Of topics that hold nothing more. */
    private static final class AllRead implements Topics {

        @Override
        public boolean hasReadSince(long nanos) {
            return true;
        }

        @Override
        public String failure() {
            return "";
        }

        @Override
        public void close() {}
    }
}
