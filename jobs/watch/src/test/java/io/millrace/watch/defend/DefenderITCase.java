package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.figures.FigureServer;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A defender of an honest settler, before the real contracts. */
class DefenderITCase {

    @TempDir private Path folder;

    private Siege siege;

    @BeforeEach
    void open() throws Exception {
        siege = Siege.open(folder);
    }

    @AfterEach
    void close() {
        siege.close();
    }

    /** Every statement and every position, of epochs in one part and in two; ended at any point. */
    @Test
    void challenges_ofEveryKind_endedAndStartedAgain_eachAnsweredOnce() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int parts = 1; parts <= 2; parts++) {
            Settled settled = siege.books.settle(siege.tasks(), Map.of(), parts);
            siege.records.publish(settled);
            siege.challengeStatements(settled, parts);
            siege.challengePositions(settled);
        }
        long transactions = siege.challenged();
        siege.court.node.call("evm_setAutomine", false);

        for (int round = 0; siege.unanswered() > 0; round++) {
            assertThat(round)
                    .as("rounds, and %d are open", siege.unanswered())
                    .isLessThan(Siege.ROUNDS);
            try (Defender defender = siege.defender(Siege.PLENTY)) {
                for (int steps = 1 + random.nextInt(3); steps > 0; steps--) {
                    defender.step();
                }
            }
            if (random.nextBoolean()) {
                siege.court.node.call("anvil_dropAllTransactions");
            } else {
                siege.court.node.call("anvil_mine", 1);
            }
        }
        siege.court.node.call("anvil_mine", 8);

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
            assertThat(defender.figures().missed()).isZero();
        }
        assertThat(siege.count("latest"))
                .as("transactions of the defender")
                .isEqualTo(transactions);
        siege.assertEarned();
    }

    @Test
    void evidence_ofOneLeafMissing_othersAnsweredAndItToo_onceItIsThere() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        Receipt silent = settled.receipt(3, 1);
        Evidence withheld =
                Objects.requireNonNull(siege.records.evidence.remove(silent.charge().requestId()));
        siege.challengeStatements(settled, 1);
        siege.challengePositions(settled);

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.rounds(defender, 1);
            assertThat(defender.figures().open()).isEqualTo(1);
            assertThat(defender.figures().unprepared()).isEqualTo(1);
            assertThat(siege.count("latest")).isEqualTo(siege.challenged() - 1);
            assertThat(defender.figures().missed()).isZero();

            siege.court.pass(Court.RESPONSE_SECONDS - 100);
            defender.step();
            assertThat(defender.figures().secondsLeft()).isBetween(1L, 100L);

            siege.records.evidence.put(withheld.requestId(), withheld);
            siege.run(defender);
            assertThat(defender.figures().missed()).isZero();
        }
        siege.assertEarned();
    }

    @Test
    void evidence_thatIsMissing_namedWithItsRequest() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        Receipt silent = settled.receipt(3, 1);
        siege.records.evidence.remove(silent.charge().requestId());
        siege.challengePositions(settled);
        List<Challenged> challenges = siege.challenges();

        Map<String, Prepared> prepared = siege.preparation().of(challenges);

        assertThat(prepared).hasSize(siege.challenged());
        assertThat(prepared.values().stream().filter(one -> !one.isAnswer()))
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.isGone()).isTrue();
                            assertThat(one.lack())
                                    .contains(silent.charge().requestId(), Evidence.TOPIC);
                        });
    }

    @Test
    void receipts_notYetVisible_answeredWhenTheyAre() throws Exception {
        Settled late = siege.books.settle(siege.tasks());
        Settled known = siege.books.settle(siege.tasks());
        siege.records.publish(known);
        siege.records.receipts.addAll(late.receipts().subList(1, late.receipts().size()));
        siege.challengeStatements(late, 1);
        siege.challengeStatements(known, 1);

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.rounds(defender, Siege.ACCOUNTS);
            assertThat(defender.figures().unprepared()).isEqualTo(Siege.ACCOUNTS);

            siege.records.receipts.add(late.receipts().get(0));
            siege.run(defender);
        }
        siege.assertEarned();
    }

    @Test
    void answer_ofSomebodyElse_isNotSentAgain() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);
        for (long account = 1; account <= 4; account++) {
            siege.answer(settled, account);
        }

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
            assertThat(defender.figures().answered()).isEqualTo(Siege.ACCOUNTS - 4);
            assertThat(defender.figures().byOthers()).isEqualTo(4);
        }
        assertThat(siege.count("latest")).isEqualTo(Siege.ACCOUNTS - 4);
        siege.assertEarned();
    }

    @Test
    void epochs_ofAnotherSettler_areNotItsBusiness() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);

        try (Defender defender = siege.defender(Siege.PLENTY, Set.of(Court.CHALLENGER.address()))) {
            siege.run(defender);
            assertThat(siege.count("latest")).isZero();
        }
        try (Defender defender = siege.defender(Siege.PLENTY, Set.of(Court.SETTLER.address()))) {
            siege.run(defender);
        }
        siege.assertEarned();
    }

    @Test
    void figures_ofChallengesThatAreOpen_servedToPrometheus() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.challengeStatements(settled, 1);

        try (Defender defender = siege.defender(Siege.PLENTY);
                FigureServer server =
                        FigureServer.serve(
                                "--defend", "127.0.0.1", 0, () -> defender.figures().text())) {
            defender.step();
            String text =
                    HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:%d/metrics"
                                                                    .formatted(server.port())))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            assertThat(text)
                    .contains("# TYPE millrace_defend_open gauge\nmillrace_defend_open 7\n")
                    .contains("millrace_defend_unprepared 7\n")
                    .contains("millrace_defend_missed_total 0\n")
                    .containsPattern("millrace_defend_seconds_left (59[0-9]|600)\n");
        }
    }

    @Test
    void budget_usedUp_answersGoOnWithMore() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);
        siege.court.node.call("evm_setAutomine", false);
        BigInteger some = siege.offer().multiply(BigInteger.valueOf(2 * 150_000));

        try (Defender defender = siege.defender(some)) {
            for (int round = 0; round < 5; round++) {
                defender.step();
            }
            assertThat(siege.count("pending")).isBetween(1L, Siege.ACCOUNTS - 1L);
            assertThat(defender.figures().open()).isEqualTo(Siege.ACCOUNTS);
            assertThat(defender.figures().spentWei()).isLessThanOrEqualTo(some);
        }
        siege.court.node.call("evm_setAutomine", true);
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
        }
        assertThat(siege.count("latest")).isEqualTo(Siege.ACCOUNTS);
        siege.assertEarned();
    }

    @Test
    void deadline_missed_answeredUnlessItWasConcluded() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);
        siege.court.pass(Court.RESPONSE_SECONDS + 1);
        siege.court.send(
                Court.CHALLENGER,
                TribunalCalls.conclude(
                        settled.header().epoch(),
                        0,
                        1,
                        Kind.STATEMENT,
                        settled.debit(0, 1).longValueExact()),
                BigInteger.ZERO);

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
            assertThat(defender.figures().missed()).isEqualTo(Siege.ACCOUNTS);
            assertThat(defender.figures().answered()).isZero();
        }
        assertThat(siege.count("latest")).isEqualTo(Siege.ACCOUNTS - 1);
        assertThat(siege.chain.isVoid(settled.header().epoch(), 1)).isTrue();
        assertThat(siege.chain.isVoid(settled.header().epoch(), 2)).isFalse();
    }
}
