package io.millrace.audit.rules;

/** What is wrong with a charge, by the names and in the order of ITribunal.Fault. */
public enum Fault {
    NONE("None"),
    WRONG_ARITHMETIC("WrongArithmetic"),
    WRONG_PRICE("WrongPrice"),
    WRONG_CREDITS("WrongCredits"),
    OVERCHARGED("Overcharged"),
    WRONG_ACCOUNT("WrongAccount"),
    WRONG_MODEL("WrongModel"),
    AFTER_DEADLINE("AfterDeadline"),
    DOUBLE_CHARGE("DoubleCharge"),
    SEQUENCE("Sequence"),
    WRONG_TOTAL("WrongTotal");

    private final String onChain;

    Fault(String onChain) {
        this.onChain = onChain;
    }

    /** Its name in the contract. */
    public String onChain() {
        return onChain;
    }
}
