package io.millrace.job.topic;

import static io.millrace.job.topic.TopicSetting.atLeast;
import static io.millrace.job.topic.TopicSetting.atMost;
import static io.millrace.job.topic.TopicSetting.exactly;

import io.millrace.job.topic.Topic.Partitions;
import java.time.Duration;
import java.util.List;

/**
 * What each topic's role needs. The job compares it with the brokers at its start, the local stack
 * creates the topics by it, and jobs/README.md shows it.
 */
public final class TopicCatalogue {

    private static final TopicSetting KEPT =
            exactly(
                    "cleanup.policy",
                    "delete",
                    "compaction would drop entries of the books, which must outlive every audit");

    private static final TopicSetting FOR_EVER =
            exactly("retention.ms", "-1", "nothing of the books may age away");

    private static final TopicSetting WHATEVER_SIZE =
            exactly("retention.bytes", "-1", "nothing of them may go because much has come");

    /** How long the job may be down, or a savepoint wait for its start, and nothing is lost. */
    public static final Duration LONGEST_OUTAGE = Duration.ofDays(7);

    /** All topics, in the order of the flow. */
    public static final List<Topic> ALL =
            List.of(
                    new Topic(
                            Topics.REQUESTS,
                            "what requesters ask for, and the job's own clock: small records with"
                                    + " the header "
                                    + Topics.TICK_HEADER
                                    + " and no value, in each partition in turn",
                            Partitions.ONE_A_READER,
                            List.of(
                                    exactly(
                                            "message.timestamp.type",
                                            "LogAppendTime",
                                            "deadlines and duplicates are judged by the broker's"
                                                    + " clock"),
                                    atMost(
                                            "max.message.bytes",
                                            Topics.REQUEST_MAX_BYTES,
                                            "a request fits in far less"),
                                    atLeast(
                                            "retention.ms",
                                            LONGEST_OUTAGE.toMillis(),
                                            "requests wait in it while the gate is closed or the"
                                                    + " job is down"),
                                    WHATEVER_SIZE,
                                    // A batch of a few kilobytes can hold a record of gigabytes,
                                    // which every reader would have to hold whole.
                                    atMost(
                                                    "max.decompressed.message.bytes",
                                                    Topics.REQUEST_MAX_BYTES,
                                                    "a small compressed batch, whoever sends it,"
                                                            + " could fill a TaskManager's memory")
                                            .or(
                                                    exactly(
                                                            "compression.type",
                                                            "uncompressed",
                                                            "brokers without the limit then store"
                                                                    + " nothing compressed")))),
                    new Topic(
                            Topics.RESULTS,
                            "answers, by request id; read with isolation.level=read_committed",
                            Partitions.ANY,
                            List.of(
                                    atLeast(
                                            "max.message.bytes",
                                            Topics.RESULT_MAX_BYTES,
                                            "the vectors of a list of texts are one record, and"
                                                    + " the job stops at one that does not fit"))),
                    rejections(
                            RejectionRetention.of(
                                    LONGEST_OUTAGE.toMillis(),
                                    RejectionRetention.SEGMENT.toMillis())),
                    new Topic(
                            Topics.CHARGES,
                            "what each request costs, once",
                            Partitions.ANY,
                            List.of(KEPT, FOR_EVER, WHATEVER_SIZE)),
                    evidence(EvidenceRetention.LEAST),
                    new Topic(
                            Topics.EPOCHS,
                            "the write-ahead log of epochs",
                            Partitions.ONE,
                            List.of(KEPT, FOR_EVER, WHATEVER_SIZE)),
                    new Topic(
                            Topics.RECEIPTS,
                            "the sealed charges, from which anyone can prove one",
                            Partitions.ANY,
                            List.of(KEPT, FOR_EVER, WHATEVER_SIZE)),
                    new Topic(
                            Topics.TRANSACTIONS,
                            "the submitter's journal",
                            Partitions.ONE,
                            List.of(
                                    KEPT,
                                    FOR_EVER,
                                    WHATEVER_SIZE,
                                    exactly(
                                            "flush.messages",
                                            "1",
                                            "what is signed must be on the broker's disk before it"
                                                    + " is sent"))),
                    new Topic(
                            Topics.CHECKPOINTS,
                            "marks: where the ledger stood at the newest complete checkpoint,"
                                    + " written by every subtask of every exactly-once sink in its"
                                    + " own transaction; a start from an older state, or from one"
                                    + " that any of them has not committed, is refused by it",
                            Partitions.ONE,
                            List.of(
                                    exactly(
                                            "cleanup.policy",
                                            "compact",
                                            "the last mark must outlive any pause of the job"))));

    private TopicCatalogue() {}

    /** The same, for contracts that ask for so much evidence, and requests kept so long. */
    static List<Topic> with(EvidenceRetention evidence, RejectionRetention rejections) {
        return ALL.stream()
                .map(
                        topic ->
                                switch (topic.name()) {
                                    case Topics.EVIDENCE -> evidence(evidence);
                                    case Topics.REJECTIONS -> rejections(rejections);
                                    default -> topic;
                                })
                .toList();
    }

    private static Topic rejections(RejectionRetention rejections) {
        return new Topic(
                Topics.REJECTIONS,
                "refusals with their code; read with isolation.level=read_committed",
                Partitions.ANY,
                List.of(
                        exactly(
                                "cleanup.policy",
                                "delete",
                                "compaction would drop the refusal of a request that came twice"),
                        rejections.millis() < 0
                                ? exactly("retention.ms", "-1", rejections.why())
                                : atLeast("retention.ms", rejections.millis(), rejections.why()),
                        WHATEVER_SIZE));
    }

    private static Topic evidence(EvidenceRetention evidence) {
        return new Topic(
                Topics.EVIDENCE,
                "what requester and provider signed of each charge, in the charge's own"
                        + " transaction, by request id; read with"
                        + " isolation.level=read_committed",
                Partitions.ANY,
                List.of(
                        exactly(
                                "cleanup.policy",
                                "delete",
                                "a watcher reads it in the order in which it was"
                                        + " written, and old evidence must go"),
                        atLeast("retention.ms", evidence.millis(), evidence.why()),
                        WHATEVER_SIZE));
    }
}
