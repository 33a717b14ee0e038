package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.act.TribunalEvent.Answered;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.follow.Finality;
import io.millrace.watch.follow.SettleCalls;
import io.millrace.watch.testing.Books;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Party;
import io.millrace.watch.testing.Task;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.web3j.utils.Numeric;

/** An honest settler before the real contracts, whom somebody challenges, and its defender. */
final class Siege implements AutoCloseable {

    static final int ACCOUNTS = 7;
    static final int CHARGES = 3;
    static final int ROUNDS = 400;
    static final BigInteger PLENTY = BigInteger.TEN.pow(19);
    private static final Party DEFENDER = new Party("defender");

    final ListRecords records = new ListRecords();
    final Court court;
    final Books books;
    final TribunalChain chain;
    private final List<BigInteger> challengerGas = new ArrayList<>();
    private final Path folder;
    private final Path key;
    private final BigInteger bondNano;
    private Finality finality = new Finality("finalized");
    private String nodeUrl;
    private long sequence;
    private int challenged;

    private Siege(Court court, Path folder) throws Exception {
        this.court = court;
        this.folder = folder;
        nodeUrl = court.node.url();
        books = new Books(court);
        chain = court.chain();
        court.pass(120); // the model's first price is in force
        court.node.fund(DEFENDER.address());
        key = folder.resolve("key");
        Files.writeString(key, Numeric.toHexString(DEFENDER.key()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        bondNano = bond();
    }

    /** A new one. */
    static Siege open(Path folder) throws Exception {
        Court court = Court.open(ACCOUNTS);
        try {
            return new Siege(court, folder);
        } catch (Exception | Error e) {
            court.close();
            throw e;
        }
    }

    @Override
    public void close() {
        court.close();
    }

    /** Defenders that are opened from now on see the chain by this node, and count these blocks. */
    void through(String url, String blocks) {
        nodeUrl = url;
        finality = new Finality(blocks);
    }

    /** Challenges so far. */
    int challenged() {
        return challenged;
    }

    /** What they have cost the challenger. */
    long challengerGas() {
        return challengerGas.stream().mapToLong(BigInteger::longValueExact).sum();
    }

    /** Every account's, of the part that debits it. */
    void challengeStatements(Settled settled, int parts) throws Exception {
        for (long account = 1; account <= ACCOUNTS; account++) {
            int part = (int) (account / 4) % parts;
            challenge(
                    TribunalCalls.challengeStatement(
                            settled.parts().get(part), account, List.of()));
        }
    }

    /** What lies anywhere in the tree, of one statement. */
    void challengePositions(Settled settled) throws Exception {
        long places = 1L << (settled.header().levels() - Court.SHARD_DEPTH);
        for (long shard = 0; shard < 1 << Court.SHARD_DEPTH; shard++) {
            for (long index = 0; index < places; index++) {
                challenge(TribunalCalls.challengeLeaf(settled.part(), 3, shard, index));
            }
        }
    }

    /** All statements of a part and some places of its tree, unless the chain has the challenge. */
    void challengeMissing(Settled settled) throws Exception {
        for (long account = 1; account <= ACCOUNTS; account++) {
            long debit = settled.debit(0, account).longValueExact();
            if (isNew(settled, account, Kind.STATEMENT, debit)) {
                challenge(TribunalCalls.challengeStatement(settled.part(), account, List.of()));
            }
            if (isNew(settled, account, Kind.LEAF, Kind.position(account, 0))) {
                challenge(TribunalCalls.challengeLeaf(settled.part(), account, account, 0));
            }
        }
        challenged = 2 * ACCOUNTS;
    }

    private boolean isNew(Settled settled, long account, Kind kind, long what) throws Exception {
        String id = chain.challengeOf(settled.header().epoch(), 0, account, kind, what);
        return chain.challenge(id).deadlineSeconds() == 0;
    }

    /** A reorganisation took so many challenges away. */
    void took(int challenges) {
        challenged -= challenges;
    }

    void challenge(String calldata) throws Exception {
        challengerGas.add(court.send(Court.CHALLENGER, calldata, Court.DEPOSIT_WEI).getGasUsed());
        challenged++;
    }

    void answer(Settled settled, long account) throws Exception {
        court.send(
                Court.CHALLENGER,
                TribunalCalls.answerStatement(
                        settled.header(),
                        account,
                        settled.debit(0, account),
                        ProvenLeaf.of(settled.receipt(account, 0), settled.tree()),
                        ProvenLeaf.of(settled.receipt(account, CHARGES - 1), settled.tree())),
                BigInteger.ZERO);
    }

    /** Some charges of each account, one after the other; one of them failed. */
    List<Task> tasks() throws Exception {
        long millis = chain.newest().seconds() * 1_000;
        List<Task> tasks = new ArrayList<>();
        for (int number = 0; number < CHARGES; number++) {
            sequence++;
            for (long account = 1; account <= ACCOUNTS; account++) {
                Task task = new Task(account, sequence, millis);
                task.units = 10 + 7 * account + number;
                tasks.add(task.price());
            }
        }
        Task failed = tasks.get(ACCOUNTS + 4);
        failed.status = 3;
        failed.units = 0;
        failed.price();
        return tasks;
    }

    Defender defender(BigInteger budgetWei) throws IOException {
        return defender(budgetWei, Set.of());
    }

    Defender defender(BigInteger budgetWei, Set<String> settlers) throws IOException {
        return Defender.open(settings(budgetWei, settlers), records);
    }

    /** By clocks of the test. */
    Defender defender(BigInteger budgetWei, LongSupplier nanos) throws IOException {
        return Defender.open(settings(budgetWei, Set.of()), records, clock(nanos), nanos);
    }

    private static Clock clock(LongSupplier nanos) {
        long from = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(
                        from + TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong()));
            }
        };
    }

    private DefendSettings settings(BigInteger budgetWei, Set<String> settlers) {
        return new DefendSettings(
                KafkaAccess.at("127.0.0.1:1"),
                nodeUrl,
                court.vault.getContractAddress(),
                0,
                finality,
                folder.resolve("data"),
                key,
                settlers,
                budgetWei);
    }

    Preparation preparation() throws IOException {
        return new Preparation(
                court.rpc,
                court.hashes(),
                Court.SHARD_DEPTH,
                new SettledParts(
                        court.rpc,
                        chain,
                        new SettleCalls(court.rpc, chain.vault(), court.hashes()),
                        0),
                records);
    }

    /** Rounds until nothing is open by final blocks, which come by themselves. */
    void run(Defender defender) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            defender.step();
            if (defender.isIdle()) {
                return;
            }
            court.node.call("anvil_mine", 2);
        }
        throw new AssertionError(
                "not idle after %d rounds: %s".formatted(ROUNDS, defender.status()));
    }

    /** Rounds until so many are open and stay so. */
    void rounds(Defender defender, int open) throws IOException {
        for (int round = 0; round < 30; round++) {
            defender.step();
            court.node.call("anvil_mine", 1);
            if (defender.figures().open() < open) {
                throw new AssertionError("fewer are open: " + defender.status());
            }
        }
    }

    /** The settler has a deposit for each, the bond is whole, and nothing is locked. */
    void assertEarned() throws Exception {
        assertThat(unanswered()).isZero();
        assertThat(chain.depositOf(Court.SETTLER.address()))
                .isEqualTo(Court.DEPOSIT_WEI.multiply(BigInteger.valueOf(challenged)));
        assertThat(bond()).isEqualTo(bondNano);
        assertThat(chain.rewardOf(Court.CHALLENGER.address())).isZero();
    }

    private BigInteger bond() throws Exception {
        return court.vault.bondOf(Court.SETTLER.address(), BigInteger.ZERO).send().component1();
    }

    List<Challenged> challenges() throws IOException {
        return chain.events(0, chain.newest().number()).stream()
                .filter(Challenged.class::isInstance)
                .map(Challenged.class::cast)
                .toList();
    }

    long unanswered() throws IOException {
        List<TribunalEvent> events = chain.events(0, chain.newest().number());
        return challenged - events.stream().filter(Answered.class::isInstance).count();
    }

    /** What its answers have cost. */
    long defenderGas() throws IOException {
        long gas = 0;
        for (TribunalEvent event : chain.events(0, chain.newest().number())) {
            if (event instanceof Answered answer) {
                String hash = answer.at().transaction();
                String used =
                        court.rpc.call("eth_getTransactionReceipt", hash).path("gasUsed").asText();
                gas += Numeric.decodeQuantity(used).longValueExact();
            }
        }
        return gas;
    }

    /** Transactions of the defender. */
    long count(String block) throws IOException {
        return Numeric.decodeQuantity(
                        court.rpc
                                .call("eth_getTransactionCount", DEFENDER.address(), block)
                                .asText())
                .longValueExact();
    }

    /** For a unit of gas: room for the base fee to double, and the most of a first tip. */
    BigInteger offer() throws IOException {
        return Numeric.decodeQuantity(
                        court.rpc
                                .call("eth_getBlockByNumber", "latest", false)
                                .path("baseFeePerGas")
                                .asText())
                .shiftLeft(1)
                .add(BigInteger.TEN.pow(9));
    }
}
