package io.millrace.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes the books of one deployment from Kafka and the chain alone and proves or refutes them,
 * one line per check.
 *
 * <p>Memory is bounded by {@link Settings#sortBytes}, the accounts and the withdrawals, not by the
 * age of the ledger: what is read is sorted on disk ({@link AuditRun}).
 *
 * <p>The chain is read first, at one block, then Kafka up to its end offsets of that moment: what
 * is settled was sealed before. On a running stack a checkpoint may be committed on one partition
 * and not yet on the next when the audit looks; a difference found there counts once a second audit
 * finds it too. What a large cut has yet to show is no difference at all, as long as it may come
 * ({@link EpochChecks.LateReceipts}). On a stack at rest the first verdict is final.
 */
public final class Audit {

    private Audit() {}

    /**
     * Reads and judges, from the beginning and without a word.
     *
     * @throws IOException if the chain cannot be read
     * @throws IllegalStateException if Kafka lacks a topic or stops answering
     */
    public static Books run(AuditConfig config) throws IOException {
        return run(config, Settings.defaults(), Progress.silent());
    }

    /**
     * Reads and judges. With an anchor: goes on from it if there is one, and writes the next in its
     * place if nothing differs.
     *
     * @throws IOException if the chain cannot be read
     * @throws IllegalStateException if Kafka lacks a topic or stops answering, or the anchor is
     *     damaged or of another ledger
     */
    public static Books run(AuditConfig config, Settings settings, Progress progress)
            throws IOException {
        return judge(new LiveLedger(config, progress), config.requireSettled(), settings, progress);
    }

    static Books judge(Ledger ledger, boolean requireSettled, Settings settings, Progress progress)
            throws IOException {
        Path file = settings.anchor();
        Anchor anchor = file == null || !Files.exists(file) ? null : Anchor.read(file);
        AnchorState before =
                anchor == null ? AnchorState.beginning(ledger.firstBlock()) : anchor.state();
        Path folder = Files.createTempDirectory(settings.workFolder(), "millrace-audit");
        try (RowStore store = new RowStore(folder, settings.sortBytes());
                Anchor.Writer next = file == null ? null : new Anchor.Writer(file)) {
            return new AuditRun(ledger, requireSettled, before, anchor, store, progress).run(next);
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    /**
     * How an audit goes about it.
     *
     * @param workFolder for what does not fit into memory: about 2 KB a charge, gone when it ends
     * @param sortBytes that sorting may hold in memory
     * @param anchor file from which it goes on if there is one, and which it writes anew if nothing
     *     differs; null to go from the beginning and leave nothing
     */
    public record Settings(Path workFolder, long sortBytes, @Nullable Path anchor) {

        private static final long LEAST_BYTES = 1 << 20;

        /** At least a megabyte to sort in. */
        public Settings {
            requireNonNull(workFolder, "workFolder is null");
            if (sortBytes < LEAST_BYTES) {
                throw new IllegalArgumentException(
                        "sorting may hold " + sortBytes + " bytes; give at least " + LEAST_BYTES);
            }
        }

        /** The folder for temporary files, a quarter of the heap, no anchor. */
        public static Settings defaults() {
            return new Settings(
                    Path.of(System.getProperty("java.io.tmpdir")),
                    Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / 4),
                    null);
        }

        /** The same with an anchor. */
        public Settings withAnchor(@Nullable Path file) {
            return new Settings(workFolder, sortBytes, file);
        }

        /** The same with another folder. */
        public Settings in(Path folder) {
            return new Settings(folder, sortBytes, anchor);
        }
    }

    /** A deployment's own L2 and Kafka. */
    private static final class LiveLedger implements Ledger {

        private final AuditConfig config;
        private final Progress progress;
        private final ChainBooksReader chain;
        private Set<Integer> requestPartitions = Set.of();

        LiveLedger(AuditConfig config, Progress progress) {
            this.config = config;
            this.progress = progress;
            chain = new ChainBooksReader(config, progress);
        }

        @Override
        public TypedHashes hashes() throws IOException {
            return new TypedHashes(chain.chainId(), config.vault());
        }

        @Override
        public long firstBlock() {
            return config.fromBlock();
        }

        @Override
        public Set<Integer> requestPartitions() {
            return requestPartitions;
        }

        @Override
        public ChainBooks chain(AnchorState before, Consumer<Movement> movements)
                throws IOException {
            return chain.read(before, movements);
        }

        @Override
        public BigInteger signsUntil(long account, String key) throws IOException {
            return chain.signsUntil(account, key);
        }

        @Override
        public Map<String, Long> topics(AnchorState before, KafkaBooks.Sink sink) {
            KafkaBooksReader.Ends ends =
                    KafkaBooksReader.read(config.kafka(), before.positions(), sink, progress);
            requestPartitions = ends.requestPartitions();
            return ends.positions();
        }
    }
}
