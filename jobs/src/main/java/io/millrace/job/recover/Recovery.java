package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;
import io.millrace.job.JobConfig;
import io.millrace.job.OutboundRecord;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.KafkaEpochLog;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.PartLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the state of a ledger whose own is lost or too old, from Kafka and the chain alone:
 * nothing is charged again, nothing is dropped. No job may run meanwhile.
 */
public final class Recovery {

    /**
     * What was rebuilt.
     *
     * @param savepoint its address
     * @param checkpoint the id it has
     * @param epoch last sealed
     * @param header its hash
     * @param charges committed in all
     * @param unsealed of them in no epoch yet
     * @param committed open transactions of the lost job that belonged to a complete checkpoint
     * @param aborted all its other open ones
     * @param mended what was published because only some sinks had committed it, empty if nothing
     */
    public record Report(
            String savepoint,
            long checkpoint,
            long epoch,
            String header,
            long charges,
            int unsealed,
            List<String> committed,
            List<String> aborted,
            String mended) {

        /** Checks and copies. */
        public Report {
            requireNonNull(mended, "mended is null");
            committed = List.copyOf(committed);
            aborted = List.copyOf(aborted);
        }

        /** What a person wants to know of it. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(
                    "rebuilt the state up to epoch %d (header %s): %d charges, %d of them for the next epoch"
                            .formatted(epoch, header, charges, unsealed));
            if (!committed.isEmpty()) {
                lines.add("committed what the lost job had promised: " + committed);
            }
            if (!aborted.isEmpty()) {
                lines.add("aborted what the lost job left open: " + aborted);
            }
            if (!mended.isEmpty()) {
                lines.add("published again what only some sinks had committed: " + mended);
            }
            lines.add("savepoint " + savepoint);
            return lines;
        }
    }

    private Recovery() {}

    /** As {@link #run(JobConfig, String, Consumer)}, into a folder of this machine, silently. */
    public static Report run(JobConfig config, Path folder) throws Exception {
        return run(config, folder.toUri().toString(), line -> {});
    }

    /**
     * Writes the state as a savepoint into {@code folder}. Where only some sinks have committed a
     * checkpoint, the rest of it is published first; if it dies in between, it can be run again.
     *
     * @param folder of any file system that Flink knows
     * @param says gets a line every few seconds while topics are read
     * @throws RecoverException if the records do not fit together
     */
    public static Report run(JobConfig config, String folder, Consumer<String> says)
            throws Exception {
        VaultChain chain = VaultChain.open(config.chain());
        OpenTransactions.Ended ended =
                OpenTransactions.end(config.kafka().brokers(), config.kafka().transactionPrefix());
        return rebuild(config, chain, folder, says, ended);
    }

    /**
     * The same, once no transaction of the lost job is open.
     *
     * @param ended those that were
     */
    static Report rebuild(
            JobConfig config,
            LedgerChain chain,
            String folder,
            Consumer<String> says,
            OpenTransactions.Ended ended)
            throws Exception {
        return rebuild(config, chain, folder, says, ended, VisibleLedger.of(config, says));
    }

    static Report rebuild(
            JobConfig config,
            LedgerChain chain,
            String folder,
            Consumer<String> says,
            OpenTransactions.Ended ended,
            VisibleLedger visible)
            throws Exception {
        LedgerReader reader = new LedgerReader(config, chain, says);
        Map<TopicPartition, Long> ends = visible.require();
        LedgerMend.Missing missing;
        try (LedgerRows rows = rows(config)) {
            LedgerHistory history = reader.read(rows);
            visible.requireUnchanged(ends);
            LedgerChecks.requireOneChain(history);
            missing = mend(config).of(history, reader);
            if (missing.isNothing()) {
                LedgerChecks.require(history, chain.latest());
                return write(config, history, reader.starts(), folder, ended, "");
            }
            missing.addTo(history);
            LedgerChecks.require(history.again(reader.rules()), chain.latest());
        }
        LostEvidence evidence = reader.evidence(missing.charges());
        List<OutboundRecord> beside = new ArrayList<>(evidence.records());
        beside.addAll(reader.abortedAnswers(missing.charges()));
        visible.requireUnchanged(ends);
        LedgerPublisher.publish(config.kafka(), missing, beside);
        ends = visible.require();
        try (LedgerRows rows = rows(config)) {
            LedgerHistory history = reader.read(rows);
            visible.requireUnchanged(ends);
            LedgerChecks.require(history, chain.latest());
            return write(config, history, reader.starts(), folder, ended, said(missing, evidence));
        }
    }

    private static String said(LedgerMend.Missing missing, LostEvidence evidence) {
        long undefended = evidence.missing();
        return undefended == 0
                ? missing.toString()
                : "%s; of %d of the charges the brokers have no evidence, so that a challenge of them cannot be answered"
                        .formatted(missing, undefended);
    }

    /** Of as much as the ledger's topics have, on the disk that the JVM has for such. */
    private static LedgerRows rows(JobConfig config) throws IOException {
        return LedgerRows.below(
                Path.of(System.getProperty("java.io.tmpdir")), config.chain().domain());
    }

    private static LedgerMend mend(JobConfig config) {
        JobConfig.Settle settle = config.settle();
        return new LedgerMend(
                config.chain().domain(),
                settle.shardDepth(),
                new PartLimits(settle.maxPartGas(), settle.maxPartBytes()));
    }

    private static Report write(
            JobConfig config,
            LedgerHistory history,
            Map<String, Long> starts,
            String folder,
            OpenTransactions.Ended ended,
            String mended)
            throws Exception {
        JobConfig.Settle settle = config.settle();
        RebuiltLedger ledger =
                new LedgerRebuild(settle.shardDepth(), settle.dustMaxCuts()).of(history);
        String savepoint = freeFolder(folder, ledger.checkpoint());
        SavepointOfLedger.write(
                ledger,
                SourceStarts.at(starts, history.finalBlock() + 1, config.kafka().brokers()),
                maxParallelism(config.parallelism()),
                savepoint);
        return new Report(
                savepoint,
                ledger.checkpoint(),
                ledger.seal().head().epoch(),
                ledger.seal().head().header(),
                history.rows().charges(),
                history.sequences().unsealed().size(),
                ended.committed(),
                ended.aborted(),
                mended);
    }

    /**
     * Why the job would refuse to start from {@code savepoint}, empty if it would not. Says so at
     * once also where an open transaction hides from others what is committed behind it.
     *
     * @param savepoint null for an empty state
     */
    public static Optional<String> whyOutdated(JobConfig config, @Nullable String savepoint)
            throws IOException {
        Brokers brokers = config.kafka().brokers();
        OpenTransactions.awaitEnding(brokers, config.kafka().transactionPrefix());
        CheckpointMark newest = StoredMarks.read(brokers).newest();
        if (savepoint == null) {
            Optional<SealedPart> part = new KafkaEpochLog(brokers).newest();
            return newest.equals(CheckpointMark.NONE) && part.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "there is no savepoint but the ledger has epoch "
                                    + part.map(last -> last.header().epoch()).orElse(0L)
                                    + " and "
                                    + newest);
        }
        long checkpoint = SavepointLoader.loadSavepointMetadata(savepoint).getCheckpointId();
        return checkpoint >= newest.checkpoint()
                ? Optional.empty()
                : Optional.of(
                        "savepoint "
                                + savepoint
                                + " is of checkpoint "
                                + checkpoint
                                + " but the ledger has gone on to "
                                + newest);
    }

    private static String freeFolder(String folder, long checkpoint) throws IOException {
        var parent = new org.apache.flink.core.fs.Path(folder);
        var savepoint = new org.apache.flink.core.fs.Path(parent, "recovered-" + checkpoint);
        for (int copy = 2; savepoint.getFileSystem().exists(savepoint); copy++) {
            savepoint =
                    new org.apache.flink.core.fs.Path(
                            parent, "recovered-" + checkpoint + "-" + copy);
        }
        return savepoint.toUri().toString();
    }

    /** What Flink itself takes for stages of such a parallelism. */
    private static int maxParallelism(JobConfig.Parallelism stages) {
        int most =
                IntStream.of(stages.admit(), stages.infer(), stages.meter(), stages.settle())
                        .max()
                        .orElseThrow();
        return KeyGroupRangeAssignment.computeDefaultMaxParallelism(most);
    }
}
