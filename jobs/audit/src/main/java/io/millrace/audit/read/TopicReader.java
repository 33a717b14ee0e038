package io.millrace.audit.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads whole topics, committed records only, up to end offsets that were captured for all topics
 * before the first was read. One thread.
 */
public final class TopicReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int MAX_EMPTY_POLLS = 60;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Map<TopicPartition, Long>> ends = new LinkedHashMap<>();

    /**
     * Captures the end offsets of {@code topics}, one topic after the other.
     *
     * @throws IllegalStateException if one does not exist
     */
    public TopicReader(KafkaAccess kafka, List<String> topics) {
        consumer = consumer(kafka);
        try {
            for (String topic : topics) {
                ends.put(topic, endOffsets(topic, kafka));
            }
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private TopicReader(KafkaAccess kafka) {
        consumer = consumer(kafka);
    }

    /**
     * Of the partitions named in {@code ends} alone, up to there.
     *
     * @param ends next offsets, by {@code topic-partition}
     */
    public static TopicReader upTo(KafkaAccess kafka, Map<String, Long> ends) {
        TopicReader reader = new TopicReader(kafka);
        ends.forEach(
                (partition, end) -> {
                    int dash = partition.lastIndexOf('-');
                    String topic = partition.substring(0, dash);
                    reader.ends
                            .computeIfAbsent(topic, name -> new HashMap<>())
                            .put(
                                    new TopicPartition(
                                            topic, Integer.parseInt(partition.substring(dash + 1))),
                                    end);
                });
        return reader;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaAccess kafka) {
        Properties properties = kafka.settings();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Hands over every record of {@code topic} from {@code starts} on, each partition in order of
     * offset; those that are not named there from their beginning.
     *
     * @throws IllegalStateException if a partition ends before its start
     */
    public void forEach(
            String topic,
            Map<String, Long> starts,
            Progress progress,
            Consumer<ConsumerRecord<byte[], byte[]>> action) {
        search(
                topic,
                starts,
                progress,
                record -> {
                    action.accept(record);
                    return true;
                });
    }

    /**
     * The same, as long as {@code action} wants more.
     *
     * @return whether it had enough before the end
     * @throws IllegalStateException if a partition ends before its start
     */
    public boolean search(
            String topic,
            Map<String, Long> starts,
            Progress progress,
            Predicate<ConsumerRecord<byte[], byte[]>> action) {
        Map<TopicPartition, Long> topicEnds = endsOf(topic);
        consumer.assign(topicEnds.keySet());
        Map<TopicPartition, Long> positions =
                new HashMap<>(consumer.beginningOffsets(topicEnds.keySet()));
        positions.replaceAll(
                (partition, beginning) ->
                        Math.max(beginning, starts.getOrDefault(partition.toString(), 0L)));
        long offsets = 0;
        for (Map.Entry<TopicPartition, Long> end : topicEnds.entrySet()) {
            long start = starts.getOrDefault(end.getKey().toString(), 0L);
            if (start > end.getValue()) {
                throw new AuditException(
                        ("the anchor is refused: it has read %s up to %d, which ends at %d and so"
                                        + " is another topic; remove the anchor")
                                .formatted(end.getKey(), start, end.getValue()));
            }
            long position = positions.getOrDefault(end.getKey(), 0L);
            consumer.seek(end.getKey(), position);
            offsets += Math.max(0, end.getValue() - position);
        }
        // Of offsets, not of records: transactions leave marks, and what came to nothing, that
        // no reader sees, and a total that is never reached would tell of time that is not left.
        progress.stage("reading " + topic + ", offsets", offsets);
        int emptyPolls = 0;
        while (!behind(topicEnds).isEmpty()) {
            boolean any = false;
            for (ConsumerRecord<byte[], byte[]> record : poll()) {
                any = true;
                TopicPartition partition = new TopicPartition(topic, record.partition());
                boolean counts = record.offset() < topicEnds.getOrDefault(partition, 0L);
                if (counts && !action.test(record)) {
                    return true;
                }
            }
            progress.reached(offsets - left(topicEnds));
            emptyPolls = any ? 0 : emptyPolls + 1;
            if (emptyPolls > MAX_EMPTY_POLLS) {
                throw new AuditException(
                        "Kafka sent nothing for a minute while "
                                + behind(topicEnds)
                                + " has records before its end; is the broker up");
            }
        }
        return false;
    }

    /**
     * Where {@link #forEach} begins on any of the topics if records that were written before {@code
     * millis}, by the clocks of those who wrote them, are of no interest.
     */
    public Map<String, Long> startsSince(long millis) {
        Map<TopicPartition, Long> ended = new HashMap<>();
        ends.values().forEach(ended::putAll);
        Map<TopicPartition, Long> times = new HashMap<>(ended);
        times.replaceAll((partition, end) -> millis);
        Map<String, Long> starts = new HashMap<>();
        consumer.offsetsForTimes(times)
                .forEach(
                        (partition, found) -> {
                            long end = ended.getOrDefault(partition, 0L);
                            long start = found == null ? end : Math.min(end, found.offset());
                            starts.put(partition.toString(), start);
                        });
        return starts;
    }

    /**
     * When the oldest record of {@code topic} was written that is there, by the clock of who wrote
     * it; Long.MAX_VALUE if there is none.
     */
    public long firstMillis(String topic) {
        Map<TopicPartition, Long> always = new HashMap<>(endsOf(topic));
        always.replaceAll((partition, end) -> 0L);
        return consumer.offsetsForTimes(always).values().stream()
                .filter(Objects::nonNull)
                .mapToLong(OffsetAndTimestamp::timestamp)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Where the partitions of all topics end. */
    public Map<String, Long> ends() {
        Map<String, Long> all = new HashMap<>();
        ends.values()
                .forEach(
                        topicEnds ->
                                topicEnds.forEach(
                                        (partition, end) -> all.put(partition.toString(), end)));
        return all;
    }

    public Set<Integer> partitionsOf(String topic) {
        return endsOf(topic).keySet().stream()
                .map(TopicPartition::partition)
                .collect(Collectors.toSet());
    }

    /**
     * One line for each partition of {@code topic} in which records are gone that an anchor has not
     * read.
     *
     * @param starts where {@link #forEach} begins
     */
    public List<String> missing(String topic, Map<String, Long> starts) {
        List<String> missing = new ArrayList<>();
        consumer.beginningOffsets(endsOf(topic).keySet())
                .forEach(
                        (partition, beginning) -> {
                            long start = starts.getOrDefault(partition.toString(), 0L);
                            if (beginning > start) {
                                missing.add(
                                        ("%s begins at offset %d, and this audit at %d: older"
                                             + " records are gone; go on from an anchor that has"
                                             + " read them, and keep the topic for longer than from"
                                             + " one audit to the next")
                                                .formatted(partition, beginning, start));
                            }
                        });
        return missing;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private Map<TopicPartition, Long> endOffsets(String topic, KafkaAccess kafka) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw new AuditException(
                    "there is no topic %s at %s; name the Kafka that the job writes to"
                            .formatted(topic, kafka));
        }
        return consumer.endOffsets(
                partitions.stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList());
    }

    private Map<TopicPartition, Long> endsOf(String topic) {
        Map<TopicPartition, Long> topicEnds = ends.get(topic);
        if (topicEnds == null) {
            throw new IllegalStateException("no end offsets were captured for " + topic);
        }
        return topicEnds;
    }

    /**
     * What aged out while the rest was read is passed over: who may not miss it asks for {@link
     * #missing} afterwards.
     */
    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            return consumer.poll(POLL);
        } catch (OffsetOutOfRangeException e) {
            consumer.beginningOffsets(e.partitions())
                    .forEach(
                            (partition, beginning) -> {
                                if (beginning <= consumer.position(partition)) {
                                    throw e; // cut off at its end: not what it was
                                }
                                consumer.seek(partition, beginning);
                            });
            return ConsumerRecords.empty();
        }
    }

    /** What came behind the ends meanwhile is none of it. */
    private long left(Map<TopicPartition, Long> topicEnds) {
        return topicEnds.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
                .sum();
    }

    private List<TopicPartition> behind(Map<TopicPartition, Long> topicEnds) {
        return topicEnds.entrySet().stream()
                .filter(end -> consumer.position(end.getKey()) < end.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }
}
