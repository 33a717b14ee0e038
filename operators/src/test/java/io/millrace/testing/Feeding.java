package io.millrace.testing;

/**
 * How {@link RestoringHarness} feeds the items: every stateful operator must give the same output
 * under all.
 */
public enum Feeding {
    /** A completed checkpoint between every two items; the operator lives on. */
    ONE_BY_ONE,
    /** No checkpoint but those the items ask for. */
    ALL_AT_ONCE,
    /** Between every two items a snapshot, and a new operator restored from it. */
    RESTORE_BETWEEN
}
