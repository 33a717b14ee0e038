package io.millrace.local.stack;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.BundledModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a local stack is made of.
 *
 * @param directory for everything it writes: new, empty, or of a stack that has ended
 * @param providers earning accounts to open
 * @param deposits one funded requester each, in base units of the test token (a millionth of a
 *     dollar)
 * @param blockSeconds between two blocks of the L2
 * @param slotsInAnEpoch blocks between the L2's head and "safe"; twice as many to "finalized"
 * @param taskManagers processes of a cluster with a JobManager and ZooKeeper of their own, or 0 for
 *     a cluster in this process
 * @param fresh whether a stack that {@code directory} holds is cleared away instead of resumed
 * @param priceNoticeSeconds between the announcement of a price and its effect
 * @param models names of bundled ones, to be on sale and on every TaskManager; the first is the one
 *     that clients ask unless told otherwise
 * @param jobOptions that replace the stack's own, by key
 * @param door of the broker for what stands in front of it; null if nothing does
 */
public record StackOptions(
        Path directory,
        int providers,
        List<Long> deposits,
        int blockSeconds,
        int slotsInAnEpoch,
        int taskManagers,
        boolean fresh,
        int priceNoticeSeconds,
        List<String> models,
        Map<String, String> jobOptions,
        @Nullable Door door) {

    /**
     * Another listener of the broker, named DOOR: who comes in there is told to come again where
     * {@code outside} says, through a proxy if it is another port.
     *
     * @param inside port that it listens on
     * @param outside port that clients are told
     * @param protocol of the listener, in Kafka's words
     * @param settings that the broker has because of it, {@code key=value}
     */
    public record Door(int inside, int outside, String protocol, List<String> settings) {

        /** Copies. */
        public Door {
            settings = List.copyOf(settings);
        }

        /** One for a proxy, open to all. */
        public Door(int inside, int outside) {
            this(inside, outside, "PLAINTEXT", List.of());
        }
    }

    /** Base units of the test token that make one dollar. */
    public static final long DOLLAR = 1_000_000;

    private static final int PRICE_NOTICE_SECONDS = 20;

    /** Checks and copies. */
    public StackOptions {
        requireNonNull(directory, "directory is null");
        if (providers < 1 || providers > 64) {
            throw new IllegalArgumentException("there can be 1 to 64 providers, not " + providers);
        }
        deposits = List.copyOf(deposits);
        models = models.stream().distinct().toList();
        if (models.isEmpty() || !BundledModels.names().containsAll(models)) {
            throw new IllegalArgumentException(
                    "models are %s; name at least one of %s"
                            .formatted(models, BundledModels.names()));
        }
        jobOptions = Collections.unmodifiableMap(new LinkedHashMap<>(jobOptions));
    }

    /** Two providers, four requesters with ten dollars each, a block a second, one process. */
    public static StackOptions in(Path directory) {
        return new StackOptions(
                directory,
                2,
                Collections.nCopies(4, 10 * DOLLAR),
                1,
                Anvil.SLOTS_IN_AN_EPOCH,
                0,
                false,
                PRICE_NOTICE_SECONDS,
                List.of(BundledModels.DEFAULT),
                Map.of(),
                null);
    }

    /** The same with another number of providers. */
    public StackOptions withProviders(int number) {
        return with(number, deposits, slotsInAnEpoch, taskManagers, fresh, jobOptions);
    }

    /** The same with one more requester, who has {@code deposit} base units. */
    public StackOptions withRequester(long deposit) {
        List<Long> more = new ArrayList<>(deposits);
        more.add(deposit);
        return with(providers, more, slotsInAnEpoch, taskManagers, fresh, jobOptions);
    }

    /** The same with {@code count} requesters who have {@code deposit} base units each. */
    public StackOptions withRequesters(int count, long deposit) {
        List<Long> all = Collections.nCopies(count, deposit);
        return with(providers, all, slotsInAnEpoch, taskManagers, fresh, jobOptions);
    }

    /** The same with another distance from head to "safe". */
    public StackOptions withSlotsInAnEpoch(int slots) {
        return with(providers, deposits, slots, taskManagers, fresh, jobOptions);
    }

    /** The same with Flink as {@code number} TaskManagers and a JobManager, all processes. */
    public StackOptions withTaskManagers(int number) {
        return with(providers, deposits, slotsInAnEpoch, number, fresh, jobOptions);
    }

    /** The same, but what the folder holds is cleared away first if {@code anew}. */
    public StackOptions withFresh(boolean anew) {
        return with(providers, deposits, slotsInAnEpoch, taskManagers, anew, jobOptions);
    }

    /** The same with prices announced so long before they count. */
    public StackOptions withPriceNotice(int seconds) {
        return new StackOptions(
                directory,
                providers,
                deposits,
                blockSeconds,
                slotsInAnEpoch,
                taskManagers,
                fresh,
                seconds,
                models,
                jobOptions,
                door);
    }

    /** The same with these bundled models. */
    public StackOptions withModels(List<String> names) {
        return new StackOptions(
                directory,
                providers,
                deposits,
                blockSeconds,
                slotsInAnEpoch,
                taskManagers,
                fresh,
                priceNoticeSeconds,
                names,
                jobOptions,
                door);
    }

    /** The same with a proxy in front of the broker, for those who ask for it. */
    public StackOptions withDoor(Door ofBroker) {
        return new StackOptions(
                directory,
                providers,
                deposits,
                blockSeconds,
                slotsInAnEpoch,
                taskManagers,
                fresh,
                priceNoticeSeconds,
                models,
                jobOptions,
                ofBroker);
    }

    /** The same with one job option set. */
    public StackOptions withJobOption(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(jobOptions);
        more.put(key, value);
        return with(providers, deposits, slotsInAnEpoch, taskManagers, fresh, more);
    }

    private StackOptions with(
            int ofProviders,
            List<Long> ofDeposits,
            int ofSlots,
            int ofTaskManagers,
            boolean anew,
            Map<String, String> ofJob) {
        return new StackOptions(
                directory,
                ofProviders,
                ofDeposits,
                blockSeconds,
                ofSlots,
                ofTaskManagers,
                anew,
                priceNoticeSeconds,
                models,
                ofJob,
                door);
    }
}
