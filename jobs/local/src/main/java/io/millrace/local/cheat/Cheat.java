package io.millrace.local.cheat;

import io.millrace.admit.Price;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What a settler does that it may not, one falsehood each, and what becomes of it. */
@SuppressWarnings("ImmutableEnumChecker") // the consumers hold nothing
public enum Cheat {
    OVERCHARGE(
            "charges more than the requester signed as its maximum",
            Remedy.BOND,
            "Overcharged",
            draft -> draft.charge(draft.saleTo(draft.victim(), draft.market().feeNano() - 1))),
    UNSIGNED(
            "charges a request that its requester never signed",
            Remedy.BOND,
            "Unanswered",
            draft -> draft.charge(draft.sale().requestSignedBy(draft.cast().settlerKey()))),
    DOUBLE(
            "charges one request twice",
            Remedy.BOND,
            "DoubleCharge",
            draft -> {
                Sale sale = draft.sale();
                draft.charge(sale);
                draft.charge(sale);
            }),
    WRONG_PRICE(
            "charges twice the price of the registry",
            Remedy.BOND,
            "WrongPrice",
            draft -> {
                Price price = draft.market().price();
                draft.charge(
                        draft.sale()
                                .at(
                                        new Price(
                                                2 * price.nanoPerMillion(),
                                                price.version(),
                                                price.feeBasisPoints())));
            }),
    WRONG_ACCOUNT(
            "debits the victim for another's request",
            Remedy.BOND,
            "WrongAccount",
            draft ->
                    draft.charge(
                            draft.saleTo(draft.cast().others().get(0), 2 * draft.market().feeNano())
                                    .debitedFrom(draft.victim()))),
    DEBIT_WITHOUT_RECEIPTS(
            "debits the victim more than its receipts come to",
            Remedy.BOND,
            "Unanswered",
            draft -> {
                draft.charge(draft.sale());
                draft.moveDebit(
                        draft.cast().others().get(0), draft.victim(), draft.market().feeNano() / 2);
            }),
    WITHHELD_RECEIPT(
            "does not publish the receipt of a charge",
            Remedy.BOND,
            "Unanswered",
            draft -> {
                Sale sale = draft.sale();
                draft.charge(sale);
                draft.withhold(sale);
            }),
    FORGED_PROVIDER_SIGNATURE(
            "charges an answer that its provider never signed",
            Remedy.BOND,
            "Unanswered",
            draft -> draft.charge(draft.sale().outcomeSignedBy(draft.cast().settlerKey()))),
    TREASURY_SKIM(
            "gives the treasury a part of the provider's share",
            Remedy.BOND,
            "WrongCredits",
            draft -> draft.charge(draft.sale().skimmedBy(draft.market().feeNano() / 10))),
    UNDERPAID_PROVIDER(
            "pays another account what the receipts say the provider earned",
            Remedy.EARNINGS,
            "",
            draft -> {
                draft.charge(draft.sale());
                draft.moveCredit(
                        draft.cast().provider(),
                        draft.cast().crony(),
                        draft.market().feeNano() / 2);
            }),
    IGNORED_WITHDRAWAL(
            "settles, and releases nothing of what the victim asked to withdraw",
            Remedy.OWN_HATCH,
            "",
            draft -> draft.charge(draft.sale())),
    HALF_POSTED_EPOCH(
            "posts the first part of an epoch and stops",
            Remedy.SUCCESSOR,
            "",
            draft -> {
                draft.charge(draft.sale());
                draft.postHalf();
            });

    /** What is there against it. */
    public enum Remedy {
        BOND(
                "the watcher",
                "the tribunal",
                "120 % of what the epoch debits of it, out of the bond"),
        EARNINGS(
                "the watcher",
                "the tribunal",
                "120 % of what the epoch's receipts say that it earned, out of the bond"),
        OWN_HATCH("its owner", "the vault", "all it asked for, by its own hatch after 7 days"),
        SUCCESSOR(
                "everybody, at the vault's head",
                "the vault",
                "a receipt that proves, and epochs that go on, once a successor has ended this"
                        + " one");

        private final String finder;
        private final String judge;
        private final String gives;

        Remedy(String finder, String judge, String gives) {
            this.finder = finder;
            this.judge = judge;
            this.gives = gives;
        }

        /** Who finds it. */
        public String finder() {
            return finder;
        }

        /** Who decides. */
        public String judge() {
            return judge;
        }

        /** What the victim gets. */
        public String gives() {
            return gives;
        }
    }

    private final String does;
    private final Remedy remedy;
    private final String fault;
    private final Consumer<Draft> falsehood;

    Cheat(String does, Remedy remedy, String fault, Consumer<Draft> falsehood) {
        this.does = does;
        this.remedy = remedy;
        this.fault = fault;
        this.falsehood = falsehood;
    }

    /**
     * Those that {@code name} means: one, or with {@code all} every one.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static List<Cheat> named(String name) {
        List<Cheat> found =
                Arrays.stream(values())
                        .filter(cheat -> name.equals("all") || name.equals(cheat.toString()))
                        .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no cheat \"%s\"; give all, or one of %s"
                            .formatted(
                                    name,
                                    Arrays.stream(values())
                                            .map(Cheat::toString)
                                            .collect(Collectors.joining(", "))));
        }
        return found;
    }

    /** What the settler does. */
    public String does() {
        return does;
    }

    /** What is there against it. */
    public Remedy remedy() {
        return remedy;
    }

    /** By which name the tribunal convicts it, as in ITribunal.Fault; empty if it does not. */
    public String fault() {
        return fault;
    }

    /** Puts the falsehood into an epoch. */
    void falsify(Draft draft) {
        falsehood.accept(draft);
    }

    /** As it is given on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
