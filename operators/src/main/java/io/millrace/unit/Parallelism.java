package io.millrace.unit;

/** How many subtasks an operator may have. */
public final class Parallelism {

    private Parallelism() {}

    /**
     * For an operator that must see everything, in one order.
     *
     * @param operator as a reader of the error knows it, with its article
     * @throws IllegalStateException if it has more subtasks than one
     */
    public static void requireOne(String operator, int parallelism) {
        if (parallelism != 1) {
            throw new IllegalStateException(
                    "%s runs at parallelism %d, set it to 1".formatted(operator, parallelism));
        }
    }
}
