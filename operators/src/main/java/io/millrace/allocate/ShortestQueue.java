package io.millrace.allocate;

import java.util.function.IntUnaryOperator;

/** Picks the shortest of some queues, equally short ones in turn. Plain Java, one thread. */
final class ShortestQueue {

    private final int queues;
    private final IntUnaryOperator length;
    private int last = -1;

    /**
     * @param queues how many there are, at least 1
     * @param length of the queue with a number from 0
     */
    ShortestQueue(int queues, IntUnaryOperator length) {
        if (queues < 1) {
            throw new IllegalArgumentException(queues + " queues, give at least 1");
        }
        this.queues = queues;
        this.length = length;
    }

    /** Number of the next one. */
    int next() {
        int shortest = (last + 1) % queues;
        int least = length.applyAsInt(shortest);
        for (int step = 2; step <= queues && least > 0; step++) {
            int queue = (last + step) % queues;
            int candidate = length.applyAsInt(queue);
            if (candidate < least) {
                shortest = queue;
                least = candidate;
            }
        }
        last = shortest;
        return shortest;
    }
}
