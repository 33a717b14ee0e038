package io.millrace.watch.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Some of many, each as likely as any other, in no order. Vitter's algorithm R. */
public final class RandomPick<T> {

    private final int most;
    private final Random random;
    private final List<T> picked = new ArrayList<>();
    private long offered;

    /** Of so many at most. */
    public RandomPick(int most, Random random) {
        this.most = most;
        this.random = random;
    }

    /** One more. */
    public void offer(T one) {
        offered++;
        if (picked.size() < most) {
            picked.add(one);
            return;
        }
        long at = random.nextLong(offered);
        if (at < most) {
            picked.set((int) at, one);
        }
    }

    /** What was picked. */
    public List<T> picked() {
        return List.copyOf(picked);
    }
}
