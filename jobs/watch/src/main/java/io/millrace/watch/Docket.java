package io.millrace.watch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.web3j.utils.Numeric;

/**
 * All cases, on disk: what was found is kept before anything is sent, so that no end of the process
 * loses a case or begins it twice. One thread.
 */
public final class Docket {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final WatchStore store;
    private final Map<Case.State, Long> counts = new EnumMap<>(Case.State.class);

    /** The cases in {@code store}. */
    public Docket(WatchStore store) throws IOException {
        this.store = store;
        store.forEach(
                Kind.CASE.all(),
                (key, value) -> {
                    counts.merge(read(value).state(), 1L, Long::sum);
                    return true;
                });
    }

    /** Whether the case is known. */
    public boolean has(String id) throws IOException {
        return store.get(Kind.CASE.key(id)) != null;
    }

    /**
     * Adds a case in {@code batch}.
     *
     * @param data the call that opens it, 0x-hex
     */
    public void add(Case found, String data, WatchStore.Batch batch) throws IOException {
        batch.put(Kind.CASE.key(found.id()), MAPPER.writeValueAsBytes(found));
        batch.put(Kind.CALL.key(found.id()), Numeric.hexStringToByteArray(data));
        counts.merge(found.state(), 1L, Long::sum);
    }

    /**
     * Adds, in {@code batch}, a case that takes several calls.
     *
     * @param data the calls in their order, the last of which decides, 0x-hex
     */
    public void add(Case found, List<String> data, WatchStore.Batch batch) throws IOException {
        int last = data.size() - 1;
        for (int call = 0; call < last; call++) {
            batch.put(
                    Kind.CALL.key(idOf(found, call)), Numeric.hexStringToByteArray(data.get(call)));
        }
        add(found, data.get(last), batch);
    }

    /** The call that opens a case, or decides it. */
    public String call(Case of) throws IOException {
        return call(of.id());
    }

    /** A call that comes before that, numbered from 0. */
    public String call(Case of, int number) throws IOException {
        return call(idOf(of, number));
    }

    /** Id of such a call. */
    static String idOf(Case of, int number) {
        return of.id() + "/" + number;
    }

    private String call(String id) throws IOException {
        byte[] data = store.get(Kind.CALL.key(id));
        if (data == null) {
            throw new IOException("call " + id + " of a case is lost");
        }
        return Numeric.toHexString(data);
    }

    /** A case has come further. */
    public Case move(Case before, Case.State state) throws IOException {
        Case after = before.in(state);
        try (WatchStore.Batch batch = store.batch()) {
            batch.put(Kind.CASE.key(after.id()), MAPPER.writeValueAsBytes(after));
            if (state.isEnd()) {
                batch.remove(Kind.CALL.key(after.id()));
                for (int call = 0; after.concernsEarner() && call < after.what(); call++) {
                    batch.remove(Kind.CALL.key(idOf(after, call)));
                }
            }
            batch.write();
        }
        counts.merge(before.state(), -1L, Long::sum);
        counts.merge(state, 1L, Long::sum);
        return after;
    }

    /** All of them. */
    public List<Case> all() throws IOException {
        return with(Kind.CASE.all());
    }

    /** Those that are not at their end. */
    public List<Case> open() throws IOException {
        long ended =
                Arrays.stream(Case.State.values())
                        .filter(Case.State::isEnd)
                        .mapToLong(this::count)
                        .sum();
        if (ended == count()) {
            return new ArrayList<>();
        }
        List<Case> open = all();
        open.removeIf(one -> one.state().isEnd());
        return open;
    }

    /** All, ends too, of one epoch and spending account. */
    public List<Case> of(long epoch, long account) throws IOException {
        return with(Kind.CASE.key(prefix(epoch, account).getBytes(US_ASCII)));
    }

    private List<Case> with(byte[] prefix) throws IOException {
        List<Case> all = new ArrayList<>();
        store.forEach(
                prefix,
                (key, value) -> {
                    all.add(read(value));
                    return true;
                });
        return all;
    }

    /** How many are in {@code state}. */
    public long count(Case.State state) {
        return counts.getOrDefault(state, 0L);
    }

    /** How many are in each state. */
    public Map<Case.State, Long> counts() {
        return Map.copyOf(counts);
    }

    /** How many there are. */
    public long count() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What the ids of the cases of one epoch and earning account begin with. */
    static String earnerPrefix(long epoch, long account) {
        return "%d/earner-%d/".formatted(epoch, account);
    }

    /** What the ids of the cases of one epoch and spending account begin with. */
    static String prefix(long epoch, long account) {
        return "%d/%d/".formatted(epoch, account);
    }

    private static Case read(byte[] value) throws IOException {
        return MAPPER.readValue(value, Case.class);
    }
}
