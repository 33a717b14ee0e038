package io.millrace.job.stack;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a local stack is made of.
 *
 * @param directory for everything it writes: new, or empty
 * @param providers earning accounts to open @param deposits one funded requester each, in base
 *     units of the test token (a millionth of a dollar)
 * @param blockSeconds between two blocks of the L2
 * @param jobOptions that replace the stack's own, by key
 */
public record StackOptions(
        Path directory,
        int providers,
        List<Long> deposits,
        int blockSeconds,
        Map<String, String> jobOptions) {

    /** Base units of the test token that make one dollar. */
    public static final long DOLLAR = 1_000_000;

    /** Checks and copies. */
    public StackOptions {
        requireNonNull(directory, "directory is null");
        if (providers < 1 || providers > 64) {
            throw new IllegalArgumentException("there can be 1 to 64 providers, not " + providers);
        }
        deposits = List.copyOf(deposits);
        jobOptions = Collections.unmodifiableMap(new LinkedHashMap<>(jobOptions));
    }

    /** Two providers, four requesters with ten dollars each, a block a second. */
    public static StackOptions in(Path directory) {
        return new StackOptions(directory, 2, Collections.nCopies(4, 10 * DOLLAR), 1, Map.of());
    }

    /** The same with another number of providers. */
    public StackOptions withProviders(int number) {
        return new StackOptions(directory, number, deposits, blockSeconds, jobOptions);
    }

    /** The same with one more requester, who has {@code deposit} base units. */
    public StackOptions withRequester(long deposit) {
        List<Long> more = new ArrayList<>(deposits);
        more.add(deposit);
        return new StackOptions(directory, providers, more, blockSeconds, jobOptions);
    }

    /** The same with one job option set. */
    public StackOptions withJobOption(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(jobOptions);
        more.put(key, value);
        return new StackOptions(directory, providers, deposits, blockSeconds, more);
    }
}
