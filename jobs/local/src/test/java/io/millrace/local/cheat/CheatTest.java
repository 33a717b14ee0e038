package io.millrace.local.cheat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.admit.Price;
import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.rules.ChargeRules;
import io.millrace.audit.rules.Fault;
import io.millrace.audit.rules.Leaf;
import io.millrace.chain.CutPosition;
import io.millrace.local.cheat.Cheat.Remedy;
import io.millrace.settle.EpochSealer;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import io.millrace.watch.act.SealedLeaf;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Judgement;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each false epoch is honest but for the one falsehood that its cheat names. */
class CheatTest {

    static final Price PRICE = new Price(20_000_000, 1, 500);

    private static final long CHAIN_ID = 31_337;
    private static final String VAULT = "0x00000000000000000000000000000000000000aa";
    private static final int SHARD_DEPTH = 4;
    private static final long NOW_MILLIS = 1_796_000_000_000L;
    private static final String MODEL = "0x" + "3a".repeat(32);

    private final Eip712Domain domain = new Eip712Domain(CHAIN_ID, VAULT);
    private final Cast cast = cast();
    private final Market market = new Market(domain, MODEL, PRICE, NOW_MILLIS);
    private final Ledger ledger =
            new Ledger(
                    domain,
                    SHARD_DEPTH,
                    new EpochSealer.Head(6, "0x" + "77".repeat(32), 0),
                    List.of(new CutPosition(18, CutPosition.VAULT, 40)),
                    Map.of(1, 5L, 16, 2L));

    @ParameterizedTest
    @EnumSource
    void judge_epochOfACheat_findsItAndNothingElse(Cheat cheat) throws IOException {
        Draft draft = draft(cheat);
        Judgement judgement = observed(draft).judgement();

        List<Finding> findings = judgement.findings();
        long victim = draft.victim().account();
        switch (cheat) {
            case OVERCHARGE -> assertProvable(findings, victim, Fault.OVERCHARGED);
            case DOUBLE -> assertProvable(findings, victim, Fault.DOUBLE_CHARGE);
            case WRONG_PRICE -> assertProvable(findings, victim, Fault.WRONG_PRICE);
            case WRONG_ACCOUNT -> assertProvable(findings, victim, Fault.WRONG_ACCOUNT);
            case TREASURY_SKIM -> assertProvable(findings, victim, Fault.WRONG_CREDITS);
            case UNSIGNED -> assertUnsupported(findings, victim, "requester 0x");
            case FORGED_PROVIDER_SIGNATURE ->
                    assertUnsupported(findings, victim, "provider 1 did not sign, but key 0x");
            case DEBIT_WITHOUT_RECEIPTS -> assertUnaccounted(findings, Set.of(victim), true);
            case WITHHELD_RECEIPT -> assertWithheld(findings, victim, Set.of(victim, 13L, 16L));
            case UNDERPAID_PROVIDER -> assertUnderpaid(findings, cast.provider().account());
            case IGNORED_WITHDRAWAL, HALF_POSTED_EPOCH ->
                    assertThat(findings).as("of no charge that is false").isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void leaves_ofACheat_breakNoRuleButTheOneItNames(Cheat cheat) throws IOException {
        Draft draft = draft(cheat);
        Observed observed = observed(draft);

        Set<Fault> broken = EnumSet.noneOf(Fault.class);
        List<Leaf> leaves = new ArrayList<>();
        for (Receipt receipt : observed.receipts()) {
            Leaf leaf = SealedLeaf.of(receipt).forRules();
            broken.add(ChargeRules.ofLeaf(leaf, observed.prices(leaf.model())));
            var request = observed.evidence(leaf.requestId()).get(0);
            broken.add(
                    ChargeRules.ofRequest(
                            leaf,
                            observed.accountOf(request.requester()),
                            request.model(),
                            request.maxFeeNano(),
                            request.deadlineMillis()));
            leaves.forEach(other -> broken.add(ChargeRules.inEpoch(leaf, other)));
            leaves.add(leaf);
        }
        broken.remove(Fault.NONE);

        boolean isRule = cheat.remedy() == Remedy.BOND && !cheat.fault().equals("Unanswered");
        assertThat(broken)
                .extracting(Fault::onChain)
                .containsExactlyElementsOf(isRule ? List.of(cheat.fault()) : List.of());
    }

    @ParameterizedTest
    @EnumSource
    void words_ofACheat_areThoseOfTheReceiptsUnlessItSaysSo(Cheat cheat) throws IOException {
        Draft draft = draft(cheat);
        FalseEpoch epoch = ledger.seal(draft, 50);
        Map<Integer, Long> debits = new HashMap<>();
        Map<Integer, Long> credits = new HashMap<>();
        for (var receipt : epoch.sealed()) {
            debits.merge(
                    receipt.charge().requesterAccount(), receipt.charge().debitNano(), Long::sum);
            credits.merge(
                    receipt.charge().providerAccount(), receipt.charge().creditNano(), Long::sum);
            credits.merge(0, receipt.charge().feeNano(), Long::sum);
        }
        if (cheat == Cheat.HALF_POSTED_EPOCH) {
            assertThat(epoch.parts()).hasSize(1);
            var header = epoch.parts().get(0).header();
            assertThat(header.parts()).as("parts that it promises").isEqualTo(2);
            assertThat(epoch.debitOf(draft.victim().account())).isEqualTo(market.feeNano());
            assertThat(epoch.debitOf(16)).as("debited by the part that never comes").isZero();
            return;
        }
        EpochPart part = new Observed(epoch, cast, SHARD_DEPTH, hashes()).parts().get(0);

        assertThat(equal(part.debitsByAccount(), debits))
                .as("debits are those of the receipts")
                .isEqualTo(cheat != Cheat.DEBIT_WITHOUT_RECEIPTS);
        assertThat(equal(part.creditsByAccount(), credits))
                .as("credits are those of the receipts")
                .isEqualTo(cheat != Cheat.UNDERPAID_PROVIDER);
    }

    @Test
    void seal_afterTheJobStopped_goesOnWithItsNumbers() {
        FalseEpoch first = ledger.seal(draft(Cheat.HALF_POSTED_EPOCH), 50);
        first.parts().forEach(ledger::follow);
        FalseEpoch second = ledger.sealNothing(60);

        assertThat(first.number()).isEqualTo(7);
        var header = first.parts().get(0).header();
        assertThat(header.previousHeader()).isEqualTo("0x" + "77".repeat(32));
        assertThat(header.l2Block()).isEqualTo(50);
        assertThat(first.sealed())
                .extracting(
                        receipt -> receipt.charge().requesterAccount(),
                        receipt -> receipt.charge().sequence())
                .contains(tuple(1, 6L), tuple(16, 3L), tuple(13, 1L));
        assertThat(second.number()).isEqualTo(8);
        assertThat(second.parts().get(0).header().previousHeader())
                .isEqualTo(first.parts().get(0).hash());
    }

    @Test
    void named_oneOrAll_asOnTheCommandLine() {
        assertThat(Cheat.named("all")).containsExactly(Cheat.values());
        assertThat(Cheat.named("debit-without-receipts"))
                .containsExactly(Cheat.DEBIT_WITHOUT_RECEIPTS);
        assertThatThrownBy(() -> Cheat.named("bribe"))
                .hasMessageContaining("bribe")
                .hasMessageContaining("overcharge, unsigned, double");
    }

    private static boolean equal(Map<Long, BigInteger> words, Map<Integer, Long> receipts) {
        Map<Long, BigInteger> due = new HashMap<>();
        receipts.forEach((account, nano) -> due.put((long) account, BigInteger.valueOf(nano)));
        return words.equals(due);
    }

    private static void assertProvable(List<Finding> findings, long victim, Fault fault) {
        assertThat(findings)
                .singleElement()
                .isInstanceOfSatisfying(
                        Finding.Provable.class,
                        one -> {
                            assertThat(one.account()).isEqualTo(victim);
                            assertThat(one.fault()).isEqualTo(fault);
                        });
    }

    private static void assertUnderpaid(List<Finding> findings, long provider) {
        assertThat(findings)
                .singleElement()
                .isInstanceOfSatisfying(
                        Finding.Underpaid.class,
                        one -> {
                            assertThat(one.account()).isEqualTo(provider);
                            assertThat(one.earnedNano()).isGreaterThan(one.creditedNano());
                            assertThat(one.leaves()).isNotEmpty();
                        });
    }

    private static void assertUnsupported(List<Finding> findings, long victim, String why) {
        assertThat(findings)
                .singleElement()
                .isInstanceOfSatisfying(
                        Finding.Unsupported.class,
                        one -> {
                            assertThat(one.account()).isEqualTo(victim);
                            assertThat(one.why()).startsWith(why).contains("did not sign");
                        });
    }

    /** The place that is dark is asked for of the victim, and statements later. */
    private static void assertWithheld(List<Finding> findings, long victim, Set<Long> accounts) {
        assertThat(findings)
                .filteredOn(Finding.Unsupported.class::isInstance)
                .singleElement()
                .satisfies(one -> assertThat(one.account()).isEqualTo(victim));
        assertUnaccounted(
                findings.stream().filter(Finding.Unaccounted.class::isInstance).toList(),
                accounts,
                false);
    }

    private static void assertUnaccounted(
            List<Finding> findings, Set<Long> accounts, boolean whole) {
        assertThat(findings)
                .allSatisfy(
                        one ->
                                assertThat(one)
                                        .isInstanceOfSatisfying(
                                                Finding.Unaccounted.class,
                                                doubt ->
                                                        assertThat(doubt.whole()).isEqualTo(whole)))
                .extracting(Finding::account)
                .containsExactlyInAnyOrderElementsOf(accounts);
    }

    private Draft draft(Cheat cheat) {
        int last = cast.victims().size() - 1;
        Draft draft =
                new Draft(
                        market,
                        cast,
                        cast.victims().get(last - List.of(Cheat.values()).indexOf(cheat)));
        cheat.falsify(draft);
        return draft;
    }

    private Observed observed(Draft draft) throws IOException {
        return new Observed(ledger.seal(draft, 50), cast, SHARD_DEPTH, hashes());
    }

    private static TypedHashes hashes() {
        return new TypedHashes(CHAIN_ID, VAULT);
    }

    private static Cast cast() {
        List<Party> requesters = new ArrayList<>();
        for (int account = 1; account <= Cast.REQUESTERS; account++) {
            requesters.add(party("requester", account));
        }
        return Cast.of(
                requesters,
                party("provider", 1),
                party("provider", 2),
                Keccak.hashUtf8("the settler"));
    }

    private static Party party(String role, int account) {
        byte[] key = Keccak.hashUtf8(role + account);
        return new Party(account, Secp256k1.address(key), key);
    }
}
