package io.millrace.watch.act;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.act.TribunalEvent.Answered;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.TribunalEvent.Concluded;
import io.millrace.watch.act.TribunalEvent.FaultProven;
import io.millrace.watch.act.TribunalEvent.StatementAnswered;
import io.millrace.watch.testing.Books;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Party;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call of the tribunal with its witnesses, before the real one. */
class TribunalITCase {

    private static final int ACCOUNTS = 7;

    /** Numbers of the accounts' charges ascend over all tests. */
    private static long sequence;

    private static Court court;
    private static Books books;
    private static TribunalChain chain;
    private long seconds;
    private long firstBlock;

    @BeforeAll
    static void open() throws Exception {
        court = Court.open(ACCOUNTS);
        books = new Books(court);
        chain = court.chain();
    }

    @AfterAll
    static void close() {
        court.close();
    }

    @BeforeEach
    void now() throws Exception {
        court.pass(120); // the model's first price is in force
        TribunalChain.Block newest = chain.newest();
        seconds = newest.seconds();
        firstBlock = newest.number() + 1;
    }

    /** Some charges of each account, one after the other. */
    private List<Task> honest() {
        List<Task> tasks = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            sequence++;
            for (long account = 1; account <= ACCOUNTS; account++) {
                Task task = new Task(account, sequence, seconds * 1_000);
                task.units = 10 + 7 * account + number;
                tasks.add(task.price());
            }
        }
        return tasks;
    }

    @Test
    void statements_ofAnHonestEpochInTwoParts_everyOneAnswered() throws Exception {
        Settled settled = books.settle(honest(), Map.of(), 2);
        assertThat(settled.tree().matches(settled.header())).isTrue();
        BigInteger before = chain.depositOf(Court.SETTLER.address());

        for (long account = 1; account <= ACCOUNTS; account++) {
            var part = settled.parts().get(account < 4 ? 0 : 1);
            challenge(TribunalCalls.challengeStatement(part, account, List.of()));
            BigInteger demanded = settled.debit(account < 4 ? 0 : 1, account);
            court.send(
                    Court.CHALLENGER,
                    TribunalCalls.answerStatement(
                            part.header(),
                            account,
                            demanded,
                            settled.leaf(account, 0),
                            settled.leaf(account, 2)),
                    BigInteger.ZERO);
        }

        List<TribunalEvent> events = chain.events(firstBlock, chain.newest().number());
        assertThat(events).filteredOn(Answered.class::isInstance).hasSize(ACCOUNTS);
        assertThat(events)
                .filteredOn(StatementAnswered.class::isInstance)
                .extracting(event -> ((StatementAnswered) event).last())
                .as("the last of an account's leaves")
                .contains(Kind.position(7, 2));
        assertThat(chain.depositOf(Court.SETTLER.address()).subtract(before))
                .isEqualTo(Court.DEPOSIT_WEI.multiply(BigInteger.valueOf(ACCOUNTS)));
    }

    @Test
    void leaves_ofAnHonestEpoch_everyPlaceAnsweredFullOrEmpty() throws Exception {
        List<Task> tasks = honest();
        tasks.get(5).status = 3; // it failed and costs nothing
        tasks.get(5).units = 0;
        tasks.get(5).price();
        Settled settled = books.settle(tasks);

        for (long index = 0; index < 4; index++) {
            for (long shard : new long[] {1, 6, 15}) {
                challenge(TribunalCalls.challengeLeaf(settled.part(), 3, shard, index));
                boolean full = settled.tree().has(shard, index);
                assertThat(full).isEqualTo(shard < 15 && index < 3);
                court.send(
                        Court.CHALLENGER,
                        full ? answer(settled, shard, index) : empty(settled, shard, index),
                        BigInteger.ZERO);
            }
        }

        List<TribunalEvent> events = chain.events(firstBlock, chain.newest().number());
        assertThat(events)
                .filteredOn(Answered.class::isInstance)
                .hasSize(12)
                .allMatch(event -> ((Answered) event).inTime());
        assertThat(chain.statement(settled.header().epoch(), 0, 3).locks()).isZero();
        assertThat(shown(events.get(1)))
                .as("what the answer's transaction showed")
                .containsExactly(settled.leaf(1, 0));
    }

    @Test
    void leaf_withoutTheRequestersSignature_answerRefused() throws Exception {
        Settled settled = books.settle(honest());
        challenge(TribunalCalls.challengeLeaf(settled.part(), 2, 2, 0));
        Evidence real = settled.evidenceOf(settled.receipt(2, 0));
        Evidence forged = resigned(real, Court.CHALLENGER);

        assertThatThrownBy(
                        () ->
                                court.send(
                                        Court.SETTLER,
                                        TribunalCalls.answerLeaf(
                                                settled.header(), 2, settled.leaf(2, 0), forged),
                                        BigInteger.ZERO))
                .hasMessageContaining("reverted");
    }

    @Test
    void conclude_nobodyAnswered_victimCompensatedAndChallengerPaid() throws Exception {
        List<Task> tasks = honest();
        Settled settled = books.settle(tasks, Map.of(1L, 1_000L, 2L, -1_000L), 1);
        long epoch = settled.header().epoch();
        BigInteger demanded = settled.debit(0, 1);
        challenge(TribunalCalls.challengeStatement(settled.part(), 1, List.of()));
        Challenged open = (Challenged) chain.events(firstBlock, chain.newest().number()).get(0);
        assertThat(chain.challenge(open.challenge()).isOpen()).isTrue();
        assertThat(open.challenge())
                .isEqualTo(
                        chain.challengeOf(epoch, 0, 1, Kind.STATEMENT, demanded.longValueExact()));

        court.pass(Court.RESPONSE_SECONDS + 1);
        court.send(
                Court.CHALLENGER,
                TribunalCalls.conclude(epoch, 0, 1, Kind.STATEMENT, open.what()),
                BigInteger.ZERO);

        List<TribunalEvent> events = chain.events(firstBlock, chain.newest().number());
        assertThat(events).filteredOn(Concluded.class::isInstance).hasSize(1);
        assertThat(events)
                .filteredOn(FaultProven.class::isInstance)
                .extracting(event -> ((FaultProven) event).victimNano())
                .containsExactly(demanded.multiply(BigInteger.valueOf(12)).divide(BigInteger.TEN));
        assertThat(chain.isVoid(epoch, 1)).isTrue();
        assertThat(chain.challenge(open.challenge()).isOpen()).isFalse();
        assertThat(chain.depositOf(Court.CHALLENGER.address())).isPositive();
        court.send(
                Court.CHALLENGER,
                TribunalCalls.takeDeposits(Court.CHALLENGER.address()),
                BigInteger.ZERO);
        assertThat(chain.depositOf(Court.CHALLENGER.address())).isZero();
    }

    /** What a settler can falsify in one leaf, and by which call it is shown. */
    @SuppressWarnings("ImmutableEnumChecker") // the consumers hold nothing
    enum Falsified {
        ARITHMETIC(Fault.WRONG_ARITHMETIC, task -> task.debitNano += 1),
        PRICE(
                Fault.WRONG_PRICE,
                task -> {
                    task.priceNano *= 2;
                    task.price();
                }),
        CREDITS(Fault.WRONG_CREDITS, task -> task.feeNano += 1),
        FEE(Fault.OVERCHARGED, task -> task.maxFeeNano = task.debitNano - 1),
        ACCOUNT(Fault.WRONG_ACCOUNT, task -> task.signer = 5),
        ANOTHER_MODEL(Fault.WRONG_MODEL, task -> task.asked = "0x" + "12".repeat(32)),
        LATE(Fault.AFTER_DEADLINE, task -> task.deadlineMillis = task.admittedMillis - 1);

        private final Fault fault;
        private final Consumer<Task> falsify;

        Falsified(Fault fault, Consumer<Task> falsify) {
            this.fault = fault;
            this.falsify = falsify;
        }
    }

    @ParameterizedTest
    @EnumSource
    void proof_ofAFalsifiedLeaf_convicts(Falsified falsified) throws Exception {
        List<Task> tasks = honest();
        Task task = tasks.get(ACCOUNTS + 3); // the second of account 4
        falsified.falsify.accept(task);
        Settled settled = books.settle(tasks);
        ProvenLeaf leaf = settled.leaf(4, 1);

        court.send(
                Court.CHALLENGER,
                falsified.fault.compareTo(Fault.OVERCHARGED) < 0
                        ? TribunalCalls.proveLeaf(settled.part(), 4, leaf)
                        : TribunalCalls.proveAgainstRequest(
                                settled.part(), 4, leaf, task.request()),
                BigInteger.ZERO);

        assertThat(faults()).containsExactly(falsified.fault.onChain());
    }

    @Test
    void pair_ofOneEpoch_sequenceAndDoubleChargeConvict() throws Exception {
        List<Task> tasks = honest();
        tasks.get(ACCOUNTS + 3).sequence += 100;
        Task twice = tasks.get(ACCOUNTS + 4); // the second of account 5
        twice.nonce = tasks.get(4).nonce;
        Settled settled = books.settle(tasks);

        court.send(
                Court.CHALLENGER,
                TribunalCalls.provePair(settled.part(), 4, settled.leaf(4, 1), settled.leaf(4, 0)),
                BigInteger.ZERO);
        court.send(
                Court.CHALLENGER,
                TribunalCalls.provePair(settled.part(), 5, settled.leaf(5, 1), settled.leaf(5, 0)),
                BigInteger.ZERO);

        assertThat(faults())
                .containsExactly(Fault.SEQUENCE.onChain(), Fault.DOUBLE_CHARGE.onChain());
    }

    @Test
    void pair_ofTwoEpochs_theLaterConvicted() throws Exception {
        Settled earlier = books.settle(honest());
        List<Task> tasks = honest();
        tasks.get(5).nonce = earlier.receipt(6, 2).charge().sequence();
        Settled later = books.settle(tasks);

        court.send(
                Court.CHALLENGER,
                TribunalCalls.provePairOfEpochs(
                        later.part(), 6, later.leaf(6, 0), earlier.part(), earlier.leaf(6, 2)),
                BigInteger.ZERO);

        assertThat(faults()).containsExactly(Fault.DOUBLE_CHARGE.onChain());
    }

    private List<String> faults() throws Exception {
        return chain.events(firstBlock, chain.newest().number()).stream()
                .filter(FaultProven.class::isInstance)
                .map(event -> ((FaultProven) event).fault())
                .toList();
    }

    private static void challenge(String calldata) throws Exception {
        court.send(Court.CHALLENGER, calldata, Court.DEPOSIT_WEI);
    }

    private static String answer(Settled settled, long shard, long index) {
        Receipt receipt =
                settled.receipts().stream()
                        .filter(one -> one.shard() == shard && one.index() == index)
                        .findFirst()
                        .orElseThrow();
        return TribunalCalls.answerLeaf(
                settled.header(),
                3,
                ProvenLeaf.of(receipt, settled.tree()),
                settled.evidenceOf(receipt));
    }

    private static String empty(Settled settled, long shard, long index) {
        return TribunalCalls.answerEmpty(
                settled.header(), 3, shard, index, settled.tree().path(shard, index));
    }

    private static List<ProvenLeaf> shown(TribunalEvent event) throws Exception {
        return ShownLeaves.of(
                court.rpc
                        .call("eth_getTransactionByHash", event.at().transaction())
                        .path("input")
                        .asText());
    }

    private static Evidence resigned(Evidence evidence, Party by) {
        return new Evidence(
                evidence.requestId(),
                evidence.requester(),
                evidence.model(),
                evidence.inputHash(),
                evidence.optionsHash(),
                evidence.maxFeeNano(),
                evidence.deadlineMillis(),
                evidence.nonce(),
                by.sign(evidence.requestId()),
                evidence.providerAccount(),
                evidence.units(),
                evidence.status(),
                evidence.outputHash(),
                evidence.numericClass(),
                evidence.outcomeSignature());
    }
}
